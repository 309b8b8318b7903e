import type { Database } from '../data-access/database.ts';
import {
  type EndToEnd,
  type Flow,
  type FlowEdge,
  type FlowLanes,
  type FlowQuery,
  type FlowVariant,
  flowLanes,
  MAX_VARIANTS,
  pathKey,
  readFlow,
  type Took,
} from '../data-access/flow.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { plural } from '../domain/words.ts';
import {
  defineReport,
  fillTable,
  type Place,
  type ReportAnswer,
  type ReportQuestion,
  type TabularReport,
} from './report.ts';

/** How requests move from stage to stage: hand-overs, time from receipt, paths. */
export const flow = defineReport<FlowEdge>({
  name: 'flow',
  summary: 'how requests move: waits between stages, paths taken, time to an answer and a decision',
  help: `
A request counts where its latest event was recorded, with all of its path. Counts are exact, medians and p95 within 3 %.
A wait goes from the last event of a stage to the first of the next, in the order of recording; never below zero.`,
  title: 'Hand-overs',
  rowsAre: 'edges',
  filters: [
    { name: 'type', says: 'only requests of this type, such as PAS_SUBMIT' },
    { name: 'priority', says: 'only requests of this priority', words: ['standard', 'expedited'] },
    {
      ...{ name: 'lanes', form: 'which', says: 'the main lane, or side and unknown stages as well' },
      ...{ words: flowLanes, standard: 'main' },
    },
  ],
  spanHours: 24,
  limit: MAX_VARIANTS,
  parts: ['edges', 'end-to-end', 'variants'],
  read: async (database, question): Promise<ReportAnswer<FlowEdge>> => {
    const { edges, endToEnd, variants, ...rest } = await readFlowOf(database, question, question.limit);
    const { stages, requestCount, variantCount, eventsNotCounted } = rest;
    const isEmpty = requestCount === 0;
    return {
      rows: edges,
      table: isEmpty ? flow : { ...flow, empty: 'No request went from one stage to another.' },
      others: [
        fillTable(fromReceipt, fromReceiptRows(endToEnd)),
        fillTable(paths, variants, Math.max(variantCount, variants.length)),
      ],
      cautions: flowCautions({ edges, endToEnd, eventsNotCounted }),
      json: { endToEnd, variants, stages, requestCount, variantCount, eventsNotCounted },
    };
  },
  columns: [
    { title: 'From', unit: 'text', value: ({ from }) => from, heads: true, least: 12 },
    { title: 'To', unit: 'text', value: ({ to }) => to, least: 12 },
    {
      title: 'Hand-overs',
      unit: 'count',
      value: ({ count }) => count,
      leadsTo: ({ from, to }, question) => flowPlace(question, { from, to }),
    },
    { title: 'Median wait', unit: 'took', value: ({ medianWaitMs }) => medianWaitMs },
    { title: 'p95', unit: 'took', value: ({ p95WaitMs }) => p95WaitMs },
    { title: 'Max', unit: 'took', value: ({ maxWaitMs }) => maxWaitMs },
    { title: 'Failed', unit: 'share', value: ({ failedShare }) => failedShare || null },
    { title: 'Went back', unit: 'share', value: ({ wentBackShare }) => wentBackShare || null },
  ],
  fields: [
    ...(['from', 'to', 'count', 'medianWaitMs', 'p95WaitMs', 'maxWaitMs', 'failedShare'] as const),
    ...(['wentBackShare', 'clampedCount'] as const),
  ],
  empty: 'No request had an event in this time. --since reaches farther back.',
  reads: '`flow_summary` and the edges of the span',
});

/** @throws UnknownNameError for a type that no request has. */
export async function readFlowOf(
  database: Database,
  question: ReportQuestion,
  mostVariants?: number,
): Promise<Flow> {
  const query = flowQuery(question);
  await refuseUnknownNames(database, { requestType: query.requestType });
  return readFlow(database, query, mostVariants);
}

export function flowQuery({ tenant, since, until, filters }: ReportQuestion): FlowQuery {
  const { type: requestType, priority, lanes } = filters;
  return {
    ...{ tenant, since, until, requestType },
    priority: priority?.toUpperCase(),
    lanes: lanes as FlowLanes | undefined,
  };
}

