import type { RetryFilter } from '../domain/retry-filter.ts';
import type { Database } from './database.ts';
import { readBounded } from './page.ts';
import { filterValues, MATCHES_FILTER } from './retry.ts';

/** Who does something by hand, and why. */
export interface Operator {
  actedBy: string;
  /** Not blank. */
  reason: string;
}

export interface OperatorAction extends Operator {
  /** `retry.pause`, `request.close`, … */
  action: string;
  /** What it was aimed at. */
  filter: object;
  /** How many failures, requests or incidents it touched. */
  affected: number;
}

/** Writes down what an operator did; the same transaction as the deed itself, so that none goes without the other. */
export async function recordOperatorAction(
  transaction: Database,
  { action, filter, reason, actedBy, affected }: OperatorAction,
  now: Date,
): Promise<void> {
  if (reason.trim() === '') throw new Error('A deed by hand needs a reason; say why in a few words.');
  await transaction.execute(
    `INSERT INTO operator_action (action, filter, reason, acted_by, acted_at, affected)
     VALUES (:action, :filter::jsonb, :reason, left(:acted_by, 128), :now::timestamptz, :affected::int)`,
    { action, filter: JSON.stringify(filter), reason: reason.trim(), acted_by: actedBy, now, affected },
  );
}

/** A failure made due by hand. */
export interface BroughtForward {
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
  { pagwId, stage, reason, actedBy }: RetryNowOptions,
  now: Date,
): Promise<BroughtForward[]> {
  return database.transaction(async (transaction) => {
    const { rows } = await transaction.execute<BroughtForward>(
      `WITH waiting AS MATERIALIZED (
         SELECT id, received_on, retry_exhausted_at
         FROM waiting_failure
         WHERE pagw_id = :pagw_id AND (:stage::text IS NULL OR stage = :stage::text)
       )
       UPDATE event_tracker AS failed
       SET next_retry_at = least(failed.next_retry_at, :now::timestamptz), retry_exhausted_at = NULL
       FROM waiting
       WHERE failed.id = waiting.id
         AND failed.received_on = waiting.received_on
         AND (failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL)
       RETURNING failed.stage, failed.sequence_no, failed.attempt,
         waiting.retry_exhausted_at IS NOT NULL AS was_exhausted`,
      { pagw_id: pagwId, stage, now },
    );
    if (rows.length > 0)
      await recordOperatorAction(
        transaction,
        { action: 'retry.run', filter: { pagwId, stage }, reason, actedBy, affected: rows.length },
        now,
      );
    return rows;
  });
}

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

/** Asks for every failure that matches to be retried now, exhausted ones included; retry carries it out in steps. */
export async function requestRetryBatch(
  database: Database,
  { filter, ratePerMinute, reason, actedBy }: RetryBatchRequest,
  now: Date,
): Promise<RequestedRetryBatch> {
  if (!Number.isInteger(ratePerMinute) || ratePerMinute < 1 || ratePerMinute > 100_000)
    throw new RangeError('The rate must be a whole number of failures per minute, from 1 to 100000.');
  return database.transaction(async (transaction) => {
    const { rows } = await transaction.execute<RequestedRetryBatch>(
      `INSERT INTO retry_batch (filter, reason, requested_by, requested_at, rate_per_minute, matched)
       SELECT :filter::jsonb, :reason, left(:acted_by, 128), :now::timestamptz, :rate::int, count(*)
       FROM waiting_failure
       WHERE failed_at <= :now::timestamptz AND ${MATCHES_FILTER}
       RETURNING id, matched`,
      {
        ...filterValues(filter),
        filter: JSON.stringify(filter),
        reason,
        acted_by: actedBy,
        now,
        rate: ratePerMinute,
      },
    );
    const [batch] = rows;
    if (batch === undefined) throw new Error('The retry batch was not stored; ask for it again.');
    await recordOperatorAction(
      transaction,
      {
        action: 'retry.batch',
        filter: { ...filter, batch: batch.id },
        reason,
        actedBy,
        affected: batch.matched,
      },
      now,
    );
    return batch;
  });
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
  return database.transaction(async (transaction) => {
    const { rows } = await transaction.execute<{ done: number }>(
      `UPDATE retry_batch SET state = 'CANCELLED', finished_at = :now::timestamptz
       WHERE id = :id AND state = 'RUNNING'
       RETURNING done`,
      { id, now },
    );
    const [cancelled] = rows;
    if (cancelled === undefined) return false;
    await recordOperatorAction(
      transaction,
      { ...operator, action: 'retry.batch.cancel', filter: { batch: id }, affected: cancelled.done },
      now,
    );
    return true;
  });
}

