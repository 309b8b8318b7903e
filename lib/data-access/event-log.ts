import type { Database } from './database.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';
import type { TimelineEvent } from './timeline.ts';

/** Requests whose history is exported: of a tenant, and first heard of in a span of time; absent: of all. */
export interface EventLogFilter {
  tenant: string;
  since?: Date | undefined;
  until?: Date | undefined;
}

/** A request as an event log holds it: a case. */
export interface LoggedRequest {
  pagwId: string;
  tenant: string;
  requestType: string | null;
  priority: string | null;
  status: string;
  receivedAt: Date;
  completedAt: Date | null;
  decidedAt: Date | null;
  /** `YYYY-MM-DD`; names the month that holds its events. */
  receivedOn: string;
  lastSequenceNo: number;
  /** Null unless an event of it was ever merged or archived. */
  retiredAt: Date | null;
  /** Some of its events are in the archive. */
  isArchived: boolean;
}

const LIST = 'event log';

/** One page of requests, oldest first. */
export function listLoggedRequests(
  database: Database,
  { tenant, since, until }: EventLogFilter,
  limit: number,
  position?: string,
): Promise<Page<LoggedRequest>> {
  const after = readPosition(LIST, position, 'text');
  return readPage<LoggedRequest>(database, {
    list: LIST,
    limit,
    sql: `SELECT
       pagw_id, tenant, request_type, priority, status::text AS status, received_at, completed_at, decided_at, received_on,
       last_sequence_no, retired_at,
       retired_at IS NOT NULL AND EXISTS (
         SELECT FROM archived_request WHERE archived_request.pagw_id = request.pagw_id
       ) AS is_archived,
       created_at::text AS page_at, pagw_id AS page_id
     FROM request_tracker AS request
     WHERE tenant = :tenant
       AND created_at >= greatest(:since::timestamptz, :after_at::timestamptz)
       AND created_at < :until::timestamptz
       AND (created_at, pagw_id) > (:after_at::timestamptz, :after_id)
     ORDER BY created_at, pagw_id
     LIMIT :limit`,
    values: {
      tenant,
      since: since ?? '-infinity',
      until: until ?? 'infinity',
      after_at: after?.at ?? '-infinity',
      after_id: after?.id ?? '',
    },
  });
}

export type LoggedEvent = Pick<
  TimelineEvent,
  | 'sequenceNo'
  | 'eventId'
  | 'stage'
  | 'eventType'
  | 'status'
  | 'attempt'
  | 'durationMs'
  | 'errorCode'
  | 'workerId'
  | 'serviceName'
  | 'occurredAt'
  | 'createdAt'
>;

/** Events that one call reads at most; about as many as fit into an answer. */
const PAGE_EVENTS = 1_500;

/** The events that are in the database of requests, in their order, in batches that are each of one request. */
export async function* readLoggedEvents(
  database: Database,
  requests: readonly LoggedRequest[],
): AsyncGenerator<{ request: LoggedRequest; events: LoggedEvent[] }> {
  let waiting = requests.map(({ pagwId, receivedOn, lastSequenceNo }, place) => ({
    ...{ place, pagw_id: pagwId, received_on: receivedOn, after_no: -1e15, last_no: lastSequenceNo },
  }));
  while (waiting.length > 0) {
    const { rows, cut } = await readBounded<LoggedEvent & { place: number }>(
      database,
      `SELECT
         place, event.sequence_no, event.event_id, event.stage, event.event_type, event.status::text AS status,
         event.attempt, event.duration_ms, event.error_code, event.worker_id, event.service_name,
         event.occurred_at, event.created_at
       FROM json_to_recordset(:requests::json)
         AS wanted (place int, pagw_id text, received_on date, after_no bigint, last_no bigint)
       CROSS JOIN LATERAL (
         SELECT *
         FROM event_history
         WHERE event_history.pagw_id = wanted.pagw_id AND event_history.received_on = wanted.received_on
           AND sequence_no > after_no AND sequence_no <= last_no
         ORDER BY sequence_no
         LIMIT ${PAGE_EVENTS}
       ) AS event
       ORDER BY place, event.sequence_no
       LIMIT ${PAGE_EVENTS}`,
      { requests: JSON.stringify(waiting) },
    );
    for (const [place, events] of Map.groupBy(rows, (row) => row.place)) {
      const request = requests[place];
      if (request !== undefined) yield { request, events };
    }
    const last = rows.at(-1);
    if (last === undefined || (!cut && rows.length < PAGE_EVENTS)) return;
    waiting = waiting
      .filter(({ place }) => place >= last.place)
      .map((request) => (request.place === last.place ? { ...request, after_no: last.sequenceNo } : request));
  }
}
