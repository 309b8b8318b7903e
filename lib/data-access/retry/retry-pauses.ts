import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { type Operator, recordOperatorAction } from './record-operator-action.ts';

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
