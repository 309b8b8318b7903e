import { Command } from 'commander';
import { listDeadlines, type RequestDeadline } from '../../data-access/stuck-alarm/list-deadlines.ts';
import { type DecisionReport, reportDecisions } from '../../data-access/stuck-alarm/report-decisions.ts';
import type { Cli } from '../cli.ts';
import { csvLine } from '../output/csv-text.ts';
import { type Cell, type Column, tableText } from '../output/table.ts';
import { ageText, plural } from '../output/time-text.ts';
import type { Session } from '../session.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_DAYS = 7;

const FIELDS: readonly (keyof RequestDeadline & string)[] = [
  ...([
    'pagwId',
    'tenant',
    'priority',
    'status',
    'risk',
    'receivedAt',
    'dueAt',
    'pended',
    'stage',
    'stuckReason',
  ] as const),
];

export function reportDeadlines(cli: Cli): Command {
  return new Command('deadlines')
    .description(
      'decisions that are late or soon due, and how those of a span of time fared (7 days unless --since)',
    )
    .action((_options: unknown, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit'], async (session) => {
        const { tenant, limit = DEFAULT_LIMIT } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const { since, until = now } = session.window(now);
        const from = since ?? new Date(now.getTime() - DEFAULT_DAYS * 86_400_000);
        const database = connection.database('reader');
        const deadlines = await listDeadlines(database, { tenant }, limit);
        const decisions = await reportDecisions(database, { tenant, from, until }, now);
        print(session, deadlines, decisions, now);
        if (deadlines.length === limit) session.say(`The first ${limit}; raise --limit for more.`);
        return undefined;
      }),
    );
}

function print(session: Session, deadlines: RequestDeadline[], decisions: DecisionReport[], now: Date): void {
  const { paint, width } = session;
  switch (session.options.output) {
    case 'json':
      session.print(`${JSON.stringify({ deadlines, decisions }, undefined, 2)}\n`);
      return;
    case 'jsonl':
      for (const row of deadlines) session.print(`${JSON.stringify(row)}\n`);
      return;
    case 'csv':
      session.print(csvLine(FIELDS));
      for (const row of deadlines) session.print(csvLine(FIELDS.map((field) => row[field])));
      return;
    case 'table':
      if (deadlines.length > 0)
        session.print(`${tableText(deadlines, { columns: deadlineColumns(now), paint, width })}\n`);
      session.say(
        deadlines.length === 0
          ? 'No decision is late or soon due.'
          : `${plural(deadlines.length, 'decision')} late or soon due.`,
      );
      if (decisions.length > 0) session.print(tableText(decisions, { columns: DECISIONS, paint, width }));
  }
}

const RISKS: Readonly<Record<RequestDeadline['risk'], Cell>> = {
  breached: { text: '✗ overdue', style: 'red' },
  urgent: { text: '‼ 90 %', style: 'red' },
  'at-risk': { text: '! 75 %', style: 'yellow' },
};

function deadlineColumns(now: Date): Column<RequestDeadline>[] {
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

const hours = (value: number | null) => (value === null ? null : `${value.toFixed(1)} h`);
const share = (count: number, { received }: DecisionReport) =>
  received === 0 ? null : `${count} (${((100 * count) / received).toFixed(0)} %)`;

const DECISIONS: Column<DecisionReport>[] = [
  { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
  { title: 'PRIORITY', cell: ({ priority }) => priority },
  { title: 'RECEIVED', cell: ({ received }) => received, align: 'right' },
  { title: 'APPROVED', cell: (row) => share(row.approved, row), align: 'right' },
  { title: 'DENIED', cell: (row) => share(row.denied, row), align: 'right' },
  { title: 'PENDED', cell: ({ pended }) => pended, align: 'right' },
  { title: 'UNDECIDED', cell: ({ undecided }) => undecided, align: 'right' },
  {
    title: 'LATE',
    cell: ({ late }) => ({ text: String(late), style: late > 0 ? 'red' : 'plain' }),
    align: 'right',
  },
  { title: 'MEAN', cell: ({ meanHours }) => hours(meanHours), align: 'right' },
  { title: 'MEDIAN', cell: ({ medianHours }) => hours(medianHours), align: 'right' },
];
