import { Command, Option } from 'commander';
import { parseMetadataFilters, searchMetadata } from '../../data-access/metadata-search.ts';
import { type EventStatus, eventStatuses } from '../../domain/tracked-event.ts';
import type { Verb } from '../cli.ts';
import { eventStatusCell } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import { momentText, tookText } from '../output/time-text.ts';
import { readReport, spanOf, tenantColumn } from './report.ts';

const DEFAULT_HOURS = 7 * 24;

interface SearchOptions {
  type?: string;
  status?: EventStatus;
}

export const reportSearch: Verb = (cli) =>
  new Command('search')
    .description('events by their metadata, latest first (by default: of the last 7 days)')
    .argument('<conditions...>', "targetSystem=carelon, 'diagnosisCount>10', payer.region=CA; all must hold")
    .option('--type <name>', 'only events of this type, such as DOWNSTREAM_OK')
    .addOption(new Option('--status <name>', 'only events of this status').choices(eventStatuses))
    .addHelpText('after', EXAMPLES)
    .action((conditions: string[], options: SearchOptions, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit', 'after'], async (session) => {
        const filters = parseMetadataFilters(conditions);
        const connection = await session.connect();
        const now = connection.now();
        const span = spanOf(session, now, DEFAULT_HOURS);
        const { rows, next } = await readReport(session, (tenant, limit, after) =>
          searchMetadata(connection.database('reader'), {
            ...{ tenant, now, filters, limit, after, ...span },
            ...{ eventType: options.type?.toUpperCase(), status: options.status },
          }),
        );
        const zone = session.options.time;
        printList(session, {
          name: 'events',
          rows,
          fields: [
            ...(['tenant', 'pagwId', 'sequenceNo', 'stage', 'eventType', 'status', 'durationMs'] as const),
            ...(['createdAt', 'metadata'] as const),
          ],
          columns: [
            tenantColumn,
            { title: 'REQUEST', cell: ({ pagwId }) => pagwId, least: 16 },
            { title: '#', cell: ({ sequenceNo }) => sequenceNo, align: 'right' },
            { title: 'EVENT TYPE', cell: ({ eventType }) => eventType, least: 12 },
            { title: 'STATUS', cell: ({ status }) => eventStatusCell(status) },
            {
              title: 'TOOK',
              cell: ({ durationMs: ms }) => (ms === null ? null : tookText(ms)),
              align: 'right',
            },
            { title: 'RECORDED', cell: ({ createdAt }) => momentText(createdAt, zone) },
            { title: 'METADATA', cell: ({ metadata }) => metadata && JSON.stringify(metadata), least: 16 },
          ],
          empty: 'No event matches. --since looks farther back.',
          next,
        });
        return undefined;
      }),
    );

const EXAMPLES = `
3 is found as 3 and as "3"; put it in quotes to find the text only: 'externalId="3"'.
A dot reaches into an object or belongs to the name; in quotes it belongs to the name: '"http.status_code"=500'.
Comparisons (> >= < <=) are of numbers; what is none does not match.

  pagw report search targetSystem=carelon --type DOWNSTREAM_OK
  pagw report search 'diagnosisCount>10' hasUrgent=true --since 30d`;
