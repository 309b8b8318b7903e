import { Command } from 'commander';
import { type DueRetry, dueRetries } from '../../data-access/due-retries.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Cell } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';
import { readReport, tenantColumn } from './report.ts';

export const reportRetries: Verb = (cli) =>
  new Command('retries')
    .description('failures whose retry is due, longest due first; what has recovered is not among them')
    .option('--stage <name>', 'only this stage')
    .action((options: { stage?: string }, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const stage = options.stage?.toUpperCase();
        const { rows, next } = await readReport(session, (tenant, limit, after) =>
          dueRetries(connection.database('reader'), { tenant, now, stage, limit, after }),
        );
        printList(session, {
          name: 'retries',
          rows,
          fields: [
            ...(['tenant', 'pagwId', 'stage', 'eventType', 'sequenceNo', 'attempt', 'errorCode'] as const),
            ...(['targetSystem', 'nextRetryAt', 'claimedAt', 'held'] as const),
          ],
          columns: [
            tenantColumn,
            { title: 'REQUEST', cell: ({ pagwId }) => pagwId, least: 16 },
            { title: 'STAGE', cell: ({ stage }) => stage, least: 12 },
            { title: 'ATTEMPT', cell: ({ attempt }) => attempt, align: 'right' },
            { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 10 },
            { title: 'DOWNSTREAM', cell: ({ targetSystem }) => targetSystem, least: 8 },
            { title: 'DUE', cell: ({ nextRetryAt }) => ageText(nextRetryAt, now), align: 'right' },
            { title: 'STATE', cell: stateCell },
          ],
          empty: 'No retry is due.',
          next,
        });
        return undefined;
      }),
    );

function stateCell({ claimedAt, held }: DueRetry): Cell {
  if (held) return { text: '‖ paused', style: 'yellow' };
  return claimedAt === null ? { text: '◷ waiting' } : { text: '↻ being sent', style: 'blue' };
}
