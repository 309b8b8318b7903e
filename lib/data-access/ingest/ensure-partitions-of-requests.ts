import type { Database } from '../database.ts';

/**
 * Makes the months in which the requests of these event records arrived, and `now`'s, where they are missing; answers
 * how many were.
 */
export async function ensurePartitionsOfRequests(
  database: Database,
  eventRecords: readonly string[],
  now: Date,
): Promise<number> {
  const { rows } = await database.execute<{ made: number }>(
    `SELECT count(*) FILTER (WHERE ensure_event_partition(month)) AS made
     FROM (
       SELECT date_trunc('month', :now::timestamptz AT TIME ZONE 'UTC')::date AS month
       UNION
       SELECT date_trunc('month', received_on)::date
       FROM request_tracker
       WHERE pagw_id IN (SELECT event ->> 'pagw_id' FROM json_array_elements(:batch::json) AS event)
     ) AS months`,
    { now, batch: `[${eventRecords.join(',')}]` },
  );
  return rows[0]?.made ?? 0;
}
