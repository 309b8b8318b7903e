import { Command } from 'commander';
import { slowestStages } from '../../data-access/event-reports.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import { countText, tookText } from '../output/time-text.ts';
import { barText, forTenants, spanOf, tenantColumn } from './report.ts';

const DEFAULT_HOURS = 7 * 24;
const DEFAULT_LIMIT = 20;

export const reportSlowest: Verb = (cli) =>
  new Command('slowest')
    .description('stages and event types by mean duration, slowest first (by default: of the last 7 days)')
    .action((_options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit'], async (session) => {
        const connection = await session.connect();
        const span = spanOf(session, connection.now(), DEFAULT_HOURS);
        const limit = session.options.limit ?? DEFAULT_LIMIT;
        const rows = await forTenants(session, connection, (tenant) =>
          slowestStages(connection.database('reader'), { tenant, ...span }, limit),
        );
        const slowest = rows.reduce((most, { avgMs }) => Math.max(most, avgMs), 0);
        printList(session, {
          name: 'stages',
          rows,
          fields: ['tenant', 'stage', 'eventType', 'occurrences', 'avgMs', 'p95Ms', 'maxMs'],
          columns: [
            tenantColumn,
            { title: 'STAGE', cell: ({ stage }) => stage, least: 12 },
            { title: 'EVENT TYPE', cell: ({ eventType }) => eventType, least: 12 },
            { title: 'N', cell: ({ occurrences }) => countText(occurrences), align: 'right' },
            { title: 'MEAN', cell: ({ avgMs }) => tookText(avgMs), align: 'right' },
            { title: '', cell: ({ avgMs }) => ({ text: barText(avgMs, slowest), style: 'cyan' }) },
            { title: 'P95', cell: ({ p95Ms }) => tookText(p95Ms), align: 'right' },
            { title: 'MAX', cell: ({ maxMs }) => tookText(maxMs), align: 'right' },
          ],
          empty: 'No completed event of this time states how long it took.',
        });
        return undefined;
      }),
    );
