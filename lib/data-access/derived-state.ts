import { laneOf } from '../domain/event-catalogue.ts';
import { defaultFoldRules, type FoldRules, type KeptFacts, RequestFold } from '../domain/request-fold.ts';
import {
  completedAtOf,
  type FormerRow,
  formerMemory,
  isPended,
  newMemory,
  type RequestMemory,
} from '../domain/request-memory.ts';
import { believableTime, DEFAULT_BELIEVED_DAYS } from '../domain/stated-time.ts';
import {
  blankEvent,
  type EventStatus,
  type RequestStatus,
  type StatedRequest,
  type TrackedEvent,
} from '../domain/tracked-event.ts';
import { ADDED, requestValues, toRequestRow } from './additions.ts';
import type { Database } from './database.ts';
import { inParts, readBounded } from './page.ts';

/** A request whose whole history is folded again, as it stands in the database. */
export interface DerivedRequest {
  pagwId: string;
  tenant: string;
  fold: RequestFold;
}

interface StoredEvent {
  pagwId: string;
  sequenceNo: number;
  eventId: string;
  stage: string;
  eventType: string;
  status: EventStatus;
  attempt: number;
  nextRetryAt: string | null;
  exhausted: boolean;
  errorCode: string | null;
  externalReference: string | null;
  occurredAt: string;
  createdAt: string;
  stated: StatedRequest | null;
  metadata: Record<string, unknown> | null;
}

/** In the order of the properties above. */
type EventValues = readonly unknown[];

function toStoredEvent(values: EventValues): StoredEvent {
  const [pagwId, sequenceNo, eventId, stage, eventType, status, attempt, nextRetryAt, exhausted, ...rest] =
    values;
  const [errorCode, externalReference, occurredAt, createdAt, stated, metadata] = rest;
  return {
    ...{ pagwId, sequenceNo, eventId, stage, eventType, status, attempt, nextRetryAt, exhausted },
    ...{ errorCode, externalReference, occurredAt, createdAt, stated, metadata },
  } as StoredEvent;
}

/** Of the metadata, what a fold can ask for, and where a request goes to. */
const EVIDENCE_KEYS = [
  ...['mode', 'outcome', 'disposition', 'reviewAction', 'reviewActionCode', 'isAsync', 'hasUrgent'],
  ...['subscriptionCount', 'targetSystem'],
];
const PAGE_EVENTS = 5_000;
/** The Data API refuses an answer of over 1 MiB, and a row of over 64 KB; the event that fills a row comes on top. */
const ANSWER_BYTES = 1_000_000;
const ROW_BYTES = 30_000;

/** A request that has no state: a row that an older system wrote, before its first event of ours. */
export interface FormerRequest {
  pagwId: string;
  tenant: string;
  status: RequestStatus;
  receivedAt: Date;
  completedAt: Date | null;
  createdAt: Date;
}

/** Its columns, to be selected from request_tracker. */
const FORMER_COLUMNS =
  'pagw_id, tenant, status::text AS status, received_at, completed_at, coalesce(created_at, received_at) AS created_at';

/** The state of a request that has none, from its row and its whole history. */
export async function deriveRequestMemory(
  database: Database,
  pagwId: string,
  now: Date,
  rules: FoldRules = defaultFoldRules,
): Promise<RequestMemory> {
  const { rows } = await database.execute<FormerRequest>(
    `SELECT ${FORMER_COLUMNS} FROM request_tracker WHERE pagw_id = :pagw_id`,
    { pagw_id: pagwId },
  );
  for await (const { fold } of deriveFormer(database, rows, now, rules)) return fold.memory;
  const [row] = rows;
  return row === undefined ? newMemory() : formerMemory(formerRow(row, now, rules));
}

/** Derives the states of those of the requests that have events. */
async function* deriveFormer(
  database: Database,
  requests: readonly FormerRequest[],
  now: Date,
  rules: FoldRules,
): AsyncGenerator<DerivedRequest> {
  const rows = new Map(requests.map((request) => [request.pagwId, request]));
  for await (const history of readHistories(database, [...rows.keys()])) {
    const row = rows.get(history.pagwId) as FormerRequest;
    const former = formerRow(row, now, rules);
    let fold = foldAgain(history, row.tenant, former, rules);
    const endedAt = completedAtOf(fold.memory);
    const isAwaited = fold.decisionsOf(row.tenant).latest?.resolvedAt === null;
    // Older events do not say how they decided: what they closed otherwise than by a pend is not awaited.
    if (former.closedAt === undefined && endedAt !== null && !isPended(fold.memory) && isAwaited)
      fold = foldAgain(history, row.tenant, { ...former, closedAt: endedAt }, rules);
    yield { pagwId: history.pagwId, tenant: row.tenant, fold };
  }
}

