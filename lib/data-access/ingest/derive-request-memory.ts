import { laneOf } from '../../domain/event-stages.ts';
import {
  defaultFoldRules,
  type FoldRules,
  RequestFold,
  type RequestMemory,
} from '../../domain/request-fold.ts';
import type { EventStatus, StatedRequest, TrackedEvent } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';

/** Of the metadata, what a fold can ask for. */
const EVIDENCE_KEYS = [
  'mode',
  'outcome',
  'disposition',
  'reviewAction',
  'reviewActionCode',
  'isAsync',
  'hasUrgent',
];
const PAGE_ROWS = 150;

interface EventRow {
  sequenceNo: number;
  eventId: string;
  stage: string;
  eventType: string;
  status: EventStatus;
  attempt: number;
  nextRetryAt: Date | null;
  exhausted: boolean;
  errorCode: string | null;
  occurredAt: Date;
  createdAt: Date;
  metadata: Record<string, unknown> | null;
  stated: StatedRequest | null;
}

/**
 * Folds a request's whole history again, as it stands in event_tracker. For requests that were brought over from an older
 * system, and to hold what ingest keeps against it.
 * @returns null when there is no event of it.
 */
export async function deriveRequestMemory(
  database: Database,
  pagwId: string,
  rules: FoldRules = defaultFoldRules,
): Promise<RequestMemory | null> {
  const fold = new RequestFold(null, rules);
  for (let after = 0; ; ) {
    const { rows } = await database.execute<EventRow>(
      `SELECT
         event.sequence_no, event.event_id, event.stage, event.event_type, event.status::text AS status, event.attempt,
         event.next_retry_at, event.retry_exhausted_at IS NOT NULL AS exhausted, event.error_code,
         event.occurred_at, event.created_at, event.stated,
         (
           SELECT jsonb_object_agg(key, value)
           FROM jsonb_each(CASE WHEN jsonb_typeof(event.metadata) = 'object' THEN event.metadata END)
           WHERE key IN (SELECT json_array_elements_text(:keys::json)) AND pg_column_size(value) < 300
         ) AS metadata
       FROM request_tracker AS request
       JOIN event_history AS event ON event.pagw_id = request.pagw_id AND event.received_on = request.received_on
       WHERE request.pagw_id = :pagw_id AND event.sequence_no > :after
       ORDER BY event.sequence_no
       LIMIT ${PAGE_ROWS}`,
      { pagw_id: pagwId, after, keys: JSON.stringify(EVIDENCE_KEYS) },
    );
    for (const row of rows) fold.append(toTrackedEvent(pagwId, row), row.createdAt.getTime());
    after = rows.at(-1)?.sequenceNo ?? after;
    if (rows.length < PAGE_ROWS) break;
  }
  return fold.appended.length === 0 ? null : fold.memory;
}

/** Whether a failure waits is taken from its row: an operator may have moved its retry, and its policy may have changed. */
function toTrackedEvent(pagwId: string, row: EventRow): TrackedEvent {
  const waits = row.nextRetryAt !== null || row.exhausted;
  return {
    eventId: row.eventId,
    tenant: row.stated?.tenantless ? null : '',
    pagwId,
    stage: row.stage,
    eventType: row.eventType,
    known: true,
    status: row.status,
    lane: laneOf(row.stage),
    attempt: row.attempt,
    retryable: waits,
    nextRetryAt: waits ? (row.nextRetryAt ?? row.createdAt).toISOString() : null,
    retry: null,
    occurredAt: row.occurredAt.toISOString(),
    startedAt: null,
    completedAt: null,
    durationMs: null,
    externalReference: null,
    errorCode: row.errorCode,
    errorMessage: null,
    workerId: null,
    serviceName: null,
    correlationId: row.stated?.correlationId ?? null,
    metadata: row.metadata,
    stated: row.stated,
  };
}
