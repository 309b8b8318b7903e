import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { Database } from '../database.ts';
import { type Operator, recordOperatorAction } from './record-operator-action.ts';
import { filterValues, MATCHES_FILTER } from './waiting-failures.ts';

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
