import type { Database } from '../database.ts';

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
