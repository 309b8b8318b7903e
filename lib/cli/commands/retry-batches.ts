import { Command } from 'commander';
import { listRetryBatches, type RetryBatch } from '../../data-access/retry/retry-batches.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Column } from '../output/table.ts';
import { ageText, countText } from '../output/time-text.ts';
import { filterText } from './retry-filter.ts';

const DEFAULT_LIMIT = 25;

export const retryBatches: Verb = (cli) =>
  new Command('batches')
    .description('list the batches that were asked for, and how far they are, latest first')
    .action((_options: object, command: Command) =>
      cli.run(command, ['limit'], async (session) => {
        const connection = await session.connect();
        const rows = await listRetryBatches(
          connection.database('reader'),
          session.options.limit ?? DEFAULT_LIMIT,
        );
        printList(session, {
          name: 'batches',
          rows,
          columns: columns(connection.now()),
          fields: [
            'id',
            'state',
            'done',
            'matched',
            'ratePerMinute',
            'requestedAt',
            'requestedBy',
            'reason',
            'filter',
          ],
          empty: 'No batch was ever asked for.',
        });
        return undefined;
      }),
    );

function columns(now: Date): Column<RetryBatch>[] {
  return [
    { title: 'ID', cell: ({ id }) => id, align: 'right' },
    {
      title: 'STATE',
      cell: ({ state }) => (state === 'DONE' ? { text: '✓ done', style: 'green' } : state.toLowerCase()),
    },
    {
      title: 'DONE',
      cell: ({ done, matched }) => `${countText(done)} of ${countText(matched)}`,
      align: 'right',
    },
    { title: 'A MINUTE', cell: ({ ratePerMinute }) => countText(ratePerMinute), align: 'right' },
    {
      title: 'ASKED FOR',
      cell: ({ requestedAt }) => ({ text: ageText(requestedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'BY', cell: ({ requestedBy }) => requestedBy },
    { title: 'WHAT', cell: ({ filter }) => filterText(filter), least: 12 },
    { title: 'WHY', cell: ({ reason }) => reason, least: 12 },
  ];
}
