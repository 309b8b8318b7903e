import type { ResendCause } from '../domain/resend.ts';
import { type Database, LATEST_RIGHT_TIME } from './database.ts';
import { readBounded } from './page.ts';

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
