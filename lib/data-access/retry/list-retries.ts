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

/** Where a page ended. */
export interface RetryPosition {
  /** PostgreSQL's own text of a time, `infinity` among the exhausted. */
  dueAt: string;
  id: number;
}

export interface RetryPage {
  retries: ListedRetry[];
  /** How many match in all, from the page's start on. */
  total: number;
  /** Undefined when this is the last page. */
  next: RetryPosition | undefined;
}

export interface ListRetriesOptions {
  filter: RetryFilter;
  /** Undefined: all. */
  state: RetryState | undefined;
  now: Date;
  /** Up to RETRIES_PER_PAGE. */
  limit: number;
  after?: RetryPosition | undefined;
}

/** As many as surely fit into an answer. */
export const RETRIES_PER_PAGE = 500;

type Row = ListedRetry & RetryPosition & { total: number };

/** Lists failures that wait for retry or have used their attempts up: the next to go out first, exhausted ones last. */
export async function listRetries(database: Database, options: ListRetriesOptions): Promise<RetryPage> {
  const { filter, state, now, after } = options;
  const limit = Math.min(options.limit, RETRIES_PER_PAGE);
  const { rows } = await database.execute<Row>(
    `WITH matching AS (
       SELECT *, ${STATE_OF_FAILURE} AS state, coalesce(next_retry_at, 'infinity') AS due_at
       FROM waiting_failure
       WHERE ${MATCHES_FILTER}
     )
     SELECT pagw_id, tenant, stage, sequence_no, attempt, error_code, target_system AS downstream, state, failed_at,
       next_retry_at, retry_exhausted_at AS exhausted_at, due_at::text AS due_at, id, count(*) OVER () AS total
     FROM matching
     WHERE (:state::text IS NULL OR state = :state::text)
       AND (matching.due_at, id) > (:after_due_at::timestamptz, :after_id::bigint)
     ORDER BY matching.due_at, id
     LIMIT :limit::int`,
    {
      ...filterValues(filter),
      state: state ?? null,
      now,
      after_due_at: after?.dueAt ?? '-infinity',
      after_id: after?.id ?? 0,
      limit,
    },
  );
  const last = rows.at(-1);
  const total = rows[0]?.total ?? 0;
  return {
    retries: rows.map(({ total: _, dueAt: __, id: ___, ...retry }) => retry),
    total,
    next: last !== undefined && total > rows.length ? { dueAt: last.dueAt, id: last.id } : undefined,
  };
}
