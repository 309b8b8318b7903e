import type { ResendCause } from '../domain/resend.ts';
import type { RetryFilter } from '../domain/retry-filter.ts';
import type { RetryState } from '../domain/words.ts';
import { type Database, LATEST_RIGHT_TIME, type SqlValues } from './database.ts';
import { type NamedInMetrics, namedValues, stageInMetrics, tenantInMetrics } from './named-in-metrics.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';

/** A failure taken for sending; nobody else takes it while its claim stands. */
export interface ClaimedFailure {
  /** With `receivedOn` (YYYY-MM-DD), the row in event_tracker. */
  id: number;
  receivedOn: string;
  tenant: string;
  stage: string;
  pagwId: string;
  sequenceNo: number;
  /** That failed. */
  attempt: number;
  errorCode: string | null;
}

/** How far a run has come: the last failure it looked at, by tenant and stage. */
export type Cursors = Map<string, { tenant: string; stage: string; due_at: string; id: number }>;

export interface ClaimOptions {
  now: Date;
  /** At most this many, or a few more where many tenants share. */
  limit: number;
  /** Is moved on; start a run with an empty one. */
  cursors: Cursors;
  /** Left alone. */
  skippedStages: Iterable<string>;
}

export interface Claim {
  claimed: ClaimedFailure[];
  /** Had been overtaken unnoticed; cleared instead of claimed. */
  superseded: number;
  /** Nothing is due that this run has not looked at. */
  nothingLeft: boolean;
}

/** `TAKEN`: another run was quicker. */
type Row = ClaimedFailure & { outcome: 'CLAIMED' | 'TAKEN' | 'SUPERSEDED'; dueAt: string };

/** What a retry command says of a request beside its failure. */
export interface RetryContext {
  correlationId: string | null;
  payloadBucket: string | null;
  payloadKey: string | null;
  externalReference: string | null;
}

/** Reads what commands need of the requests of claimed failures; by pagwId, answer by answer. */
export async function readRetryContexts(
  database: Database,
  claimed: readonly ClaimedFailure[],
): Promise<Map<string, RetryContext>> {
  const contexts = new Map<string, RetryContext>();
  let pagwIds = [...new Set(claimed.map(({ pagwId }) => pagwId))].sort();
  while (pagwIds.length > 0) {
    const { rows } = await readBounded<RetryContext & { pagwId: string }>(
      database,
      `SELECT pagw_id, correlation_id, payload_bucket, payload_key, external_reference_id AS external_reference
       FROM request_tracker
       WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
       ORDER BY pagw_id
       LIMIT :limit`,
      { pagw_ids: JSON.stringify(pagwIds), limit: pagwIds.length },
    );
    for (const { pagwId, ...context } of rows) contexts.set(pagwId, context);
    const isLeft = (pagwId: string) => !contexts.has(pagwId);
    if (rows.length === 0) break;
    pagwIds = pagwIds.filter(isLeft);
  }
  return contexts;
}

/** Takes failures that are due: the longest due first, fairly between tenants. */
export async function claimDueRetries(database: Database, options: ClaimOptions): Promise<Claim> {
  const { now, limit, cursors, skippedStages } = options;
  const { rows } = await database.execute<Row>(
    `SELECT outcome, id, received_on, due_at, tenant, stage, pagw_id, sequence_no, attempt, error_code
     FROM claim_due_retries(:now::timestamptz, :limit::int, :cursors::json, :skipped_stages::json)`,
    {
      now,
      limit,
      cursors: JSON.stringify([...cursors.values()]),
      skipped_stages: JSON.stringify([...skippedStages]),
    },
  );
  for (const { tenant, stage, dueAt, id } of rows)
    cursors.set(`${tenant}\n${stage}`, { tenant, stage, due_at: dueAt, id });
  return {
    claimed: rows.filter(({ outcome }) => outcome === 'CLAIMED'),
    superseded: rows.filter(({ outcome }) => outcome === 'SUPERSEDED').length,
    nothingLeft: rows.length === 0,
  };
}

/** Gives back what was not sent, unless another sender has taken it since; the next run finds it due as before. */
export async function releaseClaims(
  database: Database,
  failures: readonly ClaimedFailure[],
  claimedAt: Date,
): Promise<void> {
  if (failures.length === 0) return;
  await database.execute(
    `DELETE FROM retry_claim
     WHERE failure_id = ANY (ARRAY (SELECT json_array_elements_text(:failure_ids::json)::bigint))
       AND claimed_at = :claimed_at::timestamptz`,
    { failure_ids: JSON.stringify(failures.map(({ id }) => id)), claimed_at: claimedAt },
  );
}

/**
 * Ends claims whose lease is over: their run was cut off, and what it took is due as before. One from the future was
 * made by a wrong clock, and would keep others off until that time has come.
 */
