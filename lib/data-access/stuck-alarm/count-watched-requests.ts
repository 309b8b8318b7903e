import type { Database } from '../database.ts';
import { type Measured, namedValues, stageInMetrics, tenantInMetrics } from '../named-in-metrics.ts';

/** How many requests of a tenant, or of all, are in flight; reads the watch list, which is as long as those are many. */
export async function countOpenRequests(database: Database, tenant: string | null): Promise<number> {
  const { rows } = await database.execute<{ open: number }>(
    `SELECT count(*) AS open
     FROM request_tracker
     WHERE watched AND completed_at IS NULL AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { tenant },
  );
  return rows[0]?.open ?? 0;
}

/** What requests on the watch list are doing. */
export interface WatchedCount extends Measured {
  open: number;
  stuck: number;
  /** Since when the longest stuck is so; null when none is. */
  oldestSince: Date | null;
  /** Undecided ones whose clock has run 75 % and more, 90 % and more, and out; breached ones are in neither of the first. */
  atRisk: number;
  urgent: number;
  breached: number;
}

/** For metrics: in all, by each of the tenants, and by the stage where they are stuck; all others together. */
export async function countWatchedRequests(
  database: Database,
  tenants: Iterable<string>,
): Promise<WatchedCount[]> {
  const { rows } = await database.execute<WatchedCount>(
    `WITH watched_request AS (
       SELECT
         ${tenantInMetrics('tenant')} AS tenant,
         CASE WHEN stuck_reason IS NOT NULL THEN ${stageInMetrics('stuck_stage')} END AS stage,
         completed_at, decided_at, deadline_risk, stuck_since
       FROM request_tracker
       WHERE watched
     )
     SELECT
       CASE GROUPING(tenant, stage) WHEN 1 THEN 'tenant' WHEN 2 THEN 'stage' END AS dimension,
       coalesce(tenant, stage) AS name,
       count(*) FILTER (WHERE completed_at IS NULL) AS open,
       count(stuck_since) AS stuck,
       min(stuck_since) AS oldest_since,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk IN ('at-risk', 'urgent')) AS at_risk,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk = 'urgent') AS urgent,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk = 'breached') AS breached
     FROM watched_request
     GROUP BY GROUPING SETS ((tenant), (stage), ())
     ORDER BY dimension, name`,
    namedValues(tenants),
  );
  return rows.filter(({ dimension, stuck }) => dimension !== 'stage' || stuck > 0);
}
