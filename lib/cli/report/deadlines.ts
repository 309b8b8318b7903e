import { Command, Option } from 'commander';
import { type Deadline, listDeadlines } from '../../data-access/decisions.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { countWork, listWork, type WorkItem } from '../../data-access/work-list.ts';
import { type Board, boards } from '../../domain/request-fold.ts';
import { ageText, countText, deadlineRiskMarks, durationText } from '../../domain/words.ts';
import type { Cli } from '../cli.ts';
import { markCell } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import type { Column } from '../output/table.ts';
import { momentText } from '../output/time-text.ts';
import { parseAhead } from '../parse-when.ts';
import type { Session } from '../session.ts';
import { readReport } from './report.ts';

const FIELDS: readonly (keyof Deadline & string)[] = [
  ...(['pagwId', 'tenant', 'priority', 'status', 'risk', 'receivedAt', 'dueAt', 'pended', 'stage'] as const),
  'stuckReason',
];

interface DeadlineOptions {
  before?: string;
  board?: Board;
}

export function reportDeadlines(cli: Cli): Command {
  return new Command('deadlines')
    .description(
      'undecided requests whose decision is late or soon due (75 % of the time used up), soonest first',
    )
    .option(
      '--before <moment>',
      "all that is due before then, by who holds it: 'monday 08:00', tomorrow, 48h",
    )
    .addOption(
      new Option(
        '--board <board>',
        'all that is in the pipe, at a desk (answered, undecided), or decided and to be delivered',
      ).choices(boards),
    )
    .action((options: DeadlineOptions, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        if (options.before === undefined && options.board === undefined) await printDeadlines(session);
        else await printWork(session, options);
        return undefined;
      }),
    );
}

async function printDeadlines(session: Session): Promise<void> {
  const connection = await session.connect();
  const now = connection.now();
  await refuseUnknownNames(connection.database('reader'), { tenant: session.options.tenant });
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
}

async function printWork(session: Session, { before: moment, board }: DeadlineOptions): Promise<void> {
  const connection = await session.connect();
  const database = connection.database('reader');
  const now = connection.now();
  const zone = session.options.time;
  const before = moment === undefined ? undefined : parseAhead('--before', moment, now, zone);
  const tenant = session.options.tenant ?? null;
  await refuseUnknownNames(database, { tenant });
  const counts = await countWork(database, { tenant, before, board }, now);
  const { rows, next } = await readReport(session, (_, limit, after) =>
    listWork(database, { tenant, before, board, limit, after }),
  );
  if (session.options.output === 'json') session.printJson({ before, deadlines: rows, counts, next });
  else
    printList(session, {
      name: 'deadlines',
      rows,
      columns: workColumns(now),
      fields: WORK_FIELDS,
      empty: 'Nothing of the kind is left to do.',
      next,
    });
  if (session.options.output !== 'table' || counts.length === 0) return;
  const until = before === undefined ? '' : ` due before ${momentText(before, zone ?? 'utc')}`;
  session.say(`\n${countText(counts.reduce((sum, { requests }) => sum + requests, 0))} requests${until}:`);
  for (const { board: place, heldBy, delegate, requests, overdue } of counts)
    session.say(
      `  ${countText(requests)} in ${place}, held by ${delegate ?? heldBy}${overdue === 0 ? '' : `, ${countText(overdue)} overdue`}`,
    );
}

const WORK_FIELDS: readonly (keyof WorkItem & string)[] = [
  ...([
    'pagwId',
    'tenant',
    'plan',
    'board',
    'heldBy',
    'delegate',
    'priority',
    'requestedPriority',
    'status',
  ] as const),
  ...([
    'stage',
    'receivedAt',
    'dueAt',
    'answeredAt',
    'decidedAt',
    'extensionDays',
    'afterDenial',
    'stuckReason',
  ] as const),
];

function workColumns(now: Date): Column<WorkItem>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'PLAN', cell: ({ plan }) => plan, least: 6 },
    { title: 'BOARD', cell: ({ board }) => board },
    { title: 'HELD BY', cell: ({ heldBy, delegate }) => delegate ?? heldBy },
    { title: 'PRIORITY', cell: ({ priority }) => priority },
    { title: 'DUE', cell: ({ dueAt }) => dueAt && ageText(dueAt, now), align: 'right' },
    { title: 'ANSWERED', cell: ({ answeredAt }) => answeredAt && ageText(answeredAt, now), align: 'right' },
    { title: 'BESIDES', cell: (item) => besides(item) || null, least: 8 },
  ];
}

/** What is unusual about it. */
function besides({
  priority,
  requestedPriority,
  extensionDays,
  afterDenial,
  decidedAt,
  stuckReason,
}: WorkItem): string {
  return [
    priority === requestedPriority ? '' : priority === 'EXPEDITED' ? 'upgraded' : 'downgraded',
    extensionDays === 0 ? '' : `extended ${durationText(extensionDays * 86_400_000)}`,
    afterDenial ? 'after a denial' : '',
    decidedAt === null ? '' : 'decided',
    stuckReason ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function columns(now: Date): Column<Deadline>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'PRIORITY', cell: ({ priority }) => priority },
    { title: 'CLOCK', cell: ({ risk }) => markCell(deadlineRiskMarks[risk]) },
    { title: 'DUE', cell: ({ dueAt }) => ageText(dueAt, now), align: 'right' },
    { title: 'STANDS AT', cell: ({ pended, stage }) => (pended ? 'pended' : stage), least: 8 },
    { title: 'STUCK', cell: ({ stuckReason }) => stuckReason, least: 8 },
  ];
}
