import type { WorkloadEvent } from './contestant.ts';

/** A column of event_tracker and the value it gets when everything is known beforehand. */
type Column = readonly [
  name: string,
  type: string,
  read: (item: WorkloadEvent) => string | number | boolean | null,
];

export const EVENT_COLUMNS: readonly Column[] = [
  ['tenant', 'text', ({ event }) => event.tenant],
  ['pagw_id', 'text', ({ event }) => event.pagwId],
  ['event_id', 'text', ({ event }) => event.eventId],
  ['stage', 'text', ({ event }) => event.stage],
  ['event_type', 'text', ({ event }) => event.eventType],
  ['status', 'pagw_event_status', ({ event }) => event.status],
  ['sequence_no', 'bigint', ({ sequenceNo }) => sequenceNo],
  ['attempt', 'int', ({ event }) => event.attempt ?? 1],
  ['retryable', 'boolean', ({ event }) => event.retryable],
  ['external_reference', 'text', ({ event }) => event.externalReference],
  ['duration_ms', 'int', ({ event }) => event.durationMs],
  ['error_code', 'text', ({ event }) => event.errorCode],
  ['error_message', 'text', ({ event }) => event.errorMessage],
  ['worker_id', 'text', ({ event }) => event.workerId],
  ['service_name', 'text', ({ event }) => event.serviceName],
  ['started_at', 'timestamptz', ({ event }) => event.startedAt],
  ['completed_at', 'timestamptz', ({ event }) => event.completedAt],
  ['occurred_at', 'timestamptz', ({ event }) => event.occurredAt],
  ['metadata', 'jsonb', ({ event }) => event.metadata && JSON.stringify(event.metadata)],
];

/** A column's values as PostgreSQL's array text: `{a,"b c",NULL}`. */
export function arrayText(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => (typeof value === 'string' ? quoted(value) : String(value ?? 'NULL'))).join()}}`;
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}
