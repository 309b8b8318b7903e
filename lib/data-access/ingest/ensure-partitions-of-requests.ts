import type { Database } from '../database.ts';

/** Makes the months in which the requests of these event records arrived, and `now`'s, where they are missing. */
export async function ensurePartitionsOfRequests(
  database: Database,
  eventRecords: readonly string[],
  now: Date,
): Promise<void> {
  await database.execute(
    `SELECT ensure_event_partition(month)
     FROM (
       SELECT date_trunc('month', :now::timestamptz AT TIME ZONE 'UTC')::date AS month
       UNION
       SELECT date_trunc('month', received_on)::date
       FROM request_tracker
       WHERE pagw_id IN (SELECT event ->> 'pagw_id' FROM json_array_elements(:batch::json) AS event)
     ) AS months`,
    { now, batch: `[${eventRecords.join(',')}]` },
  );
}
