import { type BacklogDay, openedAgainstCleared } from '../data-access/workload.ts';
import { defineReport } from './report.ts';

/** Whether decisions keep up with what comes in. */
export const backlog = defineReport<BacklogDay>({
  name: 'backlog',
  summary: 'requests opened against requests cleared (determined, or ended otherwise), by day',
  rowsAre: 'days',
  rowIs: 'day',
  seeLeft: 'choose a shorter time with --since and --until to see them',
  spanHours: 14 * 24,
  read: openedAgainstCleared,
  columns: [
    { title: 'Day', unit: 'moment', value: ({ day }) => day, heads: true },
    { title: 'Opened', unit: 'count', value: ({ opened }) => opened },
    { title: '', unit: 'bar', value: ({ opened }) => ({ value: opened, tone: 'busy' }) },
    { title: 'Cleared', unit: 'count', value: ({ cleared }) => cleared },
    { title: '', unit: 'bar', value: ({ cleared }) => ({ value: cleared, tone: 'ok' }) },
    { title: 'Growth', unit: 'number', value: ({ growth }) => growth },
  ],
  fields: ['day', 'opened', 'cleared', 'growth'],
  empty: 'Nothing was opened or cleared in this time.',
  reads:
    '`ix_decision_episode_received`, `ix_decision_episode_resolved`; of all tenants `ix_decision_episode_received_at`, `ix_decision_episode_resolved_at`',
});
