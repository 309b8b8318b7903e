import type { Priority, RequestStatus } from '../domain/tracked-event.ts';
import type { DeadlineRisk } from '../domain/words.ts';
import type { Database } from './database.ts';
import { type FirstRows, type Page, type ReportSpan, readFirst, readPage, readPosition } from './page.ts';
import type { ListedRequest } from './requests.ts';

/** How decisions of one kind of request went. Times are from receipt to determination; drugs are left out. */
export interface DecisionMetrics {
  tenant: string;
  /** A request that says nothing counts as standard. */
  priority: Priority;
  /** In the span, whenever received. */
  decided: number;
  approved: number;
  /** Approved in part. */
  partial: number;
  denied: number;
  meanSeconds: number;
  medianSeconds: number;
  /** The provider had notice within the time allowed; null where no timeframe binds any of them. */
  onTime: number | null;
}

/** Tenants are names that producers make up: more than a person reads. */
const MAX_ROWS = 1_000;

/** What counts as a decision: not an inquiry, and nothing about a drug. */
export const COUNTED = `kind = 'request' AND drugs = 'none'`;
export const DECIDED = `resolution IN ('APPROVED', 'PARTIAL', 'DENIED')`;
/** A determination that is not delivered has given no notice in time. */
export const IN_TIME = `coalesce(notified_at <= due_at, false)`;

/** The decisions made in the span (usually a calendar year), expedited and standard apart, of the tenants with the most first. */
export async function decisionMetrics(
  database: Database,
  { tenant, since, until }: ReportSpan,
): Promise<FirstRows<DecisionMetrics>> {
  return readFirst<DecisionMetrics>(
    database,
    `WITH slice AS MATERIALIZED (
       SELECT * FROM decisions_between(:tenant::text, :since::timestamptz, coalesce(:until::timestamptz, 'infinity'))
     ),
     total AS MATERIALIZED (
       SELECT
         tenant, priority, sum(decided)::bigint AS decided, sum(approved)::bigint AS approved, sum(partial)::bigint AS partial,
         sum(denied)::bigint AS denied, sum(bound)::bigint AS bound, sum(in_time)::bigint AS in_time, sum(taken_sum_us) AS taken_sum_us
       FROM slice
       GROUP BY tenant, priority
     ),
     -- A list of times a month, and one of all the days together, each in order.
     list AS MATERIALIZED (
       SELECT tenant, priority, decided, taken_us FROM slice WHERE slice = 'month'
       UNION ALL
       SELECT tenant, priority, count(*), array_agg(us ORDER BY us)
       FROM slice
       CROSS JOIN LATERAL unnest(taken_us) AS us
       WHERE slice = 'day'
       GROUP BY tenant, priority
     ),
     -- The median of all lies between the lowest and the highest median of a list: only what is there has to be put in order.
     bracket AS (
       SELECT
         tenant, priority, min(taken_us[(decided + 1) / 2]) - 1 AS below, max(taken_us[decided / 2 + 1]) AS highest
       FROM list
       GROUP BY tenant, priority
     ),
     near AS (
       SELECT tenant, priority, taken_us, width_bucket(below, taken_us) AS skipped, width_bucket(highest, taken_us) AS last
       FROM list
       JOIN bracket USING (tenant, priority)
     ),
     middle AS (
       SELECT tenant, priority, array_agg(us ORDER BY us) AS us
       FROM near
       CROSS JOIN LATERAL unnest(taken_us[skipped + 1 : last]) AS us
       GROUP BY tenant, priority
     )
     SELECT
       tenant, priority, decided, approved, partial, denied,
       (taken_sum_us / decided / 1000000)::float8 AS mean_seconds,
       (us[(decided + 1) / 2 - skipped] + us[decided / 2 + 1 - skipped]) / 2000000::float8 AS median_seconds,
       CASE WHEN bound > 0 THEN in_time END AS on_time
     FROM total
     JOIN middle USING (tenant, priority)
     JOIN (SELECT tenant, priority, sum(skipped) AS skipped FROM near GROUP BY tenant, priority) AS before USING (tenant, priority)
     ORDER BY sum(decided) OVER (PARTITION BY tenant) DESC, tenant, priority`,
    { tenant, since, until: until ?? null },
    MAX_ROWS,
  );
}

/** Decided, and how; or with notice later than allowed. */
export const decisionOutcomes = ['decided', 'approved', 'partial', 'denied', 'late'] as const;
export type ListedOutcome = (typeof decisionOutcomes)[number];

const LIST_DECISIONS = 'decisions';

export interface DecisionsQuery extends ReportSpan {
  tenant: string;
  priority: Priority;
  outcome: ListedOutcome;
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
  return readPage<Decision>(database, {
    list: LIST_DECISIONS,
    limit: query.limit,
    sql: `SELECT
       decision.pagw_id, decision.tenant, status::text AS status, coalesce(main_stage, last_stage) AS stage, last_event_at,
       completed_at, stuck_reason, resolved_at AS decided_at,
       extract(epoch FROM resolved_at - decision.received_at)::float8 AS seconds,
       resolved_at::text AS page_at, decision.pagw_id AS page_id
     FROM decision_episode AS decision
     JOIN request_tracker AS request USING (pagw_id)
     WHERE ${DECIDED} AND ${COUNTED}
       AND decision.tenant = :tenant
       AND resolved_at >= :since::timestamptz
       AND (:until::timestamptz IS NULL OR resolved_at < :until::timestamptz)
       AND (:after_at::timestamptz IS NULL OR (resolved_at, decision.pagw_id) < (:after_at::timestamptz, :after_id))
       AND decision.priority = :priority
       AND CASE :outcome
         WHEN 'approved' THEN resolution = 'APPROVED'
         WHEN 'partial' THEN resolution = 'PARTIAL'
         WHEN 'denied' THEN resolution = 'DENIED'
         WHEN 'late' THEN due_at IS NOT NULL AND NOT ${IN_TIME}
         ELSE true
       END
     ORDER BY resolved_at DESC, decision.pagw_id DESC
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      since: query.since,
      until: query.until ?? null,
      priority: query.priority,
      outcome: query.outcome,
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
  risk: DeadlineRisk;
  /** The provider has to wait: answered, but not decided. */
  pended: boolean;
  /** Why it is stuck besides; null when it is not. */
  stuckReason: string | null;
}

/** As of `:now`: what the detector noted, unless the clock has run out since. */
export const RISK = `CASE WHEN decision_due_at <= :now::timestamptz THEN 'breached' ELSE deadline_risk END`;

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
 * threshold is noted by stuck-alarm; whether it is breached is judged as of `now`.
 * @throws PagePositionError
 */
export async function listDeadlines(database: Database, query: DeadlinesQuery): Promise<Page<Deadline>> {
  const after = readPosition(LIST_DEADLINES, query.after, 'text');
  return readPage<Deadline>(database, {
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
       AND clock_stopped_at IS NULL
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
       AND clock_stopped_at IS NULL
     GROUP BY 1`,
    { tenant, now },
  );
  const counts = { 'at-risk': 0, urgent: 0, breached: 0 };
  for (const { risk, requests } of rows) counts[risk] = requests;
  return counts;
}