export async function endOldClaims(database: Database, leaseSeconds: number, now: Date): Promise<void> {
  await database.execute(
    `DELETE FROM retry_claim
     WHERE claimed_at <= :lease_start::timestamptz OR claimed_at > ${LATEST_RIGHT_TIME}`,
    { lease_start: new Date(now.getTime() - leaseSeconds * 1_000), now },
  );
}

/**
 * Takes back when failures are due that a clock far ahead recorded: their delay runs from now on. A time that their producer
 * stated lies before such a recording, and stands. Costs what waits for a retry.
 */
export async function pullBackRetries(database: Database, now: Date): Promise<void> {
  await database.execute(
    `UPDATE event_tracker
     SET next_retry_at = :now::timestamptz + (next_retry_at - created_at)
     WHERE next_retry_at > ${LATEST_RIGHT_TIME}
       AND created_at > ${LATEST_RIGHT_TIME}
       AND next_retry_at >= created_at`,
    { now },
  );
}

/** The longest lease that may be set: a claim older than this is nobody's. */
const LONGEST_LEASE = '1 hour';

const STATE_OF_FAILURE = `CASE
    WHEN next_retry_at IS NULL THEN 'exhausted'
    WHEN next_retry_at > :now::timestamptz THEN 'waiting'
    WHEN paused THEN 'paused'
    WHEN retry_claimed_at > :now::timestamptz - interval '${LONGEST_LEASE}' THEN 'sending'
    ELSE 'due'
  END`;

/** For a WHERE over waiting_failure; its values are `filterValues`. */
const MATCHES_FILTER = `(:tenant::text IS NULL OR tenant = :tenant::text)
    AND (:stage::text IS NULL OR stage = :stage::text)
    AND (:error_code::text IS NULL OR error_code = :error_code::text)
    AND (:downstream::text IS NULL OR target_system = :downstream::text)
    AND (:failed_before::text IS NULL OR failed_at <= :failed_before::timestamptz)`;

function filterValues(filter: RetryFilter): SqlValues {
  return {
    tenant: filter.tenant ?? null,
    stage: filter.stage ?? null,
    error_code: filter.errorCode ?? null,
    downstream: filter.downstream ?? null,
    failed_before: filter.failedBefore ?? null,
  };
}

export interface ListedRetry {
  pagwId: string;
  tenant: string;
  stage: string;
  sequenceNo: number;
  /** That failed. */
  attempt: number;
  errorCode: string | null;
  downstream: string | null;
  state: RetryState;
  failedAt: Date;
  nextRetryAt: Date | null;
  exhaustedAt: Date | null;
}

export interface RetryPage extends Page<ListedRetry> {
  /** How many match in all, from the page's start on. */
  total: number;
}

export interface ListRetriesOptions {
  filter: RetryFilter;
  /** Undefined: all. */
  state: RetryState | undefined;
  now: Date;
  limit: number;
  after?: string | undefined;
}

const LIST = 'retries';
export const RETRIES_PER_PAGE = 500;

/**
 * Lists failures that wait for retry or have used their attempts up: the next to go out first, exhausted ones last.
 * @throws PagePositionError
 */
export async function listRetries(database: Database, options: ListRetriesOptions): Promise<RetryPage> {
  const { filter, state, now, limit } = options;
  const after = readPosition(LIST, options.after, 'number');
  const { rows, next } = await readPage<ListedRetry & { total: number }>(database, {
    list: LIST,
    limit,
    sql: `WITH matching AS (
       SELECT *, ${STATE_OF_FAILURE} AS state, coalesce(next_retry_at, 'infinity') AS due_at
       FROM waiting_failure
       WHERE ${MATCHES_FILTER}
     )
     SELECT pagw_id, tenant, stage, sequence_no, attempt, error_code, target_system AS downstream, state, failed_at,
       next_retry_at, retry_exhausted_at AS exhausted_at, due_at::text AS page_at, id AS page_id,
       count(*) OVER () AS total
     FROM matching
     WHERE (:state::text IS NULL OR state = :state::text)
       AND (matching.due_at, id) > (:after_due_at::timestamptz, :after_id::bigint)
     ORDER BY matching.due_at, id
     LIMIT :limit::int`,
    values: {
      ...filterValues(filter),
      state: state ?? null,
      now,
      after_due_at: after?.at ?? '-infinity',
      after_id: after?.id ?? 0,
    },
  });
  return { rows: rows.map(({ total: _, ...retry }) => retry), total: rows[0]?.total ?? 0, next };
}

/** What waits for retry. */
export interface RetryBacklog {
  /** Due now and not held back; what is being sent at this moment is among them. */
  due: number;
  /** Due now, but a pause covers it. */
  paused: number;
  /** Attempts used up, and nothing has happened since. */
  exhausted: number;
  /** Since when the oldest of `due` is due, in seconds; no longer than it has been recorded. 0 when none is due. */
  oldestDueSeconds: number;
}

