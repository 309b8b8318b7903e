import { type PendedGroup, pendedGroups } from '../data-access/workload.ts';
import { defineReport } from './report.ts';

/** What waits at a desk, by the reason it was put off with and by how long ago. */
export const pends = defineReport<PendedGroup>({
  name: 'pends',
  summary: 'pended requests by reason and age, with what is overdue',
  rowsAre: 'pends',
  rowIs: 'group',
  seeLeft: 'name a --tenant to see them',
  read: pendedGroups,
  columns: [
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant, least: 8 },
    { title: 'Reason', unit: 'code', value: ({ reason }) => reason, heads: true, least: 12 },
    { title: 'Requests', unit: 'count', value: ({ requests }) => requests },
    { title: '', unit: 'bar', value: ({ requests }) => ({ value: requests, tone: 'busy' }) },
    { title: 'Up to 1 d', unit: 'count', value: ({ upToOneDay }) => upToOneDay },
    { title: 'Up to 7 d', unit: 'count', value: ({ upToSevenDays }) => upToSevenDays },
    { title: 'Longer', unit: 'count', value: ({ longer }) => longer },
    {
      title: 'Overdue',
      unit: 'count',
      value: ({ overdue }) => overdue,
      leadsTo: ({ tenant }) => ({ view: 'deadlines', parameters: { tenant } }),
    },
    { title: 'Oldest', unit: 'ago', value: ({ oldestPendedAt }) => oldestPendedAt },
    { title: 'Next due', unit: 'ago', value: ({ nextDueAt }) => nextDueAt },
  ],
  fields: [
    ...(['tenant', 'reason', 'requests', 'upToOneDay', 'upToSevenDays', 'longer', 'overdue'] as const),
    ...(['oldestPendedAt', 'nextDueAt'] as const),
  ],
  empty: 'Nothing pends.',
  reads: '`ix_request_tracker_board`, the latest episode of each request at a desk',
});
