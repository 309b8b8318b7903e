import type { Database } from '../database.ts';
import type { ArchivedEvent } from './archived-event.ts';

/**
 * Puts archived events back as they were, under their own ids and numbers; answers how many. Nothing comes in above the
 * last number that is archived of a request. Their month must be there.
 */
export async function putArchivedEvents(
  transaction: Database,
  events: readonly ArchivedEvent[],
): Promise<number> {
  const { updatedCount } = await transaction.execute(
    `INSERT INTO event_tracker (
       id, tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
       next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message,
       worker_id, service_name, started_at, completed_at, occurred_at, created_at, metadata, stated, sender,
       start_sequence_no, start_event_id, start_occurred_at, start_created_at
     )
     SELECT
       (event ->> 0)::bigint, event ->> 1, event ->> 2, (event ->> 3)::date, event ->> 4, event ->> 5, event ->> 6,
       (event ->> 7)::pagw_event_status, (event ->> 8)::bigint, (event ->> 9)::int, (event ->> 10)::boolean,
       instant_at(event ->> 11), instant_at(event ->> 12),
       event ->> 13, (event ->> 14)::int, event ->> 15, event ->> 16, event ->> 17, event ->> 18,
       instant_at(event ->> 19), instant_at(event ->> 20), instant_at(event ->> 21), instant_at(event ->> 22),
       (event ->> 23)::jsonb, (event ->> 24)::jsonb, event ->> 25,
       (event ->> 26)::bigint, event ->> 27, instant_at(event ->> 28), instant_at(event ->> 29)
     FROM json_array_elements(:events::json) AS event
     WHERE (event ->> 8)::bigint <= archived_through(event ->> 2)`,
    { events: JSON.stringify(events) },
  );
  return updatedCount;
}
