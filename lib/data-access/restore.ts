import type { ArchivedEvent } from './archive.ts';
import type { Database } from './database.ts';

/** Locks requests for the transaction; answers those of which no archived event is in the database. */
export async function lockMissingRequests(
  transaction: Database,
  pagwIds: readonly string[],
): Promise<string[]> {
  const values = { pagw_ids: JSON.stringify(pagwIds) };
  await transaction.execute(
    `WITH locked AS (
       SELECT FROM request_tracker
       WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
       ORDER BY pagw_id
       FOR UPDATE
     )
     SELECT count(*) FROM locked`,
    values,
  );
  // A statement of its own: it sees what was recorded or restored while the one before waited for a lock.
  const { rows } = await transaction.execute<{ pagwId: string }>(
    `SELECT request.pagw_id
     FROM request_tracker AS request
     CROSS JOIN LATERAL (SELECT archived_through(request.pagw_id) AS last_no) AS archived
     WHERE request.pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
       AND archived.last_no > 0
       AND NOT EXISTS (
         SELECT FROM event_tracker AS event
         WHERE event.pagw_id = request.pagw_id
           AND event.received_on = request.received_on
           AND event.sequence_no <= archived.last_no
       )
     ORDER BY request.pagw_id`,
    values,
  );
  return rows.map(({ pagwId }) => pagwId);
}

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

/**
 * Compares what is in the database of requests with what was noted when they were archived, part by part; answers the
 * requests that differ.
 */
export async function verifyRestored(transaction: Database, pagwIds: readonly string[]): Promise<string[]> {
  const { rows } = await transaction.execute<{ pagwId: string }>(
    `WITH part AS (
       SELECT
         archived.pagw_id, archived.digest, archived.last_sequence_no, request.received_on,
         lag(archived.last_sequence_no, 1, 0::bigint)
           OVER (PARTITION BY archived.pagw_id ORDER BY archived.last_sequence_no) AS after_no
       FROM archived_request AS archived
       JOIN request_tracker AS request ON request.pagw_id = archived.pagw_id
       WHERE archived.pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
     )
     SELECT DISTINCT part.pagw_id
     FROM part
     WHERE part.digest IS DISTINCT FROM (
       SELECT encode(sha256(convert_to(string_agg(archived_event(event)::text, E'\\n' ORDER BY event.sequence_no), 'UTF8')), 'hex')
       FROM event_tracker AS event
       WHERE event.pagw_id = part.pagw_id
         AND event.received_on = part.received_on
         AND event.sequence_no > part.after_no
         AND event.sequence_no <= part.last_sequence_no
     )
     ORDER BY part.pagw_id`,
    { pagw_ids: JSON.stringify(pagwIds) },
  );
  return rows.map(({ pagwId }) => pagwId);
}

/** Creates a dropped month again for what is to be put back, and keeps it until then, or longer where that was asked for. */
export async function keepArchivedMonth(database: Database, day: string, until: Date): Promise<void> {
  await database.execute('SELECT keep_archived_month(:day::date, :until::timestamptz)', { day, until });
}
