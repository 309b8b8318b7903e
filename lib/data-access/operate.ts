import type { RetryFilter } from '../domain/retry-filter.ts';
import type { PauseScope, RetryPause } from '../domain/retry-pause.ts';
import type { Database, SqlResult } from './database.ts';
import { ADDED, type Addition, additionValues } from './ingest.ts';
import { type Page, readBounded, readPage, readPosition, readWhole } from './page.ts';

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

/** Who, why and when, as the operators' functions take them. */
function deedValues({ reason, actedBy }: Operator, now: Date) {
  if (reason.trim() === '') throw new Error('A deed by hand needs a reason; say why in a few words.');
  return { reason: reason.trim(), acted_by: actedBy, now };
}

/** Writes down what an operator did outside of the database: what is done in it is written down by the function that does it. */
export async function recordOperatorAction(
  database: Database,
  { action, filter, affected, ...operator }: OperatorAction,
  now: Date,
): Promise<void> {
  await database.execute(
    'SELECT record_operator_action(:action, :filter::jsonb, :reason, :acted_by, :now::timestamptz, :affected::int)',
    { action, filter: JSON.stringify(filter), affected, ...deedValues(operator, now) },
  );
}

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

function isDone({ rows }: SqlResult<{ done: boolean }>): boolean {
  return rows[0]?.done === true;
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

/**
 * Silences an open incident until an instant; a decision that becomes overdue is notified all the same. An instant that is
 * over ends the silence. Answers false when no open incident has the key.
 */
export async function snoozeIncident(
  database: Database,
  { key, until, ...operator }: Operator & { key: string; until: Date },
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    'SELECT snooze_incident(:key, :until::timestamptz, :reason, :acted_by, :now::timestamptz) AS done',
    { key, until, ...deedValues(operator, now) },
  );
  return isDone(done);
}

/** What decides whether a request may be ended by hand. */
interface RequestToEnd {
  tenant: string;
  closed: boolean;
  undecided: boolean;
  last: number;
}

export async function findToClose(database: Database, pagwId: string): Promise<RequestToEnd | undefined> {
  const { rows } = await database.execute<RequestToEnd>(
    `SELECT tenant, completed_at IS NOT NULL AS closed, clock_stopped_at IS NULL AS undecided, last_sequence_no AS last
     FROM request_tracker
     WHERE pagw_id = :pagw_id`,
    { pagw_id: pagwId },
  );
  return rows[0];
}

/**
 * Writes the event that ends a request by hand, and what it makes of the request.
 * @returns false when an event of the request was recorded since it was read; nothing was written then.
 */
export async function closeWith(
  database: Database,
  addition: Addition,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  const done = await database.execute<{ done: boolean }>(
    `SELECT close_request(
       ${ADDED}, :reason, :acted_by, :now::timestamptz
     ) AS done`,
    { ...additionValues([addition]), ...deedValues(operator, now) },
  );
  return isDone(done);
}

/** What somebody did by hand, as it was written down. */
export interface RecordedAct {
  id: number;
  actedAt: Date;
  actedBy: string;
  action: string;
  /** What it was aimed at. */
  filter: Record<string, unknown>;
  reason: string;
  affected: number;
  /** What has become of it so far; null where there is nothing more to say. */
  outcome: string | null;
}

export interface ActFilter {
  tenant?: string | undefined;
  /** `retry.pause`; or `retry`, for all that begin so. */
  action?: string | undefined;
  actedBy?: string | undefined;
  /** What was aimed at this request, and batches that had it retried. */
  pagwId?: string | undefined;
  incidentKey?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

const ACTS = 'acts';
export const ACTS_PER_PAGE = 500;

/** What was done by hand, latest first. Of a tenant: what names it, in its filter. @throws PagePositionError */
export async function listActs(
  database: Database,
  { tenant, action, actedBy, pagwId, incidentKey, since, until }: ActFilter,
  limit: number,
  position?: string,
): Promise<Page<RecordedAct>> {
  const after = readPosition(ACTS, position, 'number');
  return readPage<RecordedAct>(database, {
    list: ACTS,
    limit,
    sql: `SELECT
       act.id, acted_at, acted_by, action, filter, reason, affected, act_outcome(act) AS outcome,
       acted_at::text AS page_at, act.id AS page_id
     FROM operator_action AS act
     WHERE (:tenant::text IS NULL OR filter ->> 'tenant' = :tenant)
       AND (:action::text IS NULL OR action = :action OR starts_with(action, :action || '.'))
       AND (:acted_by::text IS NULL OR acted_by = :acted_by)
       AND (
         :pagw_id::text IS NULL
         OR filter ->> 'pagwId' = :pagw_id
         OR (action = 'retry.batch' AND (filter ->> 'batch')::bigint IN (
           SELECT batch_id FROM retry_batch_failure WHERE pagw_id = :pagw_id
         ))
       )
       AND (:incident_key::text IS NULL OR filter ->> 'key' = :incident_key)
       AND acted_at >= :since::timestamptz
       AND acted_at < :until::timestamptz
       AND (:after_at::timestamptz IS NULL OR (acted_at, act.id) < (:after_at::timestamptz, :after_id::bigint))
     ORDER BY acted_at DESC, act.id DESC
     LIMIT :limit`,
    values: {
      tenant: tenant ?? null,
      action: action ?? null,
      acted_by: actedBy ?? null,
      pagw_id: pagwId ?? null,
      incident_key: incidentKey ?? null,
      since: since ?? '-infinity',
      until: until ?? 'infinity',
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}
