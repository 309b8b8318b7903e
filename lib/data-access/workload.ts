import type { Database } from './database.ts';
import { COUNTED, DECIDED } from './decisions.ts';
import { type FirstRows, type ReportSpan, readFirst, spanValues } from './page.ts';

/** Delegates and reasons are names that producers make up: more than a person reads. */
const MOST_ROWS = 1_000;

/** What pends for one reason, of one tenant. */
export interface PendedGroup {
  tenant: string;
  /** In capitals, as the answer that put it off states it; null where none does. */
  reason: string | null;
  requests: number;
  /** Since less than a day, from one to seven days, and longer. */
  upToOneDay: number;
  upToSevenDays: number;
  longer: number;
  overdue: number;
  oldestPendedAt: Date;
  nextDueAt: Date | null;
}

/**
 * What waits at a desk with an answer that decides nothing, by reason and age, the most requests first. Where not all fit,
 * every tenant's largest come before any tenant's smaller ones.
 */
export async function pendedGroups(
  database: Database,
  { tenant, now }: { tenant: string | null; now: Date },
): Promise<FirstRows<PendedGroup>> {
  const { rows, left } = await readFirst<PendedGroup>(
    database,
    `SELECT
       tenant, reason, requests, up_to_one_day, up_to_seven_days, longer, overdue, oldest_pended_at, next_due_at
     FROM (
       SELECT
         row_number() OVER (PARTITION BY request.tenant ORDER BY count(*) DESC, episode.pend_reason) AS place,
         request.tenant, episode.pend_reason AS reason, count(*) AS requests,
         count(*) FILTER (WHERE pended.at > :now::timestamptz - interval '1 day') AS up_to_one_day,
         count(*) FILTER (
           WHERE pended.at <= :now::timestamptz - interval '1 day' AND pended.at > :now::timestamptz - interval '7 days'
         ) AS up_to_seven_days,
         count(*) FILTER (WHERE pended.at <= :now::timestamptz - interval '7 days') AS longer,
         count(*) FILTER (WHERE episode.due_at < :now::timestamptz) AS overdue,
         min(pended.at) AS oldest_pended_at,
         min(episode.due_at) AS next_due_at
       FROM request_tracker AS request
       JOIN LATERAL (
         SELECT * FROM decision_episode AS latest WHERE latest.pagw_id = request.pagw_id ORDER BY episode DESC LIMIT 1
       ) AS episode ON true
       CROSS JOIN LATERAL (SELECT coalesce(episode.pended_at, request.completed_at, episode.received_at) AS at) AS pended
       WHERE request.board = 'desk'
         AND request.status = 'PENDING'
         AND (:tenant::text IS NULL OR request.tenant = :tenant)
       GROUP BY request.tenant, episode.pend_reason
     ) AS pended_group
     ORDER BY place, requests DESC, tenant, reason`,
    { tenant, now },
    MOST_ROWS,
  );
  return { rows: rows.toSorted((one, other) => other.requests - one.requests), left };
}

/** How one delegate keeps up. Times are from receipt to determination. */
export interface DelegateTurnaround {
  tenant: string;
  delegate: string;
  /** It has them and has not answered, whenever they were received. */
  open: number;
  openOverdue: number;
  oldestReceivedAt: Date | null;
  /** Determined in the span. */
  decided: number;
  medianMs: number | null;
  p95Ms: number | null;
  /** Of `decided`, those that a timeframe binds. */
  bound: number;
  /** Of `bound`, those whose notice came after the due time, or has not come. */
  late: number;
}

/**
 * What delegates hold and what they decided in the span, who holds most first. Where not all fit, every tenant's largest
 * come before any tenant's smaller ones.
 */
export async function delegateTurnaround(
  database: Database,
  { now, ...span }: ReportSpan & { now: Date },
): Promise<FirstRows<DelegateTurnaround>> {
  const { rows, left } = await readFirst<DelegateTurnaround>(
    database,
    `WITH held AS (
       SELECT tenant, delegate, received_at, due_at, resolved_at, notified_at, resolution IS NULL AS is_open
       FROM decision_episode
       WHERE delegate IS NOT NULL
         AND ${COUNTED}
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND (
           resolution IS NULL
           OR ${DECIDED}
             AND resolved_at >= :since::timestamptz
             AND (:until::timestamptz IS NULL OR resolved_at < :until::timestamptz)
         )
     ),
     turnaround AS (
       SELECT
         tenant, delegate,
         count(*) FILTER (WHERE is_open) AS open,
         count(*) FILTER (WHERE is_open AND due_at < :now::timestamptz) AS open_overdue,
         min(received_at) FILTER (WHERE is_open) AS oldest_received_at,
         count(*) FILTER (WHERE NOT is_open) AS decided,
         (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM resolved_at - received_at)) * 1000)::float8 AS median_ms,
         (percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM resolved_at - received_at)) * 1000)::float8 AS p95_ms,
         count(due_at) FILTER (WHERE NOT is_open) AS bound,
         count(due_at) FILTER (WHERE NOT is_open AND coalesce(notified_at > due_at, true)) AS late
       FROM held
       GROUP BY tenant, delegate
     )
     SELECT
       tenant, delegate, open, open_overdue, oldest_received_at, decided, median_ms, p95_ms, bound, late
     FROM (
       SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY open DESC, decided DESC, delegate) AS place
       FROM turnaround
     ) AS placed
     ORDER BY place, open DESC, decided DESC, tenant, delegate`,
    { ...spanValues(span), now },
    MOST_ROWS,
  );
  const most = (one: DelegateTurnaround, other: DelegateTurnaround) =>
    other.open - one.open || other.decided - one.decided;
  return { rows: rows.toSorted(most), left };
}

/** What came in and what went out on one day (UTC). */
export interface BacklogDay {
  /** Its first instant. */
  day: Date;
  opened: number;
  /** Determined, or ended in one of the other ways. */
  cleared: number;
  /** `opened` less `cleared`, added up from the first day of the span on. */
  growth: number;
}

/** Requests that began to wait for a decision against those that ended to, day by day, the first day first; of a long span the last days. */
export async function openedAgainstCleared(
  database: Database,
  span: ReportSpan,
): Promise<FirstRows<BacklogDay>> {
  const { rows, left } = await readFirst<BacklogDay>(
    database,
    `WITH counted AS (
       SELECT date_trunc('day', received_at, 'UTC') AS day, 1 AS opened, 0 AS cleared
       FROM decision_episode
       WHERE kind = 'request'
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND received_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR received_at < :until::timestamptz)
       UNION ALL
       SELECT date_trunc('day', resolved_at, 'UTC'), 0, 1
       FROM decision_episode
       WHERE kind = 'request'
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND resolved_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR resolved_at < :until::timestamptz)
     )
     SELECT
       day, sum(opened)::bigint AS opened, sum(cleared)::bigint AS cleared,
       sum(sum(opened) - sum(cleared)) OVER (ORDER BY day)::bigint AS growth
     FROM counted
     GROUP BY day
     ORDER BY day DESC`,
    spanValues(span),
    MOST_ROWS,
  );
  return { rows: rows.toReversed(), left };
}
