import type { DeadlineRisk, DecisionPolicy, DecisionWindow } from '../domain/decision-clock.ts';
import type { Priority, RequestStatus } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import type { ReportSpan } from './event-reports.ts';
import type { MaintainOptions } from './maintain.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';
import { EACH_TENANT, type ListedRequest } from './requests.ts';

/** Changes that one call moves: a small part of a second. */
const PIECE_CHANGES = 10_000;

/**
 * Adds to decision_tally what has been decided since the last time. Reports are exact without it; it keeps what they
 * read small.
 */
export async function foldDecisionChanges(
  { database, mayGoOn }: MaintainOptions,
  pieceChanges = PIECE_CHANGES,
): Promise<{ decisionChangesFolded: number }> {
  let decisionChangesFolded = 0;
  while (mayGoOn()) {
    const { rows } = await database.execute<{ folded: number }>(
      'SELECT fold_decision_changes(:most::int) AS folded',
      { most: pieceChanges },
    );
    const folded = rows[0]?.folded ?? 0;
    decisionChangesFolded += folded;
    if (folded < pieceChanges) break;
  }
  return { decisionChangesFolded };
}

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

/** Decided, approved or denied; or decided later than allowed. */
export const decisionOutcomes = ['decided', 'approved', 'denied', 'late'] as const;
export type ListedOutcome = (typeof decisionOutcomes)[number];

const LIST_DECISIONS = 'decisions';

export interface DecisionsQuery extends ReportSpan {
  tenant: string;
  priority: Priority;
  outcome: ListedOutcome;
  /** What is late. */
  window: DecisionWindow;
  limit: number;
  after?: string | undefined;
}

export interface Decision
  extends Pick<
    ListedRequest,
    'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason'
  > {
  decidedAt: Date;
  /** From receipt to decision. */
  seconds: number;
}

/**
 * The requests that `decisionMetrics` counted, the latest decision first.
 * @throws PagePositionError
 */
export async function listDecisions(database: Database, query: DecisionsQuery): Promise<Page<Decision>> {
  const after = readPosition(LIST_DECISIONS, query.after, 'text');
  return readPage(database, {
    list: LIST_DECISIONS,
    limit: query.limit,
    sql: `SELECT
       pagw_id, tenant, status::text AS status, coalesce(main_stage, last_stage) AS stage, last_event_at, completed_at,
       stuck_reason, decided_at, extract(epoch FROM decided_at - received_at)::float8 AS seconds,
       decided_at::text AS page_at, pagw_id AS page_id
     FROM request_tracker
     WHERE tenant = :tenant
       AND decided_at >= :since::timestamptz
       AND (:until::timestamptz IS NULL OR decided_at < :until::timestamptz)
       AND (:after_at::timestamptz IS NULL OR (decided_at, pagw_id) < (:after_at::timestamptz, :after_id))
       -- Not coalesce(priority, …) = …: that is taken to hold for a few, and all decisions of the span are read and sorted.
       AND (priority = :priority OR (priority IS NULL AND :priority = 'STANDARD'))
       AND CASE :outcome
         WHEN 'approved' THEN determination = 'APPROVED'
         WHEN 'denied' THEN determination = 'DENIED'
         WHEN 'late' THEN extract(epoch FROM decided_at - received_at) > :allowed_seconds::float8
         ELSE true
       END
     ORDER BY decided_at DESC, pagw_id DESC
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      since: query.since,
      until: query.until ?? null,
      priority: query.priority,
      outcome: query.outcome,
      allowed_seconds: query.window?.[query.priority] ?? null,
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}

/** An undecided request whose clock has run far. */
export interface Deadline {
  pagwId: string;
  tenant: string;
  priority: Priority | null;
  status: RequestStatus;
  /** Where it stands; null when no main-lane event is known. */
  stage: string | null;
  receivedAt: Date;
  dueAt: Date;
  /** Negative once it is over. */
  secondsLeft: number;
  risk: Exclude<DeadlineRisk, 'none'>;
  /** The provider was told to wait: answered, but not decided. */
  pended: boolean;
  /** Why it is stuck besides; null when it is not. */
  stuckReason: string | null;
}

/** As of `:now`: what the detector noted, unless the clock has run out since. */
const RISK = `CASE WHEN decision_due_at <= :now::timestamptz THEN 'breached' ELSE deadline_risk END`;

const LIST_DEADLINES = 'deadlines';
const MOST_ROWS = 1_000;

export interface DeadlinesQuery {
  /** Null: of all. */
  tenant: string | null;
  now: Date;
  /** Only clocks that have run this far. */
  risk?: Deadline['risk'] | undefined;
  limit?: number | undefined;
  after?: string | undefined;
}

/**
 * Undecided requests that have used up three quarters of their time, the next due first. When a clock crosses a
 * threshold is noted by stuck-alarm; whether it is breached is told as of `now`.
 * @throws PagePositionError
 */
export async function listDeadlines(database: Database, query: DeadlinesQuery): Promise<Page<Deadline>> {
  const after = readPosition(LIST_DEADLINES, query.after, 'text');
  return readPage(database, {
    list: LIST_DEADLINES,
    limit: Math.min(query.limit ?? 100, MOST_ROWS),
    sql: `SELECT
       pagw_id, tenant, priority, status, main_stage AS stage, received_at, decision_due_at AS due_at,
       extract(epoch FROM decision_due_at - :now::timestamptz)::float8 AS seconds_left,
       ${RISK} AS risk,
       completed_at IS NOT NULL AS pended, stuck_reason,
       decision_due_at::text AS page_at, pagw_id AS page_id
     FROM request_tracker
     WHERE (:tenant::text IS NULL OR tenant = :tenant)
       AND deadline_risk IS NOT NULL
       AND decided_at IS NULL
       AND (:risk::text IS NULL OR ${RISK} = :risk)
       AND (:after_at::timestamptz IS NULL OR (decision_due_at, pagw_id) > (:after_at::timestamptz, :after_id))
     ORDER BY decision_due_at, pagw_id
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      now: query.now,
      risk: query.risk ?? null,
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}

/** How many undecided requests there are of each risk. Costs those that are at risk, never the history. */
export async function countDeadlines(
  database: Database,
  { tenant, now }: Pick<DeadlinesQuery, 'tenant' | 'now'>,
): Promise<Record<Deadline['risk'], number>> {
  const { rows } = await database.execute<{ risk: Deadline['risk']; requests: number }>(
    `SELECT ${RISK} AS risk, count(*) AS requests
     FROM request_tracker
     WHERE (:tenant::text IS NULL OR tenant = :tenant)
       AND deadline_risk IS NOT NULL
       AND decided_at IS NULL
     GROUP BY 1`,
    { tenant, now },
  );
  const counts = { 'at-risk': 0, urgent: 0, breached: 0 };
  for (const { risk, requests } of rows) counts[risk] = requests;
  return counts;
}
