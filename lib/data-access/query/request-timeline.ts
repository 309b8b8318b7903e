import type { Database, SqlValues } from '../database.ts';
import { type Measured, withinAnswer, withoutMeasures } from '../page.ts';
import type { RequestRow } from './find-request.ts';

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
  startedAt: Date | null;
  completedAt: Date | null;
  /** By the producer's clock. */
  occurredAt: Date;
  /** When it was recorded. */
  createdAt: Date;
  metadata: Record<string, unknown> | null;
}

const PAGE_EVENTS = 400;

/** received_on comes first: with it, PostgreSQL opens one month's partition and no other. */
export const TIMELINE_SQL = withinAnswer(`
  SELECT
    sequence_no, event_id, stage, event_type, status::text AS status, attempt, retryable, next_retry_at,
    retry_exhausted_at, duration_ms, external_reference, error_code, error_message, worker_id, service_name,
    started_at, completed_at, occurred_at, created_at, metadata
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
