import type { Database, SqlValues } from './database.ts';

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

/** The first answers the request, the rest its events. */
export const TIMELINE_SQL = `SELECT read_timeline(:pagw_id, :tenant, :after_no, :most::int) AS item`;

const PAGE_EVENTS = 400;

export function timelineValues(
  pagwId: string,
  {
    tenant,
    afterNo = 0,
    most = PAGE_EVENTS,
  }: { tenant?: string | undefined; afterNo?: number; most?: number } = {},
): SqlValues {
  return { pagw_id: pagwId, tenant: tenant ?? null, after_no: afterNo, most };
}

interface TimelinePage {
  request: RequestRow;
  events: TimelineEvent[];
}

async function readTimelinePage(database: Database, values: SqlValues): Promise<TimelinePage | undefined> {
  const { rows } = await database.execute<{ item: object }>(TIMELINE_SQL, values);
  const [request, ...events] = rows.map(({ item }) => item);
  if (request === undefined) return undefined;
  return {
    request: withInstants<RequestRow>(request, REQUEST_INSTANTS),
    events: events.map((event) => withInstants<TimelineEvent>(event, EVENT_INSTANTS)),
  };
}

type InstantOf<Row> = { [Name in keyof Row]: Date extends Row[Name] ? Name : never }[keyof Row];

const REQUEST_INSTANTS = namesOf<InstantOf<RequestRow>>({
  mainAt: 1,
  receivedAt: 1,
  lastEventAt: 1,
  decisionDueAt: 1,
  decidedAt: 1,
  clockStoppedAt: 1,
  unclearAnswerAt: 1,
  completedAt: 1,
  stuckSince: 1,
  compactedAt: 1,
  archivedAt: 1,
  retiredAt: 1,
  createdAt: 1,
  updatedAt: 1,
});
const EVENT_INSTANTS = namesOf<InstantOf<TimelineEvent>>({
  nextRetryAt: 1,
  retryExhaustedAt: 1,
  startedAt: 1,
  completedAt: 1,
  occurredAt: 1,
  createdAt: 1,
});

/** All of the names: one that is missing does not compile. */
function namesOf<Name extends string>(names: Readonly<Record<Name, 1>>): string[] {
  return Object.keys(names);
}

/** In JSON instants are texts. */
function withInstants<Row>(item: object, instants: readonly string[]): Row {
  const row = { ...item } as Record<string, unknown>;
  for (const name of instants) {
    const text = row[name];
    if (typeof text === 'string') row[name] = new Date(text);
  }
  return row as Row;
}

/** The request of this id, of this tenant when one is given; undefined when there is none. */
export async function findRequest(
  database: Database,
  pagwId: string,
  tenant?: string,
): Promise<RequestRow | undefined> {
  return (await readTimelinePage(database, timelineValues(pagwId, { tenant, most: 0 })))?.request;
}

/** A request, and the events it had when it was read and that are in the database, in order, page by page. */
export interface RequestTimeline {
  request: RequestRow;
  pages: AsyncGenerator<TimelineEvent[]>;
}

/**
 * The request and its first events in one call, the others as their pages are asked for; below zero, `afterNo` counts from
 * its latest. Undefined when there is no such request.
 */
export async function findTimeline(
  database: Database,
  pagwId: string,
  options: { tenant?: string | undefined; afterNo?: number } = {},
): Promise<RequestTimeline | undefined> {
  const first = await readTimelinePage(database, timelineValues(pagwId, options));
  return first && { request: first.request, pages: pagesFrom(database, first) };
}

/** The events of a request that was read before. */
export async function* readTimeline(
  database: Database,
  request: TimelineOf,
  afterNo = 0,
): AsyncGenerator<TimelineEvent[]> {
  if (afterNo >= request.lastSequenceNo) return;
  const first = await readTimelinePage(database, timelineValues(request.pagwId, { afterNo }));
  yield* pagesFrom(database, { request, events: first?.events ?? [] });
}

type TimelineOf = Pick<RequestRow, 'pagwId' | 'lastSequenceNo'>;

async function* pagesFrom(
  database: Database,
  first: { request: TimelineOf; events: TimelineEvent[] },
): AsyncGenerator<TimelineEvent[]> {
  const { pagwId, lastSequenceNo } = first.request;
  let { events } = first;
  for (let last = events.at(-1); last !== undefined; last = events.at(-1)) {
    yield events;
    if (last.sequenceNo >= lastSequenceNo) return;
    events =
      (await readTimelinePage(database, timelineValues(pagwId, { afterNo: last.sequenceNo })))?.events ?? [];
  }
}
