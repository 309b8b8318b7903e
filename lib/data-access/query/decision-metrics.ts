import type { DecisionPolicy } from '../../domain/decision-clock.ts';
import type { Priority } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
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
  /**
   * The mean of those decisions that took about as long as the one in the middle, so less than a second off up to a
   * minute, a minute up to 10 hours, ten minutes up to 100 hours, an hour beyond. A decision that a producer's clock puts
   * before the receipt took no time.
   */
  medianSeconds: number;
  /** Decided within the time allowed; null where no time is set. */
  onTime: number | null;
}

/** Tenants are names that producers make up: more than a person reads. */
const MAX_ROWS = 1_000;

/**
 * The decisions made in the span (usually a calendar year), by tenant, expedited and standard apart. Whole UTC years and
 * months are read from the tally; only what lies before the first and after the last of them, from the requests.
 */
export async function decisionMetrics(
  database: Database,
  { tenant, since, until }: ReportSpan,
  policy: DecisionPolicy,
): Promise<DecisionMetrics[]> {
  const years = wholePeriods({ since, until }, startOfYear);
  const months = wholePeriods({ since, until }, startOfMonth);
  const { rows } = await readBounded<DecisionMetrics>(
    database,
    `WITH RECURSIVE ${EACH_TENANT},
     edge AS (
       SELECT since, until
       FROM (
         VALUES
           (:since::timestamptz, least(:month_from::timestamptz, :until::timestamptz)),
           (:month_until::timestamptz, :until::timestamptz)
       ) AS part (since, until)
       WHERE since < until
     ),
     counted AS (
       SELECT tenant, priority, up_to_seconds, decided, approved, denied, seconds
       FROM decision_tally
       WHERE (:tenant::text IS NULL OR tenant = :tenant)
         AND (
           (period = 'year' AND starts_at >= :year_from::timestamptz AND starts_at < coalesce(:year_until::timestamptz, 'infinity'))
           OR (period = 'month' AND starts_at >= :month_from::timestamptz AND starts_at < least(:year_from::timestamptz, :month_until::timestamptz))
           OR (period = 'month' AND starts_at >= :year_until::timestamptz AND starts_at < :month_until::timestamptz)
         )
       UNION ALL
       SELECT tenant, priority, up_to_seconds, decided, approved, denied, seconds
       FROM decision_change
       WHERE (:tenant::text IS NULL OR tenant = :tenant)
         AND month >= :month_from::timestamptz
         AND month < coalesce(:month_until::timestamptz, 'infinity')
       UNION ALL
       SELECT counts.tenant, counts.priority, up_to_seconds, decided, approved, denied, seconds
       FROM edge
       CROSS JOIN each_tenant
       -- OFFSET 0 keeps this a look-up for each tenant and edge.
       CROSS JOIN LATERAL (
         SELECT request FROM request_tracker AS request
         WHERE request.tenant = each_tenant.tenant AND decided_at >= edge.since AND decided_at < edge.until
         OFFSET 0
       ) AS decided
       CROSS JOIN LATERAL decision_counts(decided.request, 1) AS counts
     ),
     bucket AS (
       SELECT
         tenant, priority, up_to_seconds,
         sum(decided)::bigint AS decided, sum(approved) AS approved, sum(denied) AS denied, sum(seconds) AS seconds
       FROM counted
       GROUP BY tenant, priority, up_to_seconds
       HAVING sum(decided) > 0
     ),
     kind AS MATERIALIZED (
       SELECT
         tenant, priority, sum(decided)::bigint AS places,
         (coalesce(:windows::jsonb -> tenant, :default_window::jsonb) ->> priority)::float8 AS allowed_seconds
       FROM bucket
       GROUP BY tenant, priority
     ),
     ranked AS (
       SELECT *, (sum(decided) OVER (PARTITION BY tenant, priority ORDER BY up_to_seconds))::bigint AS last_place
       FROM bucket
     )
     SELECT
       tenant, priority,
       sum(decided)::bigint AS decided, sum(approved)::bigint AS approved, sum(denied)::bigint AS denied,
       (sum(seconds) / sum(decided))::float8 AS mean_seconds,
       -- Of an even number, two stand in the middle. Below the first bound lies whatever a wrong clock says.
       ((
         sum(greatest(seconds / decided, 0)) FILTER (WHERE (places + 1) / 2 BETWEEN last_place - decided + 1 AND last_place)
         + sum(greatest(seconds / decided, 0)) FILTER (WHERE places / 2 + 1 BETWEEN last_place - decided + 1 AND last_place)
       ) / 2)::float8 AS median_seconds,
       CASE WHEN allowed_seconds IS NOT NULL THEN
         coalesce(sum(decided) FILTER (WHERE up_to_seconds <= allowed_seconds), 0)::bigint
       END AS on_time
     FROM ranked
     JOIN kind USING (tenant, priority)
     GROUP BY tenant, priority, places, allowed_seconds
     ORDER BY tenant, priority
     LIMIT ${MAX_ROWS}`,
    {
      tenant,
      since,
      until: until ?? null,
      year_from: years.from,
      year_until: years.until,
      month_from: months.from,
      month_until: months.until,
      windows: JSON.stringify(Object.fromEntries(policy.tenants)),
      default_window: JSON.stringify(policy.default),
    },
  );
  return rows;
}

/**
 * The periods that lie wholly in a span, from one's first instant to another's; the same where there is none. `until` is
 * null where the span has no end.
 */
function wholePeriods(
  { since, until }: Pick<ReportSpan, 'since' | 'until'>,
  startOf: (at: Date, later?: number) => Date,
): { from: Date; until: Date | null } {
  const from = startOf(since) < since ? startOf(since, 1) : since;
  if (until === undefined) return { from, until: null };
  return { from, until: startOf(until) < from ? from : startOf(until) };
}

function startOfMonth(at: Date, monthsLater = 0): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + monthsLater));
}

function startOfYear(at: Date, yearsLater = 0): Date {
  return new Date(Date.UTC(at.getUTCFullYear() + yearsLater, 0));
}
