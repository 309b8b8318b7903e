import type { Database } from '../database.ts';

/**
 * - `unknown`: no such request, or none of its events is of the stage.
 * - `closed`: the request has ended.
 * - `dispatched`: a retry was sent, and its outcome is awaited.
 * - `not-retryable`: the stage failed for good.
 * - `not-failed`: the stage's latest event is no failure.
 */
export type NothingToRetry = 'unknown' | 'closed' | 'dispatched' | 'not-retryable' | 'not-failed';

/** Tells why a request, or one stage of it, has nothing that could be retried. */
export async function whyNothingToRetry(
  database: Database,
  pagwId: string,
  stage: string | null,
): Promise<NothingToRetry> {
  const { rows } = await database.execute<{ why: NothingToRetry }>(
    `SELECT CASE
       WHEN request.completed_at IS NOT NULL THEN 'closed'
       WHEN latest.status = 'RETRY_SCHEDULED' THEN 'dispatched'
       WHEN latest.status = 'FAILED' THEN 'not-retryable'
       ELSE 'not-failed'
     END AS why
     FROM request_tracker AS request
     CROSS JOIN LATERAL (
       SELECT status
       FROM event_tracker AS event
       WHERE event.pagw_id = request.pagw_id
         AND event.received_on = request.received_on
         AND (event.stage = coalesce(:stage::text, request.main_stage) OR request.main_stage IS NULL)
       ORDER BY event.sequence_no DESC
       LIMIT 1
     ) AS latest
     WHERE request.pagw_id = :pagw_id`,
    { pagw_id: pagwId, stage },
  );
  return rows[0]?.why ?? 'unknown';
}
