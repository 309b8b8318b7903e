import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';

export interface DueRetry {
  pagwId: string;
  tenant: string;
  stage: string;
  eventType: string;
  sequenceNo: number;
  errorCode: string | null;
  /** Cut at 500 characters. */
  errorMessage: string | null;
  targetSystem: string | null;
  /** That failed. */
  attempt: number;
  nextRetryAt: Date;
  /** Taken by retry to be sent; null while it waits. */
  claimedAt: Date | null;
  /** An operator's pause covers it. */
  held: boolean;
}

export interface DueRetriesQuery {
  /** Null: of all. */
  tenant: string | null;
  now: Date;
  /** Only failures of this stage. */
  stage?: string | undefined;
  /** At most 200. @default 100 */
  limit?: number | undefined;
  after?: string | undefined;
}

const LIST = 'due-retries';
const MOST_ROWS = 200;

/**
 * Failures whose retry is due, longest due first. Unlike the bare condition on the columns it leaves out what has
 * recovered: a later event of the stage, or the end of the request, overtakes a failure.
 * @throws PagePositionError
 */
export async function dueRetries(database: Database, query: DueRetriesQuery): Promise<Page<DueRetry>> {
  const after = readPosition(LIST, query.after, 'number');
  return readPage(database, {
    list: LIST,
    limit: Math.min(query.limit ?? 100, MOST_ROWS),
    sql: `SELECT
       failed.pagw_id, failed.tenant, failed.stage, failed.event_type, failed.sequence_no, failed.error_code,
       left(failed.error_message, 500) AS error_message, downstream.target_system, failed.attempt,
       failed.next_retry_at, claim.claimed_at, failed.next_retry_at::text AS page_at, failed.id AS page_id,
       EXISTS (
         SELECT FROM retry_pause AS pause
         WHERE (pause.tenant IS NULL OR pause.tenant = failed.tenant)
           AND (pause.stage IS NULL OR pause.stage = failed.stage)
           AND (pause.target_system IS NULL OR pause.target_system = downstream.target_system)
       ) AS held
     FROM event_tracker AS failed
     JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
     LEFT JOIN retry_claim AS claim ON claim.failure_id = failed.id
     CROSS JOIN LATERAL (
       SELECT coalesce(failed.metadata ->> 'targetSystem', request.target_system) AS target_system
     ) AS downstream
     WHERE (:tenant::text IS NULL OR failed.tenant = :tenant)
       AND failed.status = 'FAILED'
       AND failed.retryable = TRUE
       AND failed.next_retry_at <= :now::timestamptz
       AND (:stage::text IS NULL OR failed.stage = :stage)
       AND (:after_at::timestamptz IS NULL OR (failed.next_retry_at, failed.id) > (:after_at::timestamptz, :after_id::bigint))
       AND request.completed_at IS NULL
       AND NOT EXISTS (
         SELECT FROM event_tracker AS later
         WHERE later.pagw_id = failed.pagw_id
           AND later.received_on = failed.received_on
           AND later.sequence_no > failed.sequence_no
           AND later.stage = failed.stage
       )
     ORDER BY failed.next_retry_at, failed.id
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      now: query.now,
      stage: query.stage ?? null,
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}
