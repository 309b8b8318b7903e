import type { DecisionWindow } from '../../domain/decision-clock.ts';
import type { Priority } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import type { ReportSpan } from './report-span.ts';

/** What CMS-0057-F has a payer publish each year, for one kind of request. Times are from receipt to decision. */
export interface DecisionMetrics {
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

/** The decisions made in the span (usually a calendar year), expedited and standard apart. */
export async function decisionMetrics(
  database: Database,
  { tenant, since, until }: ReportSpan,
  window: DecisionWindow,
): Promise<DecisionMetrics[]> {
  const { rows } = await database.execute<DecisionMetrics>(
    `WITH decision AS (
       SELECT
         coalesce(priority, 'STANDARD') AS priority, status, extract(epoch FROM decided_at - received_at)::float8 AS seconds
       FROM request_tracker
       WHERE tenant = :tenant
         AND decided_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR decided_at < :until::timestamptz)
     )
     SELECT
       priority,
       count(*) AS decided,
       count(*) FILTER (WHERE status = 'APPROVED') AS approved,
       count(*) FILTER (WHERE status = 'DENIED') AS denied,
       avg(seconds) AS mean_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
       CASE WHEN :standard_seconds::float8 IS NOT NULL THEN count(*) FILTER (
         WHERE seconds <= CASE priority WHEN 'EXPEDITED' THEN :expedited_seconds::float8 ELSE :standard_seconds::float8 END
       ) END AS on_time
     FROM decision
     GROUP BY priority
     ORDER BY priority`,
    {
      tenant,
      since,
      until: until ?? null,
      expedited_seconds: window?.EXPEDITED ?? null,
      standard_seconds: window?.STANDARD ?? null,
    },
  );
  return rows;
}
