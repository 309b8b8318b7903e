import { type DueRetry, dueRetries } from '../data-access/due-retries.ts';
import { retryStateMarks } from '../domain/words.ts';
import { defineReport } from './report.ts';

/** Failures whose retry is due, longest due first. */
export const retries = defineReport<DueRetry>({
  name: 'retries',
  summary: 'failures whose retry is due, longest due first; what has recovered is not among them',
  rowsAre: 'retries',
  filters: [{ name: 'stage', says: 'only this stage' }],
  limit: 50,
  paged: true,
  read: (database, { filters, ...question }) =>
    dueRetries(database, { ...question, stage: filters.stage?.toUpperCase() }),
  columns: [
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant },
    { title: 'Request', unit: 'request', value: ({ pagwId }) => pagwId, heads: true },
    { title: 'Stage', unit: 'text', value: ({ stage }) => stage, least: 12 },
    { title: 'Attempt', unit: 'number', value: ({ attempt }) => attempt },
    { title: 'Error', unit: 'code', value: ({ errorCode }) => errorCode, least: 10 },
    { title: 'Downstream', unit: 'text', value: ({ targetSystem }) => targetSystem, least: 8 },
    { title: 'Due', unit: 'ago', value: ({ nextRetryAt }) => nextRetryAt },
    {
      title: 'State',
      unit: 'mark',
      value: ({ paused, claimedAt }) =>
        retryStateMarks[paused ? 'paused' : claimedAt === null ? 'due' : 'sending'],
    },
  ],
  fields: [
    ...(['tenant', 'pagwId', 'stage', 'eventType', 'sequenceNo', 'attempt', 'errorCode'] as const),
    ...(['targetSystem', 'nextRetryAt', 'claimedAt', 'paused'] as const),
  ],
  empty: 'No retry is due.',
  reads: '`ix_event_tracker_retry`',
});
