import type { RetryFilter } from '../domain/retry-orders.ts';
import type { RetryState } from '../domain/words.ts';
import type { Database, SqlValues } from './database.ts';
import { type NamedInMetrics, namedValues, stageInMetrics, tenantInMetrics } from './named-in-metrics.ts';
import { type Page, readPage, readPosition } from './page.ts';

/** The longest lease that may be set: a claim older than this is nobody's. */
const LONGEST_LEASE = '1 hour';

const IS_CLAIMED = `retry_claimed_at > :now::timestamptz - interval '${LONGEST_LEASE}'`;

const STATE_OF_FAILURE = `CASE
    WHEN next_retry_at IS NULL THEN 'exhausted'
    WHEN next_retry_at > :now::timestamptz THEN 'waiting'
    WHEN paused THEN 'paused'
    WHEN ${IS_CLAIMED} THEN 'sending'
    ELSE 'due'
  END`;

/** For a WHERE over waiting_failure; its values are `filterValues`. */
const MATCHES_FILTER = `(:tenant::text IS NULL OR tenant = :tenant::text)
    AND (:stage::text IS NULL OR stage = :stage::text)
    AND (:error_code::text IS NULL OR error_code = :error_code::text)
    AND (:downstream::text IS NULL OR target_system = :downstream::text)
    AND (:failed_before::text IS NULL OR failed_at <= :failed_before::timestamptz)`;

function filterValues(filter: RetryFilter): SqlValues {
  return {
    tenant: filter.tenant ?? null,
    stage: filter.stage ?? null,
    error_code: filter.errorCode ?? null,
    downstream: filter.downstream ?? null,
    failed_before: filter.failedBefore ?? null,
  };
}

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

/** What waits for retry. */
export interface RetryBacklog {
  /** Due now and not held back; what is being sent at this moment is among them. */
  due: number;
  /** Of `due`, what is in a run's hands. */
  sending: number;
  /** Due now, but a pause covers it. */
  paused: number;
  /** Attempts used up, and nothing has happened since. */
  exhausted: number;
  /** Since when the oldest of `due` is due, in seconds; no longer than it has been recorded. 0 when none is due. */
  oldestDueSeconds: number;
}

const COUNTS = `
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT paused) AS due,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT paused AND ${IS_CLAIMED}) AS sending,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND paused) AS paused,
       count(*) FILTER (WHERE retry_exhausted_at IS NOT NULL) AS exhausted,
       coalesce(extract(epoch FROM :now::timestamptz - min(greatest(next_retry_at, failed_at))
         FILTER (WHERE next_retry_at IS NOT NULL AND NOT paused)), 0)::float8 AS oldest_due_seconds`;

const WAITS = '(next_retry_at <= :now::timestamptz OR retry_exhausted_at IS NOT NULL)';

/** Counts what waits, of a tenant or of all; costs what is due and exhausted, never the history. */
export async function measureRetries(
  database: Database,
  now: Date,
  tenant: string | null = null,
): Promise<RetryBacklog> {
  const { rows } = await database.execute<RetryBacklog>(
    `SELECT ${COUNTS}
     FROM waiting_failure
     WHERE ${WAITS} AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { now, tenant },
  );
  return rows[0] ?? { due: 0, sending: 0, paused: 0, exhausted: 0, oldestDueSeconds: 0 };
}

/** The same for metrics: in all, by each of the tenants and by stage; all others together. */
export async function measureRetriesByName(
  database: Database,
  now: Date,
  tenants: Iterable<string>,
): Promise<(RetryBacklog & NamedInMetrics)[]> {
  const { rows } = await database.execute<RetryBacklog & NamedInMetrics>(
    `WITH waiting AS (
       SELECT
         ${tenantInMetrics('tenant')} AS tenant, ${stageInMetrics('stage')} AS stage,
         next_retry_at, retry_claimed_at, retry_exhausted_at, failed_at, paused
       FROM waiting_failure
       WHERE ${WAITS}
     )
     SELECT
       CASE GROUPING(tenant, stage) WHEN 1 THEN 'tenant' WHEN 2 THEN 'stage' END AS dimension,
       coalesce(tenant, stage) AS name,${COUNTS}
     FROM waiting
     GROUP BY GROUPING SETS ((tenant), (stage), ())
     ORDER BY dimension, name`,
    { ...namedValues(tenants), now },
  );
  return rows;
}
