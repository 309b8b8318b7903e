import type { StuckReason } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';

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
  /** Stuck since this instant or longer. */
  stuckBefore?: Date | undefined;
}

/** More groups than a person reads, and few enough for one answer; the largest first. */
const MAX_GROUPS = 1_000;

/** The stuck requests by tenant, stage and cause, largest group first. */
export async function groupStuckRequests(
  database: Database,
  now: Date,
  { tenant, stage, reason, stuckBefore }: StuckFilter = {},
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
       AND (:stage::text IS NULL OR stuck_stage = :stage)
       AND (:reason::text IS NULL OR stuck_reason = :reason)
       AND (:stuck_before::timestamptz IS NULL OR stuck_since <= :stuck_before::timestamptz)
     GROUP BY 1, 2, 3, 4, 5
     ORDER BY count(*) DESC, min(stuck_since), 1, 2, 3, 4, 5
     LIMIT :limit`,
    {
      now,
      tenant: tenant ?? null,
      stage: stage ?? null,
      reason: reason ?? null,
      stuck_before: stuckBefore ?? null,
      limit: MAX_GROUPS,
    },
  );
  return rows;
}
