import type { Database } from '../database.ts';

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
