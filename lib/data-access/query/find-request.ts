import type { Database } from '../database.ts';

/** A request as it stands now. */
export interface RequestRow {
  pagwId: string;
  tenant: string;
  requestType: string | null;
  priority: string | null;
  status: string;
  /** Of the latest event of any lane. */
  lastStage: string | null;
  nextStage: string | null;
  /** These five belong to the latest event in the main lane. */
  mainStage: string | null;
  mainEventType: string | null;
  mainStatus: string | null;
  mainAttempt: number | null;
  mainAt: Date | null;
  targetSystem: string | null;
  correlationId: string | null;
  externalReferenceId: string | null;
  lastErrorCode: string | null;
  lastErrorMsg: string | null;
  failureCount: number;
  retryCount: number;
  payloadBucket: string | null;
  payloadKey: string | null;
  receivedAt: Date;
  /** `YYYY-MM-DD`; names the month that holds the request's events. */
  receivedOn: string;
  lastEventAt: Date | null;
  decisionDueAt: Date | null;
  /** The first determination, and when; `status` is the latest outcome. */
  determination: string | null;
  decidedAt: Date | null;
  /** When an answer was stated that decides nothing. */
  unclearAnswerAt: Date | null;
  /** Null while the request is in flight. */
  completedAt: Date | null;
  stuckReason: string | null;
  stuckSince: Date | null;
  lastSequenceNo: number;
  /** When its STARTs were merged into their results; null before, and again once another event is recorded. */
  compactedAt: Date | null;
  /** When all its events were in the archive; null before, and again once another event is recorded. */
  archivedAt: Date | null;
  /** When an event of it was first merged or archived. */
  retiredAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The request of this id, of this tenant when one is given; undefined when there is none. */
export async function findRequest(
  database: Database,
  pagwId: string,
  tenant?: string,
): Promise<RequestRow | undefined> {
  const { rows } = await database.execute<RequestRow>(
    `SELECT
       pagw_id, tenant, request_type, priority, status::text AS status, last_stage, next_stage,
       main_stage, main_event_type, main_status::text AS main_status, main_attempt, main_at, target_system,
       correlation_id, external_reference_id, last_error_code, last_error_msg, failure_count, retry_count,
       payload_bucket, payload_key, received_at, received_on, last_event_at, decision_due_at,
       determination::text AS determination, decided_at, unclear_answer_at, completed_at,
       stuck_reason, stuck_since, last_sequence_no, compacted_at, archived_at, retired_at, created_at, updated_at
     FROM request_tracker
     WHERE pagw_id = :pagw_id AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { pagw_id: pagwId, tenant: tenant ?? null },
  );
  return rows[0];
}
