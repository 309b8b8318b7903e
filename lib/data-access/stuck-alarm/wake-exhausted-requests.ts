import type { Database } from '../database.ts';

/** What was used up before has had a regular look since, or is due for one. */
const REGULAR_LOOK_MS = 3_600_000;

/**
 * Makes requests due for a look whose latest failure has used up its attempts: nobody will try again, so the next
 * regular look, minutes away, would come late. Costs what is exhausted and not mended.
 */
export async function wakeExhaustedRequests(database: Database, now: Date): Promise<void> {
  await database.execute(
    `UPDATE request_tracker
     SET watch_at = :now::timestamptz
     WHERE pagw_id IN (
       SELECT request.pagw_id
       FROM event_tracker AS failed
       JOIN request_tracker AS request
         ON request.pagw_id = failed.pagw_id AND request.received_on = failed.received_on
       WHERE failed.retry_exhausted_at > :since::timestamptz
         AND request.main_stage = failed.stage
         AND request.main_status = 'FAILED'
         AND request.stuck_reason IS NULL
         AND request.watch_at > :now::timestamptz
       ORDER BY request.pagw_id
       FOR UPDATE OF request SKIP LOCKED
     )`,
    { now, since: new Date(now.getTime() - REGULAR_LOOK_MS) },
  );
}
