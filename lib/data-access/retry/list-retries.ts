import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';
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
