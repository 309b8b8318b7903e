import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { Database } from '../database.ts';
import { filterValues, MATCHES_FILTER, type RetryState, STATE_OF_FAILURE } from './waiting-failures.ts';

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

export interface RetryList {
  retries: ListedRetry[];
  /** How many match in all, of which `retries` are the first. */
  total: number;
}

export interface ListRetriesOptions {
  filter: RetryFilter;
  /** Undefined: all. */
  state: RetryState | undefined;
  now: Date;
  limit: number;
}

/** Lists failures that wait for retry or have used their attempts up: the next to go out first, exhausted ones last. */
export async function listRetries(database: Database, options: ListRetriesOptions): Promise<RetryList> {
  const { filter, state, now, limit } = options;
  const { rows } = await database.execute<ListedRetry & { total: number }>(
    `WITH matching AS (
       SELECT *, ${STATE_OF_FAILURE} AS state
       FROM waiting_failure
       WHERE ${MATCHES_FILTER}
     )
     SELECT pagw_id, tenant, stage, sequence_no, attempt, error_code, target_system AS downstream, state, failed_at,
       next_retry_at, retry_exhausted_at AS exhausted_at, count(*) OVER () AS total
     FROM matching
     WHERE :state::text IS NULL OR state = :state::text
     ORDER BY next_retry_at NULLS LAST, id
     LIMIT :limit::int`,
    { ...filterValues(filter), state: state ?? null, now, limit },
  );
  return { retries: rows.map(({ total: _, ...retry }) => retry), total: rows[0]?.total ?? 0 };
}
