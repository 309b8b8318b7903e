import type { RequestFacts } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';

/** A request whose look is due. */
export interface WatchedRequest extends RequestFacts {
  pagwId: string;
  /** What a verdict on these facts is valid for: the request as of this event. */
  lastSequenceNo: number;
}

/**
 * The requests to look at now, longest due first, with what the judgement needs of their latest main-lane event: one
 * step down the index of the request's own partition.
 */
export async function takeWatchedRequests(
  database: Database,
  limit: number,
  now: Date,
): Promise<WatchedRequest[]> {
  const { rows } = await database.execute<WatchedRequest>(
    `SELECT
       request.pagw_id, request.tenant, request.status::text AS status, request.priority, request.received_at,
       request.completed_at, request.decided_at, request.last_stage, request.main_stage,
       request.main_status::text AS main_status, request.next_stage, request.last_sequence_no,
       coalesce(latest.created_at, request.last_event_at, request.created_at) AS recorded_at,
       coalesce(latest.occurred_at, request.last_event_at, request.created_at) AS occurred_at,
       latest.next_retry_at, latest.retry_exhausted_at, latest.error_code
     FROM request_tracker AS request
     LEFT JOIN LATERAL (
       SELECT event.created_at, event.occurred_at, event.next_retry_at, event.retry_exhausted_at, event.error_code
       FROM event_tracker AS event
       WHERE event.pagw_id = request.pagw_id
         AND event.received_on = request.received_on
         AND (request.main_stage IS NULL OR event.stage = request.main_stage)
         AND request.completed_at IS NULL
       ORDER BY event.sequence_no DESC
       LIMIT 1
     ) AS latest ON true
     WHERE request.watch_at <= :now::timestamptz
     ORDER BY request.watch_at
     LIMIT :limit`,
    { now, limit },
  );
  return rows;
}
