import type { StuckReason } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';
import { MATCHES_STUCK_FILTER, type StuckFilter, stuckFilterValues } from './group-stuck-requests.ts';

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
  return readPage(database, {
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
