import type { Database } from '../database.ts';

export interface ReviewRetry {
  pagwId: string;
  stage: string;
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
