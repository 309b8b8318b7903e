import { Command } from 'commander';
import { type Deadline, listDeadlines } from '../../data-access/decisions.ts';
import type { Cli } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { ageText } from '../output/time-text.ts';
import { readReport } from './report.ts';

const FIELDS: readonly (keyof Deadline & string)[] = [
  ...(['pagwId', 'tenant', 'priority', 'status', 'risk', 'receivedAt', 'dueAt', 'pended', 'stage'] as const),
  'stuckReason',
];

export function reportDeadlines(cli: Cli): Command {
  return new Command('deadlines')
    .description(
      'undecided requests whose decision is late or soon due (75 % of the time used up), soonest first',
    )
    .action((_options: unknown, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const { rows, next } = await readReport(session, (tenant, limit, after) =>
          listDeadlines(connection.database('reader'), { tenant, now, limit, after }),
        );
        printList(session, {
          name: 'deadlines',
          rows,
          columns: columns(now),
          fields: FIELDS,
          empty: 'No decision is late or soon due.',
          next,
        });
        return undefined;
      }),
    );
}

const RISKS: Readonly<Record<Deadline['risk'], Cell>> = {
  breached: { text: '✗ overdue', style: 'red' },
  urgent: { text: '‼ 90 %', style: 'red' },
  'at-risk': { text: '! 75 %', style: 'yellow' },
};

function columns(now: Date): Column<Deadline>[] {
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