/** What the row says, as far as it can be. What pends there is awaited, what is closed otherwise is not. */
function formerRow(row: FormerRequest, now: Date, { believedDays }: FoldRules): FormerRow {
  const receivedAt = believableTime(row.receivedAt.getTime(), row.createdAt.getTime(), believedDays);
  const former = { status: row.status, receivedAt };
  if (row.completedAt === null) return former;
  const endedAt = Math.max(receivedAt, Math.min(row.completedAt.getTime(), now.getTime()));
  return row.status === 'PENDING' ? { ...former, pendedAt: endedAt } : { ...former, closedAt: endedAt };
}

/** A request's events as they are folded, in the order of their numbers. */
export interface History {
  pagwId: string;
  events: { event: TrackedEvent; recordedAt: number; kept: KeptFacts }[];
}

export function foldAgain(
  history: History,
  tenant: string,
  former: FormerRow | null,
  rules: FoldRules,
): RequestFold {
  const known = former && { tenant, lastSequenceNo: 0, memory: formerMemory(former), isDerived: true };
  const fold = new RequestFold(known, rules);
  for (const { event, recordedAt, kept } of history.events) fold.append(event, recordedAt, kept);
  return fold;
}

/**
 * The histories of a page of requests in the order of their ids, but for those that have none; one of any length is read
 * in answers of bounded size.
 */