const COUNTS = `
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT paused) AS due,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND paused) AS paused,
       count(*) FILTER (WHERE retry_exhausted_at IS NOT NULL) AS exhausted,
       coalesce(extract(epoch FROM :now::timestamptz - min(greatest(next_retry_at, failed_at))
         FILTER (WHERE next_retry_at IS NOT NULL AND NOT paused)), 0)::float8 AS oldest_due_seconds`;

const WAITS = '(next_retry_at <= :now::timestamptz OR retry_exhausted_at IS NOT NULL)';

/** Counts what waits, of a tenant or of all; costs what is due and exhausted, never the history. */
export async function measureRetries(
  database: Database,
  now: Date,
  tenant: string | null = null,
): Promise<RetryBacklog> {
  const { rows } = await database.execute<RetryBacklog>(
    `SELECT ${COUNTS}
     FROM waiting_failure
     WHERE ${WAITS} AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { now, tenant },
  );
  return rows[0] ?? { due: 0, paused: 0, exhausted: 0, oldestDueSeconds: 0 };
}

/** The same for metrics: in all, by each of the tenants and by stage; all others together. */
export async function measureRetriesByName(
  database: Database,
  now: Date,
  tenants: Iterable<string>,
): Promise<(RetryBacklog & NamedInMetrics)[]> {
  const { rows } = await database.execute<RetryBacklog & NamedInMetrics>(
    `WITH waiting AS (
       SELECT
         ${tenantInMetrics('tenant')} AS tenant, ${stageInMetrics('stage')} AS stage,
         next_retry_at, retry_exhausted_at, failed_at, paused
       FROM waiting_failure
       WHERE ${WAITS}
     )
     SELECT
       CASE GROUPING(tenant, stage) WHEN 1 THEN 'tenant' WHEN 2 THEN 'stage' END AS dimension,
       coalesce(tenant, stage) AS name,${COUNTS}
     FROM waiting
     GROUP BY GROUPING SETS ((tenant), (stage), ())
     ORDER BY dimension, name`,
    { ...namedValues(tenants), now },
  );
  return rows;
}

/** A step of a batch an operator asked for. */
export interface BatchStep {
  batchId: number;
  /** Failures made due by this step. */
  madeDue: number;
  state: 'RUNNING' | 'DONE';
}

/** Makes the next failures of every running batch due, each batch at its own rate and at most `limit`. */
export async function stepRetryBatches(database: Database, now: Date, limit: number): Promise<BatchStep[]> {
  const { rows } = await database.execute<BatchStep>(
    'SELECT batch_id, made_due, state FROM step_retry_batches(:now::timestamptz, :limit::int)',
    { now, limit },
  );
  return rows;
}

/** Work that an operator asked to be sent again; nobody else takes it while its claim stands. */
export interface ClaimedResend extends RetryContext {
  id: number;
  tenant: string;
  stage: string;
  pagwId: string;
  /** Of the latest main-lane event, after which nothing came. */
  sequenceNo: number;
  /** To make. */
  attempt: number;
  cause: ResendCause;
}

/** Takes resends that nothing has overtaken, the longest asked for first. */
export async function claimResends(
  database: Database,
  {
    leaseSeconds,
    limit,
    skippedStages,
  }: { leaseSeconds: number; limit: number; skippedStages: Iterable<string> },
  now: Date,
): Promise<ClaimedResend[]> {
  const { rows } = await database.execute<ClaimedResend>(
    `SELECT
       id, tenant, stage, pagw_id, sequence_no, attempt, cause, correlation_id, payload_bucket, payload_key, external_reference
     FROM claim_resends(:now::timestamptz, :lease_start::timestamptz, :limit::int, :skipped_stages::json)`,
    {
      now,
      lease_start: new Date(now.getTime() - leaseSeconds * 1_000),
      limit,
      skipped_stages: JSON.stringify([...skippedStages]),
    },
  );
  return rows;
}

/** Notes what became of resends claimed at that time; what was not sent waits as before, unless another run has taken it since. */
export async function settleResends(
  database: Database,
  settled: readonly { id: number; state: 'SENT' | 'OVERTAKEN' | 'WAITING' }[],
  claimedAt: Date,
): Promise<void> {
  if (settled.length === 0) return;
  await database.execute(
    `UPDATE resend
     SET state = settled.state,
         claimed_at = CASE WHEN settled.state <> 'WAITING' THEN resend.claimed_at END,
         finished_at = CASE WHEN settled.state <> 'WAITING' THEN :claimed_at::timestamptz END
     FROM json_to_recordset(:settled::json) AS settled (id bigint, state text)
     WHERE resend.id = settled.id AND resend.state = 'WAITING'
       AND (settled.state <> 'WAITING' OR resend.claimed_at = :claimed_at::timestamptz)`,
    { settled: JSON.stringify(settled), claimed_at: claimedAt },
  );
}
