import type { Database } from '../database.ts';
import { type Operator, recordOperatorAction } from './record-operator-action.ts';

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
