/**
 * The columns of an archived event, all of event_tracker's, in the order of the database function archived_event().
 * - `integer64`, `instant` (microseconds since 1970, UTC): digits as text, exact whatever their size
 * - `day`: `YYYY-MM-DD`
 */
export const ARCHIVED_COLUMNS = [
  ['id', 'integer64'],
  ['tenant', 'text'],
  ['pagw_id', 'text'],
  ['received_on', 'day'],
  ['event_id', 'text'],
  ['stage', 'text'],
  ['event_type', 'text'],
  ['status', 'text'],
  ['sequence_no', 'integer64'],
  ['attempt', 'integer32'],
  ['retryable', 'boolean'],
  ['next_retry_at', 'instant'],
  ['retry_exhausted_at', 'instant'],
  ['external_reference', 'text'],
  ['duration_ms', 'integer32'],
  ['error_code', 'text'],
  ['error_message', 'text'],
  ['worker_id', 'text'],
  ['service_name', 'text'],
  ['started_at', 'instant'],
  ['completed_at', 'instant'],
  ['occurred_at', 'instant'],
  ['created_at', 'instant'],
  ['metadata', 'text'],
  ['stated', 'text'],
  ['sender', 'text'],
  ['start_sequence_no', 'integer64'],
  ['start_event_id', 'text'],
  ['start_occurred_at', 'instant'],
  ['start_created_at', 'instant'],
] as const satisfies readonly (readonly [string, ArchivedKind])[];

export type ArchivedKind = 'integer64' | 'integer32' | 'instant' | 'day' | 'boolean' | 'text';
export type ArchivedColumn = (typeof ARCHIVED_COLUMNS)[number][0];
export type ArchivedValue = string | number | boolean | null;

/** A row of event_tracker as it is archived: its values in the order of ARCHIVED_COLUMNS. */
export type ArchivedEvent = readonly ArchivedValue[];

const PLACES = new Map(ARCHIVED_COLUMNS.map(([name], place) => [name, place]));

/** The value of one column. */
export function archivedValue(event: ArchivedEvent, column: ArchivedColumn): ArchivedValue {
  return event[PLACES.get(column) ?? -1] ?? null;
}
