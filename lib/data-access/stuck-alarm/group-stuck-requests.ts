import type { StuckReason } from '../../domain/request-state.ts';
import type { Database, SqlValues } from '../database.ts';
import { NONE_STATED } from '../query/none-stated.ts';

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
export const MATCHES_STUCK_FILTER = `(:stage::text IS NULL OR stuck_stage = :stage)
       AND (:reason::text IS NULL OR stuck_reason = :reason)
       AND (:error_code::text IS NULL OR coalesce(stuck_error_code, '${NONE_STATED}') = :error_code)
       AND (:target_system::text IS NULL OR coalesce(target_system, '${NONE_STATED}') = :target_system)
       AND (:risk::text IS NULL OR (deadline_risk IS NOT NULL AND (deadline_risk = 'breached') = (:risk = 'breached')))
       AND (:stuck_before::timestamptz IS NULL OR stuck_since <= :stuck_before::timestamptz)`;

export function stuckFilterValues(filter: StuckFilter): SqlValues {
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

/** More groups than a person reads, and few enough for one answer; the largest first. */
const MAX_GROUPS = 1_000;

/** The stuck requests by tenant, stage and cause, largest group first. */
export async function groupStuckRequests(
  database: Database,
  now: Date,
  filter: StuckFilter = {},
): Promise<StuckGroup[]> {
  const { rows } = await database.execute<StuckGroup>(
    `SELECT
       tenant,
       stuck_stage AS stage,
       stuck_reason AS reason,
       stuck_error_code AS error_code,
       target_system,
       count(*) AS count,
       min(stuck_since) AS oldest_since,
       max(main_attempt) AS max_attempt,
       count(*) FILTER (WHERE deadline_risk = 'at-risk') AS at_risk,
       count(*) FILTER (WHERE deadline_risk = 'urgent') AS urgent,
       count(*) FILTER (WHERE deadline_risk = 'breached') AS breached,
       min(decision_due_at) FILTER (WHERE deadline_risk IN ('at-risk', 'urgent') AND decision_due_at > :now::timestamptz) AS next_due_at,
       (array_agg(pagw_id::text ORDER BY stuck_since, pagw_id))[1:3] AS sample_ids
     FROM request_tracker
     WHERE stuck_reason IS NOT NULL
       AND (:tenant::text IS NULL OR tenant = :tenant)
       AND ${MATCHES_STUCK_FILTER}
     GROUP BY 1, 2, 3, 4, 5
     ORDER BY count(*) DESC, min(stuck_since), 1, 2, 3, 4, 5
     LIMIT :limit`,
    { ...stuckFilterValues(filter), now, limit: MAX_GROUPS },
  );
  return rows;
}