export async function* readHistories(
  database: Database,
  pagwIds: readonly string[],
): AsyncGenerator<History> {
  if (pagwIds.length === 0) return;
  const asked = JSON.stringify(pagwIds);
  let current: History | undefined;
  let after = { pagwId: '', sequenceNo: 0 };
  for (;;) {
    const rows = await readEvents(database, asked, after);
    for (const row of rows) {
      if (current?.pagwId !== row.pagwId) {
        if (current) yield current;
        current = { pagwId: row.pagwId, events: [] };
      }
      current.events.push({
        event: toTrackedEvent(row),
        recordedAt: Date.parse(row.createdAt),
        // As believed as it was then: the setting may have changed since.
        kept: {
          sequenceNo: row.sequenceNo,
          believedDays: row.stated?.believedDays ?? DEFAULT_BELIEVED_DAYS,
        },
      });
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last;
  }
  if (current) yield current;
}

/**
 * The next events of these requests, as many as fit into an answer. Many come as one value: as rows of columns, the Data API
 * and its client take three times as long.
 */
async function readEvents(
  database: Database,
  pagwIds: string,
  after: Pick<StoredEvent, 'pagwId' | 'sequenceNo'>,
): Promise<StoredEvent[]> {
  const { rows } = await database.execute<{ events: EventValues[] }>(
    `WITH event AS MATERIALIZED (
       SELECT
         request.pagw_id, event.sequence_no,
         json_build_array(
           request.pagw_id, event.sequence_no, event.event_id, event.stage, event.event_type, event.status, event.attempt,
           event.next_retry_at, event.retry_exhausted_at IS NOT NULL, event.error_code, event.external_reference,
           event.occurred_at, event.created_at, event.stated,
           CASE WHEN jsonb_typeof(event.metadata) = 'object' THEN (
             SELECT jsonb_object_agg(key, value)
             FROM jsonb_each(event.metadata)
             WHERE key IN (${EVIDENCE_KEYS.map((key) => `'${key}'`).join(', ')})
           ) END
         )::text AS value
       FROM json_array_elements_text(:pagw_ids::json) AS asked (pagw_id)
       -- OFFSET 0 keeps both of these a look-up per request.
       CROSS JOIN LATERAL (
         SELECT tracker.pagw_id, tracker.received_on
         FROM request_tracker AS tracker
         WHERE tracker.pagw_id = asked.pagw_id
         OFFSET 0
       ) AS request
       CROSS JOIN LATERAL (
         SELECT *
         FROM event_history AS one
         WHERE one.pagw_id = request.pagw_id AND one.received_on = request.received_on
           AND (request.pagw_id > :after_id OR one.sequence_no > :after_no)
         ORDER BY one.sequence_no
         LIMIT ${PAGE_EVENTS}
         OFFSET 0
       ) AS event
       WHERE request.pagw_id >= :after_id
       ORDER BY request.pagw_id, event.sequence_no
       LIMIT ${PAGE_EVENTS}
     ), measured AS (
       SELECT value, row_number() OVER in_order AS place, sum(octet_length(to_json(value)::text)) OVER in_order AS bytes
       FROM event
       WINDOW in_order AS (ORDER BY pagw_id, sequence_no)
     )
     SELECT json_agg(value::json ORDER BY place) AS events
     FROM measured
     WHERE place = 1 OR bytes <= ${ANSWER_BYTES}
     GROUP BY div(bytes, ${ROW_BYTES})
     ORDER BY min(place)`,
    {
      pagw_ids: pagwIds,
      after_id: after.pagwId,
      after_no: after.sequenceNo,
    },
  );
  return rows.flatMap(({ events }) => events.map(toStoredEvent));
}

/** Whether a failure waits is taken from its row: an operator may have moved its retry, and its policy may have changed. */
function toTrackedEvent(row: StoredEvent): TrackedEvent {
  const waits = row.nextRetryAt !== null || row.exhausted;
  return {
    ...blankEvent,
    eventId: row.eventId,
    tenant: row.stated?.tenantless ? null : '',
    pagwId: row.pagwId,
    stage: row.stage,
    eventType: row.eventType,
    known: true,
    status: row.status,
    lane: laneOf(row.stage),
    attempt: row.attempt,
    retryable: waits,
    nextRetryAt: waits ? (row.nextRetryAt ?? row.createdAt) : null,
    occurredAt: row.occurredAt,
    externalReference: row.externalReference,
    errorCode: row.errorCode,
    correlationId: row.stated?.correlationId ?? null,
    metadata: row.metadata,
    stated: row.stated,
  };
}

const PAGE_REQUESTS = 200;

/** Whether requests of an older system may be without a state: the migration made the table, and deriveStates drops it. */
export async function awaitsStates(database: Database): Promise<boolean> {
  const { rows } = await database.execute<{ awaits: boolean }>(
    `SELECT to_regclass('derived_up_to') IS NOT NULL AS awaits`,
  );
  return rows[0]?.awaits === true;
}

/** Notes that all have theirs. */
export async function endStates(database: Database): Promise<void> {
  await database.execute('DROP TABLE IF EXISTS derived_up_to');
}

/**
 * Gives the next of the requests that an older system left their states. May be repeated, and run by two at once.
 * @returns how many requests it derived; 0 when none is left.
 */
export async function deriveNextStates(database: Database, rules: FoldRules): Promise<number> {
  const { rows: page } = await readBounded<FormerRequest & { now: Date }>(
    database,
    `SELECT ${FORMER_COLUMNS}, now() AS now
     FROM request_tracker
     WHERE pagw_id > (SELECT pagw_id FROM derived_up_to)
     ORDER BY pagw_id
     LIMIT ${PAGE_REQUESTS}`,
    {},
  );
  const last = page.at(-1);
  if (last === undefined) return 0;
  const writes: RequestWrite[] = [];
  for await (const request of deriveFormer(database, page, last.now, rules)) writes.push(toWrite(request));
  await database.transaction(async (transaction) => {
    for (const part of inParts(writes)) await write(transaction, part, last.now);
    await settle(transaction, page, last.now);
    await transaction.execute('UPDATE derived_up_to SET pagw_id = greatest(pagw_id, :last)', {
      last: last.pagwId,
    });
  });
  return page.length;
}

interface RequestWrite {
  row: Record<string, unknown>;
  cleared: { pagw_id: string; sequence_no: number }[];
}

/** The older system has counted its retries itself. */
function toWrite(request: DerivedRequest): RequestWrite {
  const { pagwId, fold } = request;
  return {
    row: { ...toRequestRow(request), retries: 0 },
    cleared: fold.appended
      .filter(({ event, nextRetryAt }) => event.nextRetryAt !== null && nextRetryAt === null)
      .map(({ sequenceNo }) => ({ pagw_id: pagwId, sequence_no: sequenceNo })),
  };
}

/** As if the events were recorded now, which are there already. One that has a state by now keeps it. */
async function write(database: Database, writes: readonly RequestWrite[], now: Date): Promise<void> {
  await database.execute(`SELECT append_events(${ADDED}, :now::timestamptz)`, {
    ...requestValues(writes.map(({ row }) => row)),
    events: '{}',
    details: '[]',
    cleared: JSON.stringify(writes.flatMap(({ cleared }) => cleared)),
    now,
  });
}

/** What fell silent long before there was a detector is nobody's alarm: its next event puts it on the list. */
async function settle(database: Database, page: readonly FormerRequest[], now: Date): Promise<void> {
  await database.execute(
    `UPDATE request_tracker AS request
     SET watch_at = CASE
           WHEN coalesce(last_event_at, created_at) >= :now::timestamptz - interval '30 days' THEN watch_at
         END,
         last_error_msg = CASE
           WHEN failure_count = 0 THEN last_error_msg
           ELSE (
             SELECT left(error_message, 4000)
             FROM event_tracker AS failed
             WHERE failed.pagw_id = request.pagw_id AND failed.received_on = request.received_on AND failed.status = 'FAILED'
             ORDER BY sequence_no DESC
             LIMIT 1
           )
         END
     WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))`,
    { now, pagw_ids: JSON.stringify(page.map(({ pagwId }) => pagwId)) },
  );
}
