import type { Database } from '../database.ts';
import { type Measured, namedValues, stageInMetrics, tenantInMetrics } from '../named-in-metrics.ts';

/** What waits for retry. */
export interface RetryBacklog {
  /** Due now and not held back; what is being sent at this moment is among them. */
  due: number;
  /** Due now, but a pause covers it. */
  held: number;
  /** Attempts used up, and nothing has happened since. */
  exhausted: number;
  /** Since when the oldest of `due` is due, in seconds; no longer than it has been recorded. 0 when none is due. */
  oldestDueSeconds: number;
}

const COUNTS = `
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT held) AS due,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND held) AS held,
       count(*) FILTER (WHERE retry_exhausted_at IS NOT NULL) AS exhausted,
       coalesce(extract(epoch FROM :now::timestamptz - min(greatest(next_retry_at, failed_at))
         FILTER (WHERE next_retry_at IS NOT NULL AND NOT held)), 0)::float8 AS oldest_due_seconds`;

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
  return rows[0] ?? { due: 0, held: 0, exhausted: 0, oldestDueSeconds: 0 };
}

/** The same for metrics: in all, by each of the tenants and by stage; all others together. */
export async function measureRetriesByName(
  database: Database,
  now: Date,
  tenants: Iterable<string>,
): Promise<(RetryBacklog & Measured)[]> {
  const { rows } = await database.execute<RetryBacklog & Measured>(
    `WITH waiting AS (
       SELECT
         ${tenantInMetrics('tenant')} AS tenant, ${stageInMetrics('stage')} AS stage,
         next_retry_at, retry_exhausted_at, failed_at, held
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
