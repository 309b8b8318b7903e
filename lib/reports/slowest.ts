import { type StagePerformance, slowestStages } from '../data-access/event-reports.ts';
import { defineReport, type Place, type ReportQuestion } from './report.ts';

/** The stages and event types whose completed events took longest on average. */
export const slowest = defineReport<StagePerformance>({
  name: 'slowest',
  summary: 'stages and event types by mean duration, slowest first, with p95 and longest',
  rowsAre: 'stages',
  rowIs: 'event type',
  seeLeft: '--limit shows more',
  spanHours: 7 * 24,
  limit: 20,
  byTenant: true,
  read: (database, question) => slowestStages(database, question, question.limit),
  columns: [
    { title: 'Event type', unit: 'code', value: ({ eventType }) => eventType, heads: true, least: 12 },
    { title: 'Stage', unit: 'text', value: ({ stage }) => stage, least: 12 },
    {
      title: 'Completed',
      unit: 'count',
      value: ({ occurrences }) => occurrences,
      leadsTo: ({ stage, eventType }, { tenant, time }) => ({
        view: 'search',
        parameters: { tenant, stage, type: eventType, status: 'COMPLETED', timed: 'yes', time },
      }),
    },
    { title: 'Mean', unit: 'took', value: ({ avgMs }) => avgMs },
    { title: '', unit: 'bar', value: ({ avgMs }) => ({ value: avgMs, tone: 'busy' }) },
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
  ],
  fields: ['stage', 'eventType', 'occurrences', 'avgMs', 'p95Ms', 'maxMs'],
  empty: 'No completed event of this time states how long it took.',
  reads: 'summary + edges',
});

/** Where the events stand that took so long. */
function longEvents(
  { stage, eventType }: Pick<StagePerformance, 'stage' | 'eventType'>,
  leastMs: number,
  question: ReportQuestion,
): Place {
  const { tenant, time } = question;
  const least = String(Math.floor(leastMs));
  return { view: 'search', parameters: { tenant, stage, type: eventType, status: 'COMPLETED', least, time } };
}
