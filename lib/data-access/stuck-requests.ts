import { OTHER, type StuckReason } from '../domain/words.ts';
import type { Database, SqlValues } from './database.ts';
import { NONE_STATED } from './failures.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';

/** Requests of a tenant that are stuck at one stage for one cause. */
export interface StuckGroup {
  tenant: string;
  stage: string;
  reason: StuckReason;
  errorCode: string | null;
  targetSystem: string | null;
  count: number;
  oldestSince: Date;
  /** Of the failing ones; null when the latest main-lane event has none. */
  maxAttempt: number | null;
  /** Undecided requests whose clock has run 75 %, 90 %, and out. */
  atRisk: number;
  urgent: number;
  breached: number;
  /** When the next of those not yet breached is due. */
  nextDueAt: Date | null;
  sampleIds: string[];
}

export interface StuckFilter {
  tenant?: string | undefined;
  stage?: string | undefined;
  reason?: string | undefined;
  /** Of both: NONE_STATED where none is known. */
  errorCode?: string | undefined;
  targetSystem?: string | undefined;
  /** Only requests whose decision is overdue, or at risk of it. */
  risk?: 'breached' | 'at-risk' | undefined;
  /** Stuck since this instant or longer. */
  stuckBefore?: Date | undefined;
}

/** For a WHERE over stuck requests; its values are `stuckFilterValues`. */
const MATCHES_STUCK_FILTER = `(:stage::text IS NULL OR stuck_stage = :stage)
       AND (:reason::text IS NULL OR stuck_reason = :reason)
       AND (:error_code::text IS NULL OR coalesce(stuck_error_code, '${NONE_STATED}') = :error_code)
       AND (:target_system::text IS NULL OR coalesce(target_system, '${NONE_STATED}') = :target_system)
       AND (:risk::text IS NULL OR (deadline_risk IS NOT NULL AND (deadline_risk = 'breached') = (:risk = 'breached')))
       AND (:stuck_before::timestamptz IS NULL OR stuck_since <= :stuck_before::timestamptz)`;

function stuckFilterValues(filter: StuckFilter): SqlValues {
  return {
    tenant: filter.tenant ?? null,
    stage: filter.stage ?? null,
    reason: filter.reason ?? null,
    error_code: filter.errorCode ?? null,
    target_system: filter.targetSystem ?? null,
    risk: filter.risk ?? null,
    stuck_before: filter.stuckBefore ?? null,
  };
}

/** What a tenant's own page names; the rest is one group for each reason, at stage OTHER. */
const GROUPS_OF_ONE_TENANT = 500;
/** What the page of all tenants names of each. */
const GROUPS_OF_EACH_TENANT = 50;
/** More than a person reads. */
const MAX_GROUPS = 1_000;

/** Groups of a tenant beyond its first `:most`, in the order that `place` says, are folded into one for each reason. */
const FOLDED_GROUPS = `folded AS (
       SELECT
         tenant, stage, reason, error_code, target_system, count, oldest_since, max_attempt, at_risk, urgent, breached,
         next_due_at, sample_ids, place
       FROM placed
       WHERE place <= :most
       UNION ALL
       SELECT
         tenant, '${OTHER}', reason, NULL, NULL, sum(count)::bigint, min(oldest_since), max(max_attempt),
         sum(at_risk)::bigint, sum(urgent)::bigint, sum(breached)::bigint, min(next_due_at),
         (array_agg(sample_ids[1] ORDER BY oldest_since, sample_ids[1]))[1:3], :most + 1
       FROM placed
       WHERE place > :most
       GROUP BY tenant, reason
     )
     SELECT
       tenant, stage, reason, error_code, target_system, count, oldest_since, max_attempt, at_risk, urgent, breached,
       next_due_at, sample_ids`;

const GROUP_COLUMNS = `
       tenant,
       stuck_stage AS stage,
       stuck_reason AS reason,
       min(stuck_error_code) AS error_code,
       left(target_system, 64) AS target_system,
       count(*) AS count,
       min(stuck_since) AS oldest_since,
       max(main_attempt) AS max_attempt,
       count(*) FILTER (WHERE deadline_risk = 'at-risk') AS at_risk,
       count(*) FILTER (WHERE deadline_risk = 'urgent') AS urgent,
       count(*) FILTER (WHERE deadline_risk = 'breached') AS breached,
       min(decision_due_at) FILTER (WHERE deadline_risk IN ('at-risk', 'urgent') AND decision_due_at > :now::timestamptz) AS next_due_at,
       (array_agg(pagw_id::text ORDER BY stuck_since, pagw_id))[1:3] AS sample_ids`;

/** What is stuck, counted whole, and the groups of it that an answer has room for. */
export interface StuckGroups {
  /** Largest first. */
  groups: StuckGroup[];
  /** Of all groups, listed or not. */
  total: number;
  /** Groups there are; more than are listed where not all fit. */
  groupCount: number;
  /** Since when the longest stuck one is; null where none is. */
  oldestSince: Date | null;
}

