import { type DelegateTurnaround, delegateTurnaround } from '../data-access/workload.ts';
import { defineReport } from './report.ts';

/** Who decides in the plan's place: what it holds without an answer, how fast it decides, and how much of it too late. */
export const delegates = defineReport<DelegateTurnaround>({
  name: 'delegates',
  summary: 'by delegate: accepted without an answer, decided, turnaround from receipt, share that was late',
  rowsAre: 'delegates',
  rowIs: 'delegate',
  seeLeft: 'name a --tenant to see them',
  spanHours: 30 * 24,
  read: delegateTurnaround,
  columns: [
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant, least: 8 },
    { title: 'Delegate', unit: 'text', value: ({ delegate }) => delegate, heads: true, least: 10 },
    { title: 'Open', unit: 'count', value: ({ open }) => open },
    { title: 'Overdue', unit: 'count', value: ({ openOverdue }) => openOverdue },
    { title: 'Oldest', unit: 'ago', value: ({ oldestReceivedAt }) => oldestReceivedAt },
    { title: 'Decided', unit: 'count', value: ({ decided }) => decided },
    { title: 'Median', unit: 'took', value: ({ medianMs }) => medianMs },
    { title: 'p95', unit: 'took', value: ({ p95Ms }) => p95Ms },
    { title: 'Late', unit: 'share', value: ({ late, bound }) => (bound === 0 ? null : late / bound) },
  ],
  fields: [
    ...(['tenant', 'delegate', 'open', 'openOverdue', 'oldestReceivedAt', 'decided'] as const),
    ...(['medianMs', 'p95Ms', 'bound', 'late'] as const),
  ],
  empty: 'No request is decided by a delegate.',
  reads: '`decision_episode`: what is open, and what was determined in the span',
});
