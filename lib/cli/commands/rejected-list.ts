import { Command } from 'commander';
import { listRejected, REJECTED_PER_PAGE } from '../../data-access/query/list-rejected.ts';
import type { RejectedRow } from '../../data-access/query/rejected-message.ts';
import type { Cli } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Column } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';
import { readPages } from '../read-pages.ts';

interface Options {
  code?: string;
  waiting?: boolean;
}

const DEFAULT_LIMIT = 25;

const FIELDS: (keyof RejectedRow & string)[] = [
  'id',
  'rejectedAt',
  'tenant',
  'pagwId',
  'code',
  'path',
  'rule',
  'hint',
  'messageId',
  'position',
  'sentAt',
  'replayedAt',
  'bodyBucket',
  'bodyKey',
  'bodyBytes',
];

export function rejectedList(cli: Cli): Command {
  return new Command('list')
    .description('list refused events, latest first')
    .option('--code <code>', 'only this reason, such as METADATA_PHI_SUSPECTED')
    .option('--waiting', 'only what has not been replayed')
    .action((options: Options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit', 'after'], async (session) => {
        const { after } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const filter = {
          ...session.window(now),
          tenant: session.options.tenant,
          code: options.code?.trim().toUpperCase(),
          waitingOnly: options.waiting,
        };
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          REJECTED_PER_PAGE,
          after,
          (limit, from) => listRejected(connection.database('reader'), filter, limit, from),
        );
        printList(session, {
          name: 'rejected',
          rows,
          columns: columns(now),
          fields: FIELDS,
          empty: 'No refused event matches.',
          next,
        });
        return undefined;
      }),
    );
}

function columns(now: Date): Column<RejectedRow>[] {
  return [
    { title: 'ID', cell: ({ id }) => id, align: 'right' },
    {
      title: 'REFUSED',
      cell: ({ rejectedAt }) => ({ text: ageText(rejectedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'CODE', cell: ({ code }) => ({ text: code, style: 'red' }) },
    { title: 'PATH', cell: ({ path }) => path, least: 8 },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId, least: 12 },
    {
      title: '',
      cell: ({ replayedAt }) =>
        replayedAt === null
          ? { text: 'waiting' }
          : { text: `↻ replayed ${ageText(replayedAt, now)}`, style: 'dim' },
    },
  ];
}