type CountedGroup = StuckGroup & { total: number; groupCount: number; oldestOfAll: Date };

/**
 * The stuck requests by tenant, stage and cause. Every tenant's largest groups come before any tenant's smaller ones
 * where not all fit.
 */
export async function groupStuckRequests(
  database: Database,
  now: Date,
  filter: StuckFilter = {},
): Promise<StuckGroups> {
  const { rows } = await readBounded<CountedGroup>(
    database,
    `WITH grouped AS (
       SELECT ${GROUP_COLUMNS}
       FROM request_tracker
       WHERE stuck_reason IS NOT NULL
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND ${MATCHES_STUCK_FILTER}
       GROUP BY tenant, stuck_stage, stuck_reason, stuck_error_code, target_system
     ),
     placed AS (
       SELECT
         *, row_number() OVER (PARTITION BY tenant ORDER BY count DESC, oldest_since, stage, reason, error_code, target_system) AS place
       FROM grouped
     ),
     ${FOLDED_GROUPS},
       sum(count) OVER ()::bigint AS total, count(*) OVER () AS group_count, min(oldest_since) OVER () AS oldest_of_all
     FROM folded
     ORDER BY place, count DESC, oldest_since, tenant, stage, reason, error_code, target_system
     LIMIT :limit`,
    {
      ...stuckFilterValues(filter),
      now,
      most: filter.tenant === undefined ? GROUPS_OF_EACH_TENANT : GROUPS_OF_ONE_TENANT,
      limit: MAX_GROUPS,
    },
  );
  const [first] = rows;
  return {
    groups: rows
      .map(({ total: _, groupCount: __, oldestOfAll: ___, ...group }) => group)
      .sort(
        (left, right) => right.count - left.count || left.oldestSince.getTime() - right.oldestSince.getTime(),
      ),
    total: first?.total ?? 0,
    groupCount: first?.groupCount ?? 0,
    oldestSince: first?.oldestOfAll ?? null,
  };
}

/** Requests of a tenant that are one incident. */
export interface IncidentGroup extends StuckGroup {
  /** Null for what is folded into OTHER. */
  key: string | null;
  /** Of `count`, those that are not stuck but wait for an outcome: a retry was sent, or is planned. */
  awaited: number;
  /** When the detector last saw one of their decision clocks come to 75 or 90 %, or run out; null when none has. */
  riskAt: Date | null;
}

/** Causes of a tenant that are incidents of their own. */
const INCIDENTS_OF_EACH_TENANT = 20;

/**
 * The requests that are part of an incident, all tenants', answer by answer. Of a tenant's incidents those that are open,
 * and then those that began first, keep their names, so that a flood of new causes neither hides nor renames an open one;
 * the others are one for each reason.
 */
export async function* groupIncidents(database: Database, now: Date): AsyncGenerator<IncidentGroup[]> {
  let after: string | undefined;
  do {
    const { rows, cut } = await readBounded<IncidentGroup & { place: number }>(
      database,
      `WITH grouped AS (
         SELECT
           tenant,
           incident_key AS key,
           coalesce(min(stuck_stage), min(main_stage)) AS stage,
           -- The reason of most; of those that only wait for an outcome, a retry is what they wait for.
           coalesce(mode() WITHIN GROUP (ORDER BY stuck_reason), 'retry-overdue') AS reason,
           bool_or(stuck_reason = 'deadline-breached') AS any_breached,
           min(stuck_error_code) FILTER (WHERE stuck_reason IS NOT NULL) AS error_code,
           left(min(target_system), 64) AS target_system,
           count(*) AS count,
           count(*) FILTER (WHERE stuck_reason IS NULL) AS awaited,
           coalesce(min(stuck_since), min(main_at), :now::timestamptz) AS oldest_since,
           max(main_attempt) AS max_attempt,
           count(*) FILTER (WHERE deadline_risk = 'at-risk') AS at_risk,
           count(*) FILTER (WHERE deadline_risk = 'urgent') AS urgent,
           count(*) FILTER (WHERE deadline_risk = 'breached') AS breached,
           max(deadline_risk_at) FILTER (WHERE deadline_risk_at <= :now::timestamptz) AS risk_at,
           min(decision_due_at) FILTER (WHERE deadline_risk IN ('at-risk', 'urgent') AND decision_due_at > :now::timestamptz) AS next_due_at,
           (array_agg(pagw_id::text ORDER BY stuck_since, pagw_id))[1:3] AS sample_ids
         FROM request_tracker
         WHERE incident_key IS NOT NULL AND (:after::text IS NULL OR tenant > :after)
         GROUP BY tenant, incident_key
       ),
       placed AS (
         SELECT
           grouped.*, CASE WHEN any_breached THEN 'deadline-breached' ELSE grouped.reason END AS shown_reason,
           row_number() OVER (PARTITION BY grouped.tenant ORDER BY open.opened_at, grouped.oldest_since, grouped.key) AS place
         FROM grouped
         LEFT JOIN incident AS open ON open.key = grouped.key AND open.closed_at IS NULL
       )
       SELECT
         tenant, key, stage, shown_reason AS reason, error_code, target_system, count, awaited, oldest_since, max_attempt,
         at_risk, urgent, breached, risk_at, next_due_at, sample_ids, place
       FROM placed
       WHERE place <= :most
       UNION ALL
       SELECT
         tenant, NULL, '${OTHER}', shown_reason, NULL, NULL, sum(count)::bigint, sum(awaited)::bigint, min(oldest_since),
         max(max_attempt), sum(at_risk)::bigint, sum(urgent)::bigint, sum(breached)::bigint, max(risk_at), min(next_due_at),
         (array_agg(sample_ids[1] ORDER BY oldest_since, sample_ids[1]))[1:3], :most + 1
       FROM placed
       WHERE place > :most
       GROUP BY tenant, shown_reason
       ORDER BY tenant, place, reason
       LIMIT :limit`,
      { now, after: after ?? null, most: INCIDENTS_OF_EACH_TENANT, limit: MAX_GROUPS },
    );
    const last = rows.at(-1)?.tenant;
    const isWhole = !cut && rows.length < MAX_GROUPS;
    // The last tenant's groups may be cut; a tenant's own all fit into one answer.
    const whole = isWhole ? rows : rows.filter(({ tenant }) => tenant !== last);
    yield whole.length > 0 ? whole : rows;
    after = isWhole ? undefined : (whole.at(-1)?.tenant ?? last);
  } while (after !== undefined);
}

