import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { type Operator, recordOperatorAction } from './record-operator-action.ts';

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
