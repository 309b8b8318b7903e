import type { Database, SqlValues } from './database.ts';
import { type Measured, withinAnswer, withoutMeasures } from './page.ts';

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
  /** Its stage failed, and the failure waits for a retry, or has used up its attempts. */
  retryWaits: boolean;
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
  /** When the latest episode was decided, or ended otherwise; null while its decision clock runs. */
  clockStoppedAt: Date | null;
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
       state #> ARRAY['stages', main_stage::text, 'waiting'] IS NOT NULL AS retry_waits,
       correlation_id, external_reference_id, last_error_code, last_error_msg, failure_count, retry_count,
       payload_bucket, payload_key, received_at, received_on, last_event_at, decision_due_at,
       determination::text AS determination, decided_at, clock_stopped_at, unclear_answer_at, completed_at,
       stuck_reason, stuck_since, last_sequence_no, compacted_at, archived_at, retired_at, created_at, updated_at
     FROM request_tracker
     WHERE pagw_id = :pagw_id AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { pagw_id: pagwId, tenant: tenant ?? null },
  );
  return rows[0];
}

/** Where a request stands, for what can be done about it. */
export interface RequestStanding {
  pagwId: string;
  tenant: string;
  stuckReason: string | null;
  mainStage: string | null;
  mainStatus: string | null;
  mainAttempt: number | null;
  mainSequenceNo: number | null;
  nextStage: string | null;
  completedAt: Date | null;
  externalReferenceId: string | null;
  targetSystem: string | null;
}

/** Undefined when there is no such request. */
export async function findStanding(database: Database, pagwId: string): Promise<RequestStanding | undefined> {
  const { rows } = await database.execute<RequestStanding>(
    `SELECT
       pagw_id, tenant, stuck_reason, main_stage, main_status::text AS main_status, main_attempt, main_sequence_no,
       next_stage, completed_at, external_reference_id, target_system
     FROM request_tracker
     WHERE pagw_id = :pagw_id`,
    { pagw_id: pagwId },
  );
  return rows[0];
}

/** One event of a request's timeline. */
export interface TimelineEvent {
  sequenceNo: number;
  eventId: string;
  stage: string;
  eventType: string;
  status: string;
  attempt: number;
  retryable: boolean;
  nextRetryAt: Date | null;
  retryExhaustedAt: Date | null;
  durationMs: number | null;
  externalReference: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  workerId: string | null;
  serviceName: string | null;
  /** The SQS SenderId of its message: a user's id, or a role's with the session's name; null for the tracker's own events. */
  sender: string | null;
  startedAt: Date | null;
  completedAt: Date | null;
  /** By the producer's clock. */
  occurredAt: Date;
  /** That clock was so far behind that the recording counts in its place. */
  disbelieved: boolean;
  /** When it was recorded. */
  createdAt: Date;
  metadata: Record<string, unknown> | null;
}

const PAGE_EVENTS = 400;

/** received_on comes first: with it, PostgreSQL opens one month's partition and no other. */
export const TIMELINE_SQL = withinAnswer(`
  SELECT
    sequence_no, event_id, stage, event_type, status::text AS status, attempt, retryable, next_retry_at,
    retry_exhausted_at, duration_ms, external_reference, error_code, error_message, worker_id, service_name, sender,
    started_at, completed_at, occurred_at, coalesce((stated ->> 'disbelieved')::boolean, false) AS disbelieved, created_at,
    metadata
  FROM event_history
  WHERE received_on = :received_on::date AND pagw_id = :pagw_id AND sequence_no > :after_sequence_no
  ORDER BY sequence_no
  LIMIT :limit`);

export function timelineValues(
  request: Pick<RequestRow, 'pagwId' | 'receivedOn'>,
  afterSequenceNo: number,
  limit = PAGE_EVENTS,
): SqlValues {
  return {
    received_on: request.receivedOn,
    pagw_id: request.pagwId,
    after_sequence_no: afterSequenceNo,
    limit,
  };
}

async function readTimelinePage(database: Database, values: SqlValues): Promise<TimelineEvent[]> {
  return withoutMeasures((await database.execute<Measured<TimelineEvent>>(TIMELINE_SQL, values)).rows).rows;
}

/** The events that `request` had when it was read and that are in the database, in order, page by page; each page fits into one answer of the Data API. */
export async function* readTimeline(
  database: Database,
  request: Pick<RequestRow, 'pagwId' | 'receivedOn' | 'lastSequenceNo'>,
  afterSequenceNo = 0,
): AsyncGenerator<TimelineEvent[]> {
  let after = afterSequenceNo;
  let limit = PAGE_EVENTS;
  while (after < request.lastSequenceNo) {
    const values = timelineValues(request, after, limit);
    const rows = await readTimelinePage(database, values);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.sequenceNo;
    // Each row considered is unpacked to be measured: where few fit into an answer, few are considered.
    limit = Math.min(PAGE_EVENTS, 2 * rows.length);
  }
}

type TimelineOf = Pick<RequestRow, 'pagwId' | 'receivedOn' | 'lastSequenceNo'>;

/** The latest events of a request, at most `most` and what came meanwhile, in their order. */
export async function latestEvents(
  database: Database,
  request: TimelineOf,
  most: number,
): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  const after = Math.max(0, request.lastSequenceNo - most);
  for await (const page of readTimeline(database, request, after)) events.push(...page);
  return events;
}
