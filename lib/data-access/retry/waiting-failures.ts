import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { SqlValues } from '../database.ts';

/**
 * - `due`: goes out with the next run. `sending`: a run has it in hand. `held`: due, but paused.
 * - `waiting`: its time has not come. `exhausted`: attempts used up.
 */
export const retryStates = ['due', 'sending', 'held', 'waiting', 'exhausted'] as const;
export type RetryState = (typeof retryStates)[number];

/** The longest lease that may be set: a claim older than this is nobody's. */
const LONGEST_LEASE = '1 hour';

export const STATE_OF_FAILURE = `CASE
    WHEN next_retry_at IS NULL THEN 'exhausted'
    WHEN next_retry_at > :now::timestamptz THEN 'waiting'
    WHEN held THEN 'held'
    WHEN retry_claimed_at > :now::timestamptz - interval '${LONGEST_LEASE}' THEN 'sending'
    ELSE 'due'
  END`;

/** For a WHERE over waiting_failure; its values are `filterValues`. */
export const MATCHES_FILTER = `(:tenant::text IS NULL OR tenant = :tenant::text)
    AND (:stage::text IS NULL OR stage = :stage::text)
    AND (:error_code::text IS NULL OR error_code = :error_code::text)
    AND (:downstream::text IS NULL OR target_system = :downstream::text)
    AND (:failed_before::text IS NULL OR failed_at <= :failed_before::timestamptz)`;

export function filterValues(filter: RetryFilter): SqlValues {
  return {
    tenant: filter.tenant ?? null,
    stage: filter.stage ?? null,
    error_code: filter.errorCode ?? null,
    downstream: filter.downstream ?? null,
    failed_before: filter.failedBefore ?? null,
  };
}