export interface StuckRequest {
  pagwId: string;
  tenant: string;
  stage: string;
  eventType: string | null;
  attempt: number | null;
  /** The stage a lost hand-off was to. */
  nextStage: string | null;
  reason: StuckReason;
  since: Date;
  errorCode: string | null;
  targetSystem: string | null;
  decisionDueAt: Date | null;
  deadlineRisk: string | null;
  /** By how much the latest main-lane event's own time is ahead of its recording; negative: late, or a slow clock. */
  skewSeconds: number | null;
}

const LIST = 'stuck';

/**
 * One page of stuck requests, longest stuck first. With a tenant it costs the page, whatever else there is; without
 * one, it sorts all that are stuck.
 * @throws PagePositionError
 */
export async function listStuckRequests(
  database: Database,
  filter: StuckFilter,
  limit: number,
  position?: string,
): Promise<Page<StuckRequest>> {
  const after = readPosition(LIST, position, 'text');
  return readPage<StuckRequest>(database, {
    list: LIST,
    limit,
    sql: `SELECT
       pagw_id, tenant, stuck_stage AS stage, main_event_type AS event_type,
       main_attempt AS attempt, CASE WHEN stuck_stage = main_stage THEN next_stage END AS next_stage, stuck_reason AS reason, stuck_since AS since,
       stuck_error_code AS error_code, target_system, decision_due_at, deadline_risk,
       stuck_skew_seconds AS skew_seconds, stuck_since::text AS page_at, pagw_id AS page_id
     FROM request_tracker
     WHERE stuck_reason IS NOT NULL
       ${filter.tenant === undefined ? 'AND :tenant::text IS NULL' : 'AND tenant = :tenant'}
       AND ${MATCHES_STUCK_FILTER}
       AND (stuck_since, pagw_id) > (:after_since::timestamptz, :after_id::text)
     ORDER BY stuck_since, pagw_id
     LIMIT :limit`,
    values: {
      ...stuckFilterValues(filter),
      after_since: after?.at ?? '-infinity',
      after_id: after?.id ?? '',
    },
  });
}

/** The service and the worker of a stage's latest event that names one. */
export interface LastHeard {
  stage: string;
  serviceName: string | null;
  workerId: string | null;
  at: Date;
}

/** Events looked at: our own, which name no service of the pipeline, stand between. */
const MOST_LOOKED_AT = 50;

/** Who works on a stage of a tenant, as last heard of; null when nobody ever said. */
export async function lastHeardOf(
  database: Database,
  { tenant, stage }: { tenant: string; stage: string | null },
): Promise<LastHeard | null> {
  if (stage === null) return null;
  const { rows } = await database.execute<LastHeard>(
    `SELECT stage, service_name, worker_id, created_at AS at
     FROM (
       SELECT stage, service_name, worker_id, created_at, id
       FROM event_tracker
       WHERE tenant = :tenant AND stage = :stage
       ORDER BY created_at DESC
       LIMIT ${MOST_LOOKED_AT}
     ) AS latest
     WHERE (service_name IS NOT NULL AND service_name NOT LIKE 'pagw%') OR worker_id IS NOT NULL
     ORDER BY created_at DESC, id DESC
     LIMIT 1`,
    { tenant, stage },
  );
  return rows[0] ?? null;
}
