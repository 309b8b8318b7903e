import type { DecisionPolicy } from '../../domain/decision-clock.ts';
import type { Priority } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { EACH_TENANT } from './each-tenant.ts';
import type { ReportSpan } from './report-span.ts';

/** What CMS-0057-F has a payer publish each year, for one kind of request. Times are from receipt to decision. */
export interface DecisionMetrics {
  tenant: string;
  /** A request that says nothing counts as standard. */
  priority: Priority;
  /** In the span, whenever received. */
  decided: number;
  approved: number;
  denied: number;
  meanSeconds: number;
  medianSeconds: number;
  /** Decided within the time allowed; null where no time is set. */
  onTime: number | null;
}

/** The decisions made in the span (usually a calendar year), by tenant, expedited and standard apart. */
export async function decisionMetrics(
  database: Database,
  { tenant, since, until }: ReportSpan,
  policy: DecisionPolicy,
): Promise<DecisionMetrics[]> {
  const { rows } = await database.execute<DecisionMetrics>(
    `WITH RECURSIVE ${EACH_TENANT},
     allowed AS (
       SELECT
         tenant, priority, (coalesce(:windows::jsonb -> tenant, :default_window::jsonb) ->> priority)::float8 AS seconds
       FROM each_tenant
       CROSS JOIN (VALUES ('EXPEDITED'), ('STANDARD')) AS of_each (priority)
       WHERE tenant IS NOT NULL
     ),
     decision AS (
       SELECT
         tenant, coalesce(priority, 'STANDARD') AS priority, status,
         -- date_part is a float8 from the start; extract goes through numeric.
         date_part('epoch', decided_at - received_at) AS seconds
       FROM request_tracker
       WHERE (:tenant::text IS NULL OR tenant = :tenant)
         AND decided_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR decided_at < :until::timestamptz)
     ),
     -- Grouped by hash, then only the times are sorted: sorting whole decisions by group took as long as all the rest.
     of_each_kind AS (
       SELECT
         tenant, priority,
         count(*) AS decided,
         count(*) FILTER (WHERE status = 'APPROVED') AS approved,
         count(*) FILTER (WHERE status = 'DENIED') AS denied,
         avg(seconds) AS mean_seconds,
         array_agg(seconds) AS all_seconds
       FROM decision
       GROUP BY tenant, priority
     )
     SELECT tenant, priority, decided, approved, denied, mean_seconds, median_seconds,
       CASE WHEN allowed.seconds IS NOT NULL THEN on_time END AS on_time
     FROM of_each_kind
     JOIN allowed USING (tenant, priority)
     CROSS JOIN LATERAL (
       SELECT
         percentile_cont(0.5) WITHIN GROUP (ORDER BY one) AS median_seconds,
         count(*) FILTER (WHERE one <= allowed.seconds) AS on_time
       FROM unnest(all_seconds) AS one
     ) AS time
     ORDER BY tenant, priority`,
    {
      tenant,
      since,
      until: until ?? null,
      windows: JSON.stringify(Object.fromEntries(policy.tenants)),
      default_window: JSON.stringify(policy.default),
    },
  );
  return rows;
}