/** What the numbers of a flow leave out or bend. */
export function flowCautions({
  edges,
  endToEnd,
  eventsNotCounted,
}: Pick<Flow, 'edges' | 'endToEnd' | 'eventsNotCounted'>): string[] {
  const clamped = edges.reduce((sum, { clampedCount }) => sum + clampedCount, 0);
  const were = clamped === 1 ? 'was' : 'were';
  return [
    ...(clamped > 0
      ? [`${plural(clamped, 'wait')} ${were} below zero by the clocks of the services, and count as zero.`]
      : []),
    ...(endToEnd.disbelievedCount > 0
      ? [
          `${endToEnd.disbelievedCount.toLocaleString('en')} of ${plural(endToEnd.toAnswer.count, 'answered request')} stated times too long before their recording to be believed (rules.believedDays, 90 unless set): from receipt, they count as if they happened when they were recorded.`,
        ]
      : []),
    ...(eventsNotCounted > 0
      ? [`About ${plural(eventsNotCounted, 'event')} recorded lately are not counted yet.`]
      : []),
  ];
}

interface FromReceipt {
  requestType: string | null;
  priority: string | null;
  answered: number;
  answerP50Ms: number | null;
  answerP95Ms: number | null;
  decided: number;
  decisionP50Ms: number | null;
  decisionP95Ms: number | null;
}

const ALL = 'all';

/** All together first, then by type and priority. */
export function fromReceiptRows({ toAnswer, toDecision, groups }: EndToEnd): FromReceipt[] {
  if (toAnswer.count === 0 && toDecision.count === 0) return [];
  const row = (requestType: string | null, priority: string | null, answer: Took, decision: Took) => ({
    ...{ requestType, priority },
    ...{ answered: answer.count, answerP50Ms: answer.p50Ms, answerP95Ms: answer.p95Ms },
    ...{ decided: decision.count, decisionP50Ms: decision.p50Ms, decisionP95Ms: decision.p95Ms },
  });
  return [
    row(ALL, ALL, toAnswer, toDecision),
    ...groups.map((group) => row(group.requestType, group.priority, group.toAnswer, group.toDecision)),
  ];
}

/** How long requests took to an answer and to a decision, by type and priority. */
export const fromReceipt: TabularReport<FromReceipt> = {
  title: 'From receipt',
  rowsAre: 'end-to-end',
  columns: [
    {
      title: 'Type',
      unit: 'text',
      value: ({ requestType }) => requestType ?? 'not stated',
      heads: true,
      least: 8,
    },
    { title: 'Priority', unit: 'text', value: ({ priority }) => priority ?? 'not stated' },
    {
      title: 'Answered',
      unit: 'count',
      value: ({ answered }) => answered,
      leadsTo: (row, question) => reachedPlace(row, question, 'answer'),
    },
    { title: 'p50', unit: 'took', value: ({ answerP50Ms }) => answerP50Ms },
    { title: 'p95', unit: 'took', value: ({ answerP95Ms }) => answerP95Ms },
    {
      title: 'Decided',
      unit: 'count',
      value: ({ decided }) => decided,
      leadsTo: (row, question) => reachedPlace(row, question, 'decision'),
    },
    { title: 'p50', unit: 'took', value: ({ decisionP50Ms }) => decisionP50Ms },
    { title: 'p95', unit: 'took', value: ({ decisionP95Ms }) => decisionP95Ms },
  ],
  fields: [
    ...(['requestType', 'priority', 'answered', 'answerP50Ms', 'answerP95Ms'] as const),
    ...(['decided', 'decisionP50Ms', 'decisionP95Ms'] as const),
  ],
  empty: 'No request was answered or decided.',
};

/** What no type or priority is known of has no filter that names it: its rows are among all. */
function reachedPlace(
  { requestType, priority }: FromReceipt,
  question: ReportQuestion,
  reached: 'answer' | 'decision',
): Place | undefined {
  if (priority === ALL) return flowPlace(question, { reached });
  if (requestType === null || priority === null) return undefined;
  return flowPlace(question, { type: requestType, priority, reached });
}

/** The ways requests took through the stages, most frequent first. */
export const paths: TabularReport<FlowVariant> = {
  title: 'Paths',
  rowsAre: 'variants',
  columns: [
    {
      title: 'Requests',
      unit: 'count',
      value: ({ count }) => count,
      leadsTo: ({ path }, question) => flowPlace(question, { path: pathKey(path) }),
    },
    { title: '', unit: 'bar', value: ({ count }) => ({ value: count, tone: 'busy' }) },
    { title: 'Share', unit: 'share', value: ({ share }) => share },
    { title: 'In flight', unit: 'share', value: ({ openCount, count }) => openCount / count || null },
    {
      title: 'Path',
      unit: 'path',
      value: ({ path, openCount, count }) => ({ stages: path, ended: openCount < count }),
      least: 20,
    },
  ],
  fields: ['count', 'share', 'openCount', 'path'],
  empty: 'No request had an event in this time.',
  mostTogether: 10,
};

/** The requests behind a number of the flow. */
export function flowPlace({ tenant, time, filters }: ReportQuestion, rows: Record<string, string>): Place {
  const { type, priority, lanes } = filters;
  return { view: 'flow', parameters: { tenant, time, lanes, type, priority, ...rows } };
}