/** What is held back; null stands for all, and one at least is named. */
export interface PauseScope {
  tenant: string | null;
  stage: string | null;
  downstream: string | null;
}

export interface RetryPause extends PauseScope {
  reason: string;
  pausedBy: string;
  pausedAt: Date;
}

/** Nothing is named, so everything would be held back. */
export class PauseScopeError extends Error {
  override readonly name = 'PauseScopeError';
  constructor() {
    super('A pause needs a tenant, a stage or a downstream; name at least one.');
  }
}

const SAME_SCOPE = `tenant IS NOT DISTINCT FROM :tenant::varchar
  AND stage IS NOT DISTINCT FROM :stage::varchar
  AND target_system IS NOT DISTINCT FROM :downstream::varchar`;

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
  return database.transaction(async (transaction) => {
    const { updatedCount } = await transaction.execute(
      `INSERT INTO retry_pause (tenant, stage, target_system, reason, paused_by, paused_at)
       VALUES (:tenant, :stage, :downstream, :reason, left(:acted_by, 128), :now::timestamptz)
       ON CONFLICT DO NOTHING`,
      { tenant, stage, downstream, reason: operator.reason, acted_by: operator.actedBy, now },
    );
    await recordOperatorAction(
      transaction,
      { ...operator, action: 'retry.pause', filter: scope, affected: updatedCount },
      now,
    );
    return updatedCount > 0;
  });
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
  return database.transaction(async (transaction) => {
    const { updatedCount } = await transaction.execute(`DELETE FROM retry_pause WHERE ${SAME_SCOPE}`, {
      ...scope,
    });
    if (updatedCount === 0) return false;
    await recordOperatorAction(
      transaction,
      { ...operator, action: 'retry.resume', filter: scope, affected: updatedCount },
      now,
    );
    return true;
  });
}

const MAX_PAUSES = 1_000;

/** The oldest pauses first. */
export async function listRetryPauses(database: Database): Promise<RetryPause[]> {
  const { rows } = await readBounded<RetryPause>(
    database,
    `SELECT tenant, stage, target_system AS downstream, reason, paused_by, paused_at
     FROM retry_pause
     ORDER BY paused_at, id
     LIMIT :limit`,
    { limit: MAX_PAUSES },
  );
  return rows;
}

/**
 * Silences an open incident until an instant; a decision that becomes overdue is told all the same. An instant that is
 * over ends the silence. Answers false when no open incident has the key.
 */
export async function snoozeIncident(
  database: Database,
  { key, until, reason, actedBy }: Operator & { key: string; until: Date },
  now: Date,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { updatedCount } = await transaction.execute(
      `UPDATE incident
       SET snoozed_until = :until::timestamptz, snoozed_by = left(:acted_by, 128), version = version + 1
       WHERE key = :key AND closed_at IS NULL`,
      { key, until, acted_by: actedBy },
    );
    if (updatedCount === 0) return false;
    const filter = { key, until: until.toISOString() };
    await recordOperatorAction(
      transaction,
      { action: 'incident.snooze', filter, reason, actedBy, affected: 1 },
      now,
    );
    return true;
  });
}
