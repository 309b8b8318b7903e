import type { PauseScope, RetryFilter, RetryPause } from '../domain/retry-orders.ts';
import type { Database } from './database.ts';
import { deedValues, isDone, type Operator } from './operate.ts';
import { readBounded, readWhole } from './page.ts';

/** A failure made due by hand. */
export interface MadeDue {
  stage: string;
  sequenceNo: number;
  /** That failed; the next one is sent. */
  attempt: number;
  wasExhausted: boolean;
}

export interface RetryNowOptions extends Operator {
  pagwId: string;
  /** Null: every stage of the request that waits. */
  stage: string | null;
}

/**
 * Makes the request's waiting and exhausted failures due at once; the next run of retry sends them.
 * Empty when there is none: see `whyNothingToRetry`.
 */
export async function retryNow(
  database: Database,
  { pagwId, stage, ...operator }: RetryNowOptions,
  now: Date,
): Promise<MadeDue[]> {
  const { rows } = await database.execute<MadeDue>(
    `SELECT stage, sequence_no, attempt, was_exhausted
     FROM retry_now(:pagw_id, :stage::text, :reason, :acted_by, :now::timestamptz)`,
    { pagw_id: pagwId, stage, ...deedValues(operator, now) },
  );
  return rows;
}

/**
 * - `unknown`: no such request, or none of its events is of the stage.
 * - `closed`: the request has ended.
 * - `dispatched`: a retry was sent, and its outcome is awaited.
 * - `not-retryable`: the stage failed for good.
 * - `not-failed`: the stage's latest event is no failure.
 */
export type NothingToRetry = 'unknown' | 'closed' | 'dispatched' | 'not-retryable' | 'not-failed';

/** Says why a request, or one stage of it, has nothing that could be retried. */
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

export interface ResendRequest extends Operator {
  pagwId: string;
  stage: string;
  attempt: number;
  /** Of the latest main-lane event, as it was read. */
  afterSequenceNo: number;
  /** Known and accepted: the downstream may have the case, and get a second one. */
  riskAccepted: boolean;
}

/**
 * Asks for a stage's work to be sent once more; the next run of retry sends it.
 * @returns `waiting` when it was asked for already, `moved` when the request is not stuck any more as it was read.
 */
export async function orderResend(
  database: Database,
  { pagwId, stage, attempt, afterSequenceNo, riskAccepted, ...operator }: ResendRequest,
  now: Date,
): Promise<'requested' | 'waiting' | 'moved'> {
  const { rows } = await database.execute<{ outcome: 'requested' | 'waiting' | 'moved' }>(
    `SELECT request_resend(
       :pagw_id, :stage, :attempt::int, :after_no::bigint, :risk_accepted, :reason, :acted_by, :now::timestamptz
     ) AS outcome`,
    {
      pagw_id: pagwId,
      stage,
      attempt,
      after_no: afterSequenceNo,
      risk_accepted: riskAccepted,
      ...deedValues(operator, now),
    },
  );
  return rows[0]?.outcome ?? 'moved';
}

export interface RetryBatchRequest extends Operator {
  filter: RetryFilter;
  /** Failures made due per minute, at most. */
  ratePerMinute: number;
}

export interface RequestedRetryBatch {
  id: number;
  /** Failures that match now; those that fail later are no part of the batch. */
  matched: number;
}

/** Failures a minute that a batch sends unless asked otherwise, and at most. */
export const BATCH_RATE = { usual: 60, most: 100_000 } as const;

/** Asks for every failure that matches to be retried now, exhausted ones included; retry carries it out in steps. */
export async function requestRetryBatch(
  database: Database,
  { filter, ratePerMinute, ...operator }: RetryBatchRequest,
  now: Date,
): Promise<RequestedRetryBatch> {
  if (!Number.isInteger(ratePerMinute) || ratePerMinute < 1 || ratePerMinute > BATCH_RATE.most)
    throw new RangeError(
      `The rate must be a whole number of failures per minute, from 1 to ${BATCH_RATE.most}.`,
    );
  const { rows } = await database.execute<RequestedRetryBatch>(
    `SELECT id, matched
     FROM request_retry_batch(:filter::jsonb, :rate::int, :reason, :acted_by, :now::timestamptz)`,
    { filter: JSON.stringify(filter), rate: ratePerMinute, ...deedValues(operator, now) },
  );
  const [batch] = rows;
  if (batch === undefined) throw new Error('The retry batch was not stored; ask for it again.');
  return batch;
}

export interface RetryBatch {
  id: number;
  filter: RetryFilter;
  reason: string;
  requestedBy: string;
  requestedAt: Date;
  ratePerMinute: number;
  matched: number;
  /** Made due so far. */
  done: number;
  state: 'RUNNING' | 'DONE' | 'CANCELLED';
  finishedAt: Date | null;
}

/** The latest batches, newest first. */
export async function listRetryBatches(database: Database, limit: number): Promise<RetryBatch[]> {
  const { rows } = await readBounded<RetryBatch>(
    database,
    `SELECT id, filter, reason, requested_by, requested_at, rate_per_minute, matched, done, state, finished_at
     FROM retry_batch
     ORDER BY id DESC
     LIMIT :limit::int`,
    { limit },
  );
  return rows;
}

/**
 * Stops a running batch; what it has made due already goes out.
 * @returns false when it is not running.
 */
export async function cancelRetryBatch(
  database: Database,
  id: number,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    'SELECT cancel_retry_batch(:id::bigint, :reason, :acted_by, :now::timestamptz) AS done',
    { id, ...deedValues(operator, now) },
  );
  return isDone(done);
}

/** Nothing is named, so everything would be held back. */
export class PauseScopeError extends Error {
  override readonly name = 'PauseScopeError';
  constructor() {
    super('A pause needs a tenant, a stage or a downstream; name at least one.');
  }
}

/**
 * Holds the retries in scope back: they become due and stay due, and go out after the resume.
 * @returns false when just this scope was paused already; the first reason stays.
 * @throws PauseScopeError when the scope names nothing.
 */
export async function pauseRetries(
  database: Database,
  scope: PauseScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  const { tenant, stage, downstream } = scope;
  if (tenant === null && stage === null && downstream === null) throw new PauseScopeError();
  const done = await database.execute<{ done: boolean }>(
    `SELECT pause_retries(
       :tenant::text, :stage::text, :downstream::text, :reason, :acted_by, :now::timestamptz
     ) AS done`,
    { ...scope, ...deedValues(operator, now) },
  );
  return isDone(done);
}

/**
 * Lifts the pause of exactly this scope; wider and narrower ones stay.
 * @returns false when there was none.
 */
export async function resumeRetries(
  database: Database,
  scope: PauseScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    `SELECT resume_retries(
       :tenant::text, :stage::text, :downstream::text, :reason, :acted_by, :now::timestamptz
     ) AS done`,
    { ...scope, ...deedValues(operator, now) },
  );
  return isDone(done);
}

const PAGE_PAUSES = 1_000;

/** All pauses, the oldest first: what one covers must not depend on how many there are. */
export async function listRetryPauses(database: Database): Promise<RetryPause[]> {
  const pauses = await readWhole<RetryPause & { id: number }>(
    (last) =>
      readBounded<RetryPause & { id: number }>(
        database,
        `SELECT id, tenant, stage, target_system AS downstream, reason, paused_by, paused_at
         FROM retry_pause
         WHERE id > :after_id
         ORDER BY id
         LIMIT :limit`,
        { after_id: last?.id ?? 0, limit: PAGE_PAUSES },
      ),
    PAGE_PAUSES,
  );
  return pauses.map(({ id: _, ...pause }) => pause);
}
