import type { Database } from './database.ts';
import { type Page, readPage, readPosition } from './page.ts';

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
  paused: boolean;
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
  return readPage<DueRetry>(database, {
    list: LIST,
    limit: Math.min(query.limit ?? 100, MOST_ROWS),
    sql: `SELECT
       failed.pagw_id, failed.tenant, failed.stage, failed.event_type, failed.sequence_no, failed.error_code,
       left(failed.error_message, 500) AS error_message, downstream.target_system, failed.attempt,
       failed.next_retry_at, claim.claimed_at, failed.next_retry_at::text AS page_at, failed.id AS page_id,
       EXISTS (SELECT FROM pauses_of(failed.tenant, failed.stage, downstream.target_system)) AS paused
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

export interface ReviewRetry {
  pagwId: string;
  tenant: string;
  stage: string;
  eventType: string;
  errorCode: string | null;
  errorMessage: string | null;
  attempt: number;
  nextRetryAt: Date;
}

/** The schema review's query for its retry worker, word for word but for the tenant. */
export async function reviewRetries(database: Database, tenant: string): Promise<ReviewRetry[]> {
  const { rows } = await database.execute<ReviewRetry>(
    `SELECT
       pagw_id,
       tenant,
       stage,
       event_type,
       error_code,
       error_message,
       attempt,
       next_retry_at
     FROM event_tracker
     WHERE tenant = :tenant
       AND status = 'FAILED'
       AND retryable = TRUE
       AND next_retry_at <= NOW()
     ORDER BY next_retry_at
     LIMIT 100`,
    { tenant },
  );
  return rows;
}

/** What the review's condition finds at all tenants, and what of it has been overtaken and must not be sent. */
export interface ReviewRetryCount {
  due: number;
  overtaken: number;
  /** One of the overtaken. */
  overtakenPagwId: string | null;
}

/** A backlog longer than this is judged by its first rows. */
const MOST_JUDGED = 10_000;

export async function countReviewRetries(database: Database, now: Date): Promise<ReviewRetryCount> {
  const { rows } = await database.execute<ReviewRetryCount>(
    `WITH due AS MATERIALIZED (
       SELECT pagw_id, received_on, stage, sequence_no
       FROM event_tracker
       WHERE status = 'FAILED' AND retryable = TRUE AND next_retry_at <= :now::timestamptz
       LIMIT ${MOST_JUDGED}
     ), judged AS (
       SELECT
         due.pagw_id,
         request.completed_at IS NOT NULL OR EXISTS (
           SELECT FROM event_tracker AS later
           WHERE later.pagw_id = due.pagw_id
             AND later.received_on = due.received_on
             AND later.sequence_no > due.sequence_no
             AND later.stage = due.stage
         ) AS overtaken
       FROM due
       JOIN request_tracker AS request ON request.pagw_id = due.pagw_id
     )
     SELECT
       count(*) AS due,
       count(*) FILTER (WHERE overtaken) AS overtaken,
       min(pagw_id) FILTER (WHERE overtaken) AS overtaken_pagw_id
     FROM judged`,
    { now },
  );
  return rows[0] ?? { due: 0, overtaken: 0, overtakenPagwId: null };
}

export interface SentRetries {
  sent: number;
  lastSentAt: Date | null;
}

/** The retry commands sent since an instant, counted by the events that note them, through the index on their type. */
export async function countSentRetries(
  database: Database,
  tenants: readonly string[],
  since: Date,
): Promise<SentRetries> {
  const { rows } = await database.execute<SentRetries>(
    `SELECT count(*) AS sent, max(created_at) AS last_sent_at
     FROM json_array_elements_text(:tenants::json) AS named (tenant)
     JOIN event_tracker AS event ON event.tenant = named.tenant
     WHERE event.event_type = 'RETRY_SCHEDULED' AND event.created_at >= :since::timestamptz`,
    { tenants: JSON.stringify(tenants), since },
  );
  return rows[0] ?? { sent: 0, lastSentAt: null };
}
