import type { Database } from '../database.ts';

/** A step of a batch an operator asked for. */
export interface BatchStep {
  batchId: number;
  /** Failures made due by this step. */
  brought: number;
  state: 'RUNNING' | 'DONE';
}

/** Makes the next failures of every running batch due, each batch at its own rate and at most `limit`. */
export async function stepRetryBatches(database: Database, now: Date, limit: number): Promise<BatchStep[]> {
  const { rows } = await database.execute<BatchStep>(
    'SELECT batch_id, brought, state FROM step_retry_batches(:now::timestamptz, :limit::int)',
    { now, limit },
  );
  return rows;
}
