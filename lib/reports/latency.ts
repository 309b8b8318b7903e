import { latencySlots, type StageLatency, stageLatency } from '../data-access/event-reports.ts';
import { stageRank } from '../domain/event-catalogue.ts';
import { defineReport, type Place, type ReportQuestion } from './report.ts';

/** How long each stage's completed events took, in the order of the pipeline. */
export const latency = defineReport<StageLatency>({
  name: 'latency',
  summary: 'how long each stage took: p50, p95 (within 3 %) and longest, in whole and over time',
  rowsAre: 'latency',
  rowIs: 'stage',
  seeLeft: 'choose a shorter time with --since and --until to see them',
  spanHours: 24,
  byTenant: true,
  read: async (database, question) => {
    const { rows, left } = await stageLatency(database, question, question.now);
    return { rows: rows.toSorted((one, other) => stageRank(one.stage) - stageRank(other.stage)), left };
  },
  columns: [
    { title: 'Stage', unit: 'text', value: ({ stage }) => stage, heads: true, least: 12 },
    {
      title: 'Completed',
      unit: 'count',
      value: ({ count }) => count,
      leadsTo: ({ stage }, { tenant, time }) => ({
        view: 'search',
        parameters: { tenant, stage, status: 'COMPLETED', timed: 'yes', time },
      }),
    },
    { title: 'p50', unit: 'took', value: ({ p50Ms }) => p50Ms },
    {
      title: 'p95',
      unit: 'took',
      value: ({ p95Ms }) => p95Ms,
      leadsTo: (row, question) => longEvents(row, row.p95Ms, question),
    },
    {
      title: 'Max',
      unit: 'took',
      value: ({ maxMs }) => maxMs,
      leadsTo: (row, question) => longEvents(row, row.maxMs, question),
    },
    { title: 'p95 over time', unit: 'spark', value: p95OverTime },
  ],
  fields: ['stage', 'count', 'p50Ms', 'p95Ms', 'maxMs'],
  empty: 'No completed event of this time states how long it took.',
  reads: 'summary + edges',
});

/** Every stage over the same slices, so that the sparks of all rows stand above each other. */
function p95OverTime({ stage, slices }: StageLatency, question: ReportQuestion) {
  const p95s = new Map(slices.map(({ at, p95Ms }) => [at.getTime(), p95Ms]));
  const values = latencySlots(question, question.now).map((start) => p95s.get(start.getTime()) ?? null);
  return { values, label: `p95 of ${stage.slice(0, 40)} in ${values.length} slices of time` };
}

/** Where the events stand that took so long. */
function longEvents(
  { stage }: Pick<StageLatency, 'stage'>,
  leastMs: number,
  question: ReportQuestion,
): Place {
  const { tenant, time } = question;
  const least = String(Math.floor(leastMs));
  return { view: 'search', parameters: { tenant, stage, status: 'COMPLETED', least, time } };
}
