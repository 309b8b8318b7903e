import { type EventTypeCount, eventDistribution } from '../data-access/event-reports.ts';
import { eventStatusMarks } from '../domain/words.ts';
import { defineReport } from './report.ts';

/** How many events of each type and status were recorded, most frequent first. */
export const distribution = defineReport<EventTypeCount>({
  name: 'distribution',
  summary: 'how many events of each type and status were recorded',
  rowsAre: 'distribution',
  rowIs: 'event type',
  seeLeft: 'choose a shorter time with --since and --until to see them',
  spanHours: 24,
  byTenant: true,
  read: eventDistribution,
  columns: [
    { title: 'Event type', unit: 'code', value: ({ eventType }) => eventType, heads: true, least: 12 },
    { title: 'Status', unit: 'eventStatus', value: ({ status }) => status },
    {
      title: 'Events',
      unit: 'count',
      value: ({ eventCount }) => eventCount,
      leadsTo: ({ eventType, status }, { tenant, time }) => ({
        view: 'search',
        parameters: { tenant, type: eventType, status, time },
      }),
    },
    {
      title: '',
      unit: 'bar',
      value: ({ eventCount, status }) => ({ value: eventCount, tone: eventStatusMarks[status].tone }),
    },
    { title: 'Mean', unit: 'took', value: ({ avgDurationMs }) => avgDurationMs },
    { title: 'Max', unit: 'took', value: ({ maxDurationMs }) => maxDurationMs },
  ],
  fields: ['eventType', 'status', 'eventCount', 'avgDurationMs', 'maxDurationMs'],
  empty: 'No events were recorded in this time.',
  reads: 'summary + edges',
});
