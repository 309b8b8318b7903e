import { Command } from 'commander';
import { listDeadlines, type RequestDeadline } from '../../data-access/stuck-alarm/list-deadlines.ts';
import type { Cli } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText, plural } from '../output/time-text.ts';

const DEFAULT_LIMIT = 50;

const FIELDS: readonly (keyof RequestDeadline & string)[] = [
  ...(['pagwId', 'tenant', 'priority', 'status', 'risk', 'receivedAt', 'dueAt', 'pended', 'stage'] as const),
  'stuckReason',
];

export function reportDeadlines(cli: Cli): Command {
  return new Command('deadlines')
    .description(
      'undecided requests whose decision is late or soon due (75 % of the time used up), soonest first',
    )
    .action((_options: unknown, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit'], async (session) => {
        const { tenant, limit = DEFAULT_LIMIT } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const filter = { tenant, ...session.window(now) };
        const rows = await listDeadlines(connection.database('reader'), filter, limit);
        printList(session, {
          name: 'deadlines',
          rows,
          columns: columns(now),
          fields: FIELDS,
          empty: 'No decision is late or soon due.',
        });
        if (rows.length === limit)
          session.say(`The first ${plural(limit, 'request')}; raise --limit for more.`);
        return undefined;
      }),
    );
}

const RISKS: Readonly<Record<RequestDeadline['risk'], Cell>> = {
  breached: { text: '✗ overdue', style: 'red' },
  urgent: { text: '‼ 90 %', style: 'red' },
  'at-risk': { text: '! 75 %', style: 'yellow' },
};

function columns(now: Date): Column<RequestDeadline>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'PRIORITY', cell: ({ priority }) => priority },
    { title: 'CLOCK', cell: ({ risk }) => RISKS[risk] },
    { title: 'DUE', cell: ({ dueAt }) => ageText(dueAt, now), align: 'right' },
    { title: 'STANDS AT', cell: ({ pended, stage }) => (pended ? 'pended' : stage), least: 8 },
    { title: 'STUCK', cell: ({ stuckReason }) => stuckReason, least: 8 },
  ];
}
