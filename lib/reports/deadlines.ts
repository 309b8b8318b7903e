import type { Database } from '../data-access/database.ts';
import { type Deadline, listDeadlines } from '../data-access/decisions.ts';
import { refuseUnknownHolder } from '../data-access/known-names.ts';
import { countWork, listWork, type WorkItem } from '../data-access/work-list.ts';
import { type Board, boards } from '../domain/request-memory.ts';
import {
  countText,
  type DeadlineRisk,
  deadlineRiskMarks,
  deadlineRisks,
  durationText,
  instantText,
  plural,
} from '../domain/words.ts';
import { defineReport, type ReportAnswer, type ReportQuestion, type TabularReport } from './report.ts';

/** Decisions that are late or soon due; or, with a board or a time to come, all that is left to do. */
export const deadlines = defineReport<Deadline>({
  name: 'deadlines',
  summary: 'undecided requests whose decision is late or soon due (75 % of the time used up), soonest first',
  rowsAre: 'deadlines',
  filters: [
    {
      ...{ name: 'before', form: 'moment', isMoment: true },
      says: "all that is due before then, by who holds it: 'monday 08:00', 'this weekend', tomorrow, 48h",
    },
    {
      ...{ name: 'board', form: 'board', words: boards },
      says: 'all that is in the pipe, at a desk (answered, undecided), or decided and to be delivered',
    },
    {
      ...{ name: 'held', form: 'whom' },
      says: 'all that we (us), the provider or a delegate, by its name, have to do something about',
    },
    {
      ...{ name: 'risk', form: 'risk', words: deadlineRisks },
      says: 'only decisions that have come to 75 % (at-risk) or 90 % (urgent) of their time, or are overdue',
    },
  ],
  limit: 50,
  paged: true,
  read: async (database, question) => {
    const { before, board, held, risk } = question.filters;
    if (before === undefined && board === undefined && held === undefined)
      return listDeadlines(database, { ...question, risk: risk as DeadlineRisk | undefined });
    return readWork(database, question);
  },
  columns: [
    { title: 'Request', unit: 'request', value: ({ pagwId }) => pagwId, heads: true },
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant, least: 6 },
    { title: 'Priority', unit: 'text', value: ({ priority }) => priority ?? 'STANDARD' },
    { title: 'Risk', unit: 'mark', value: ({ risk }) => deadlineRiskMarks[risk] },
    { title: 'Clock', unit: 'gauge', value: clockOf, pageOnly: true },
    { title: 'Due', unit: 'ago', value: ({ dueAt }) => dueAt },
    { title: 'Due at, UTC', unit: 'moment', value: ({ dueAt }) => dueAt, pageOnly: true },
    { title: 'Stands at', unit: 'text', value: standsAt, least: 8 },
    { title: 'Stuck', unit: 'text', value: ({ stuckReason }) => stuckReason, least: 8 },
  ],
  fields: [
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
    ] as const),
    'stuckReason',
  ],
  empty: 'No decision is late or soon due.',
  reads: '`ix_request_tracker_deadline`; with a board or a time, `ix_request_tracker_board`',
});

/** How much of the time is gone. */
function clockOf({ receivedAt, dueAt, risk }: Deadline, { now }: ReportQuestion) {
  const share = (now.getTime() - receivedAt.getTime()) / (dueAt.getTime() - receivedAt.getTime());
  const label = `${Math.round(share * 100)} % of the time is gone`;
  return { share, label, tone: deadlineRiskMarks[risk].tone };
}

function standsAt({ pended, stage }: Deadline): string | null {
  const answered = 'answered, not decided';
  if (pended) return stage === null ? answered : `${stage}, ${answered}`;
  return stage;
}

async function readWork(database: Database, question: ReportQuestion): Promise<ReportAnswer<never>> {
  const { tenant, now, filters, goesOn } = question;
  const before = filters.before === undefined ? undefined : new Date(filters.before);
  const { board, held: holder, risk } = filters;
  const query = {
    ...{ tenant, now, before, held: holder },
    ...{ board: board as Board | undefined, risk: risk as DeadlineRisk | undefined },
  };
  const { rows, next } = await listWork(database, { ...query, limit: question.limit, after: question.after });
  const answer = { rows: rows as never[], next, table: workTable };
  if (goesOn) return answer;
  const { rows: counts, left, requests: total } = await countWork(database, query);
  // Whoever holds something exists.
  if (counts.length === 0 && holder !== undefined) await refuseUnknownHolder(database, holder);
  const until = before === undefined ? '' : ` due before ${instantText(before, now)}`;
  const held = counts.map(({ board, heldBy, delegate, requests, overdue }) => {
    const late = overdue === 0 ? '' : `, ${countText(overdue)} overdue`;
    return `  ${countText(requests)} in ${board}, held by ${delegate ?? heldBy}${late}`;
  });
  const others = left === 0 ? [] : [`  the others with ${plural(left, 'more delegate')}`];
  const notes = counts.length === 0 ? [] : [`\n${plural(total, 'request')}${until}:`, ...held, ...others];
  return { ...answer, json: { before, counts, countsLeft: left, total }, notes };
}

/** What is left to do, and who has to do it. */
export const workTable: TabularReport<WorkItem> = {
  rowsAre: 'deadlines',
  columns: [
    { title: 'Request', unit: 'request', value: ({ pagwId }) => pagwId, heads: true },
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant, least: 6 },
    { title: 'Plan', unit: 'text', value: ({ plan }) => plan, least: 6 },
    { title: 'Board', unit: 'text', value: ({ board }) => board },
    { title: 'Held by', unit: 'text', value: ({ heldBy, delegate }) => delegate ?? heldBy },
    { title: 'Priority', unit: 'text', value: ({ priority }) => priority },
    { title: 'Due', unit: 'ago', value: ({ dueAt }) => dueAt },
    { title: 'Answered', unit: 'ago', value: ({ answeredAt }) => answeredAt },
    { title: 'Besides', unit: 'text', value: (item) => besides(item) || null, least: 8 },
  ],
  fields: [
    ...(['pagwId', 'tenant', 'plan', 'board', 'heldBy', 'delegate', 'priority'] as const),
    ...(['requestedPriority', 'status', 'stage', 'receivedAt', 'dueAt', 'answeredAt'] as const),
    ...(['decidedAt', 'extensionDays', 'afterDenial', 'stuckReason'] as const),
  ],
  empty: 'Nothing of the kind is left to do.',
};

/** What is unusual about it. */
function besides(item: WorkItem): string {
  const { priority, requestedPriority, extensionDays, afterDenial, decidedAt, stuckReason } = item;
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
