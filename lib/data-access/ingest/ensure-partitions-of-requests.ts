import type { Database } from '../database.ts';

/** Makes the months in which these requests arrived, and `now`'s, where they are missing. */
export async function ensurePartitionsOfRequests(
  database: Database,
  pagwIds: readonly string[],
  now: Date,
): Promise<void> {
  await database.execute(
    `SELECT ensure_event_partition(month)
     FROM (
       SELECT date_trunc('month', :now::timestamptz AT TIME ZONE 'UTC')::date AS month
       UNION
       SELECT date_trunc('month', received_on)::date
       FROM request_tracker
       WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
     ) AS months`,
    { now, pagw_ids: JSON.stringify(pagwIds) },
  );
}
