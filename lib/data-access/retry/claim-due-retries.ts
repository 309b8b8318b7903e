import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

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
export type Passed = Map<string, { tenant: string; stage: string; due_at: string; id: number }>;

export interface ClaimOptions {
  now: Date;
  /** At most this many, or a few more where many tenants share. */
  limit: number;
  /** Is moved on; start a run with an empty one. */
  passed: Passed;
  /** Left alone. */
  heldStages: Iterable<string>;
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
      `SELECT pagw_id, correlation_id, payload_bucket, payload_key
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
  const { now, limit, passed, heldStages } = options;
  const { rows } = await database.execute<Row>(
    `SELECT outcome, id, received_on, due_at, tenant, stage, pagw_id, sequence_no, attempt, error_code
     FROM claim_due_retries(:now::timestamptz, :limit::int, :passed::json, :held_stages::json)`,
    {
      now,
      limit,
      passed: JSON.stringify([...passed.values()]),
      held_stages: JSON.stringify([...heldStages]),
    },
  );
  for (const { tenant, stage, dueAt, id } of rows)
    passed.set(`${tenant}\n${stage}`, { tenant, stage, due_at: dueAt, id });
  return {
    claimed: rows.filter(({ outcome }) => outcome === 'CLAIMED'),
    superseded: rows.filter(({ outcome }) => outcome === 'SUPERSEDED').length,
    nothingLeft: rows.length === 0,
  };
}
