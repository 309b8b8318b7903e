import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import type { TestDatabase } from './database.ts';
import type { Step } from './history.ts';

/** A request that went through with one failure on the way; fourteen events, five of them STARTs that can be merged. */
export const HAPPY_WITH_RETRY: readonly Step[] = [
  [0, 'REQUEST_RECEIVED', { metadata: { syncMode: true } }],
  [1, 'WORKFLOW_START', { metadata: { mode: 'SYNC' } }],
  [2, 'PARSE_START', { workerId: 'pod-1' }],
  [3, 'PARSE_OK', { workerId: 'pod-1', durationMs: 3471, metadata: { note: 'süß "q" \\ 😀', count: 3 } }],
  [4, 'WORKFLOW_COMPLETE', { metadata: { mode: 'ASYNC_QUEUED' } }],
  [5, 'PUBLISH_START'],
  [6, 'VAL_START'],
  [7, 'PUBLISH_OK', { durationMs: 97 }],
  [8, 'VAL_FAIL', { errorCode: 'VALIDATION_EXCEPTION', errorMessage: 'no answer', retryable: true }],
  [9, 'VAL_START'],
  [10, 'VAL_OK', { durationMs: 1194 }],
  [11, 'DOWNSTREAM_START', { startedAt: '2026-03-01T10:11:00.000Z' }],
  [12, 'DOWNSTREAM_OK', { externalReference: 'EXT-1', metadata: { targetSystem: 'carelon' } }],
  [13, 'RESPONSE_START'],
  [14, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
];

/** Brings summary and flow up to date, without which nothing is compacted, archived or dropped. */
export async function rollUp({ database }: TestDatabase, now: Date) {
  const options = { database, now, mayGoOn: () => true };
  const refreshed = await refreshSummary(options);
  await refreshFlow(options);
  return refreshed;
}
