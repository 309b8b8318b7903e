import { createHash, type Hash } from 'node:crypto';
import type { Database } from './database.ts';
import { type BoundedRows, type ReportSpan, readBounded } from './page.ts';

/**
 * The columns of an archived event, all of event_tracker's, in the order of the database function archived_event().
 * - `integer64`, `instant` (microseconds since 1970, UTC): digits as text, exact whatever their size
 * - `day`: `YYYY-MM-DD`
 */
export const ARCHIVED_COLUMNS = [
  ['id', 'integer64'],
  ['tenant', 'text'],
  ['pagw_id', 'text'],
  ['received_on', 'day'],
  ['event_id', 'text'],
  ['stage', 'text'],
  ['event_type', 'text'],
  ['status', 'text'],
  ['sequence_no', 'integer64'],
  ['attempt', 'integer32'],
  ['retryable', 'boolean'],
  ['next_retry_at', 'instant'],
  ['retry_exhausted_at', 'instant'],
  ['external_reference', 'text'],
  ['duration_ms', 'integer32'],
  ['error_code', 'text'],
  ['error_message', 'text'],
  ['worker_id', 'text'],
  ['service_name', 'text'],
  ['started_at', 'instant'],
  ['completed_at', 'instant'],
  ['occurred_at', 'instant'],
  ['created_at', 'instant'],
  ['metadata', 'text'],
  ['stated', 'text'],
  ['sender', 'text'],
  ['start_sequence_no', 'integer64'],
  ['start_event_id', 'text'],
  ['start_occurred_at', 'instant'],
  ['start_created_at', 'instant'],
] as const satisfies readonly (readonly [string, ArchivedKind])[];

export type ArchivedKind = 'integer64' | 'integer32' | 'instant' | 'day' | 'boolean' | 'text';
export type ArchivedColumn = (typeof ARCHIVED_COLUMNS)[number][0];
export type ArchivedValue = string | number | boolean | null;

/** A row of event_tracker as it is archived: its values in the order of ARCHIVED_COLUMNS. */
export type ArchivedEvent = readonly ArchivedValue[];

const PLACES = new Map(ARCHIVED_COLUMNS.map(([name], place) => [name, place]));

/** The value of one column. */
export function archivedValue(event: ArchivedEvent, column: ArchivedColumn): ArchivedValue {
  return event[PLACES.get(column) ?? -1] ?? null;
}

/** What an object holds of one request; the digest is what the database function note_archived() makes of its rows. */
export interface ArchivedContent {
  pagwId: string;
  events: number;
  lastSequenceNo: number;
  digest: string;
}

/** Sums up events, which come request by request, each in the order of its numbers. */
export function archiveContents(events: readonly ArchivedEvent[]): ArchivedContent[] {
  const contents = new Map<string, ArchivedContent & { hash: Hash }>();
  for (const event of events) {
    const pagwId = String(archivedValue(event, 'pagw_id'));
    const content = contents.get(pagwId) ?? {
      pagwId,
      events: 0,
      lastSequenceNo: 0,
      digest: '',
      hash: createHash('sha256'),
    };
    contents.set(pagwId, content);
    content.hash.update(`${content.events === 0 ? '' : '\n'}${jsonArray(event)}`);
    content.events += 1;
    content.lastSequenceNo = Number(archivedValue(event, 'sequence_no'));
  }
  return [...contents.values()].map(({ hash, ...content }) => ({ ...content, digest: hash.digest('hex') }));
}

/** As PostgreSQL's json_build_array writes it. */
function jsonArray(event: ArchivedEvent): string {
  return `[${event.map((value) => JSON.stringify(value)).join(', ')}]`;
}

/** How far a month is archived. */
export interface ArchiveMonth {
  /** `YYYY-MM` */
  month: string;
  /** Requests that arrived in it and are not archived: still open, or not old enough. */
  openRequests: number;
  closedRequests: number;
  archivedRequests: number;
  archivedEvents: number;
  objects: number;
  bytes: number;
  /** When its events left the database; null while they are there. */
  droppedAt: Date | null;
  /** Rows were put back, and stay until then. */
  keepUntil: Date | null;
}

/** Of a month's requests that are not archived; more are not counted. */
export const MOST_COUNTED_A_MONTH = 10_000;

/** The months that have a partition or an archive, latest first. */
export async function listArchiveMonths(database: Database): Promise<ArchiveMonth[]> {
  const { rows } = await database.execute<ArchiveMonth>(
    `WITH month AS (
       SELECT to_date(right(partition.relname, 7), 'YYYY_MM') AS month
       FROM pg_inherits
       JOIN pg_class AS partition ON partition.oid = inhrelid
       WHERE inhparent = 'event_tracker'::regclass AND partition.relname ~ '^event_tracker_[0-9]{4}_[0-9]{2}$'
       UNION
       SELECT month FROM archived_month
     )
     SELECT
       to_char(month.month, 'YYYY-MM') AS month,
       here.open_requests, here.closed_requests,
       object.archived_requests, object.archived_events, object.objects, object.bytes,
       dropped.dropped_at, dropped.keep_until
     FROM month
     LEFT JOIN archived_month AS dropped ON dropped.month = month.month
     CROSS JOIN LATERAL (
       SELECT
         count(*) FILTER (WHERE completed_at IS NULL) AS open_requests,
         count(completed_at) AS closed_requests
       FROM (
         SELECT completed_at
         FROM request_tracker
         WHERE archived_at IS NULL
           AND last_sequence_no > 0
           AND received_on >= month.month AND received_on < month.month + interval '1 month'
         LIMIT ${MOST_COUNTED_A_MONTH}
       ) AS unarchived
     ) AS here
     CROSS JOIN LATERAL (
       SELECT
         coalesce(sum(request_count), 0)::bigint AS archived_requests,
         coalesce(sum(event_count), 0)::bigint AS archived_events,
         count(*) AS objects,
         coalesce(sum(bytes), 0)::bigint AS bytes
       FROM archive_object
       WHERE received_on >= month.month AND received_on < month.month + interval '1 month'
     ) AS object
     ORDER BY month.month DESC`,
  );
  return rows;
}

/** A verified object of the archive. */
export interface ArchiveObjectRow {
  id: number;
  tenant: string;
  /** `YYYY-MM-DD`: its requests arrived on that day. */
  receivedOn: string;
  requestCount: number;
  eventCount: number;
  bytes: number;
  /** Of the whole object, in hexadecimal digits. */
  sha256: string;
  bucket: string;
  key: string;
  archivedAt: Date;
}

const PAGE_OBJECTS = 500;

/** The objects of a month, `YYYY-MM`, in the order of the days, page by page. */
export async function* listArchiveObjects(
  database: Database,
  month: string,
  tenant?: string,
): AsyncGenerator<ArchiveObjectRow> {
  let after: ArchiveObjectRow | undefined;
  do {
    const { rows, cut }: BoundedRows<ArchiveObjectRow> = await readBounded<ArchiveObjectRow>(
      database,
      `SELECT id, tenant, received_on, request_count, event_count, bytes, sha256, bucket, key, archived_at
       FROM archive_object
       WHERE received_on >= to_date(:month, 'YYYY-MM')
         AND received_on < to_date(:month, 'YYYY-MM') + interval '1 month'
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND (received_on, id) > (:after_on::date, :after_id::bigint)
       ORDER BY received_on, id
       LIMIT ${PAGE_OBJECTS}`,
      {
        month,
        tenant: tenant ?? null,
        after_on: after?.receivedOn ?? '0001-01-01',
        after_id: after?.id ?? 0,
      },
    );
    yield* rows;
    after = cut || rows.length === PAGE_OBJECTS ? rows.at(-1) : undefined;
  } while (after !== undefined);
}

/** Where a stretch of a request's numbers is archived. */
export interface ArchivedPart {
  pagwId: string;
  /** `YYYY-MM-DD`: the day on which the request arrived. */
  receivedOn: string;
  firstSequenceNo: number;
  lastSequenceNo: number;
  digest: string;
  bucket: string;
  key: string;
}

/** The parts of one request, in the order of its numbers. */
export async function listArchivedParts(database: Database, pagwId: string): Promise<ArchivedPart[]> {
  const parts: ArchivedPart[] = [];
  for (;;) {
    const { rows, cut } = await readPartsAfter(database, pagwId, parts.at(-1)?.lastSequenceNo ?? 0);
    parts.push(...rows);
    if (!cut && rows.length < PAGE_PARTS) return parts;
  }
}

const PAGE_PARTS = 500;

function readPartsAfter(database: Database, pagwId: string, afterNo: number) {
  return readBounded<ArchivedPart>(
    database,
    `SELECT
       part.pagw_id, object.received_on, part.first_sequence_no, part.last_sequence_no, part.digest::text AS digest,
       object.bucket, object.key
     FROM archived_request AS part
     JOIN archive_object AS object ON object.id = part.object_id
     WHERE part.pagw_id = :pagw_id AND part.last_sequence_no > :after_no
     ORDER BY part.last_sequence_no
     LIMIT :limit`,
    { pagw_id: pagwId, after_no: afterNo, limit: PAGE_PARTS },
  );
}

/** The requests that were noted with an object, and whether another object holds a part of them, too. */
export async function listObjectRequests(
  database: Database,
  objectId: number,
): Promise<{ pagwId: string; elsewhere: boolean }[]> {
  const requests: { pagwId: string; elsewhere: boolean }[] = [];
  for (;;) {
    const { rows, cut } = await readRequestsAfter(database, objectId, requests.at(-1)?.pagwId ?? '');
    requests.push(...rows);
    if (!cut && rows.length < PAGE_REQUESTS) return requests;
  }
}

const PAGE_REQUESTS = 1_000;

function readRequestsAfter(database: Database, objectId: number, afterPagwId: string) {
  return readBounded<{ pagwId: string; elsewhere: boolean }>(
    database,
    `SELECT
       part.pagw_id,
       EXISTS (
         SELECT FROM archived_request AS other
         WHERE other.pagw_id = part.pagw_id AND other.object_id <> part.object_id
       ) AS elsewhere
     FROM archived_request AS part
     WHERE part.object_id = :object_id::bigint AND part.pagw_id > :after_pagw_id
     ORDER BY part.pagw_id
     LIMIT :limit`,
    { object_id: objectId, after_pagw_id: afterPagwId, limit: PAGE_REQUESTS },
  );
}

/** Locks requests for the transaction; answers those of which no archived event is in the database. */
export async function lockMissingRequests(
  transaction: Database,
  pagwIds: readonly string[],
): Promise<string[]> {
  const values = { pagw_ids: JSON.stringify(pagwIds) };
  await transaction.execute(
    `WITH locked AS (
       SELECT FROM request_tracker
       WHERE pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
       ORDER BY pagw_id
       FOR UPDATE
     )
     SELECT count(*) FROM locked`,
    values,
  );
  // A statement of its own: it sees what was recorded or restored while the one before waited for a lock.
  const { rows } = await transaction.execute<{ pagwId: string }>(
    `SELECT request.pagw_id
     FROM request_tracker AS request
     CROSS JOIN LATERAL (SELECT archived_through(request.pagw_id) AS last_no) AS archived
     WHERE request.pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
       AND archived.last_no > 0
       AND NOT EXISTS (
         SELECT FROM event_tracker AS event
         WHERE event.pagw_id = request.pagw_id
           AND event.received_on = request.received_on
           AND event.sequence_no <= archived.last_no
       )
     ORDER BY request.pagw_id`,
    values,
  );
  return rows.map(({ pagwId }) => pagwId);
}

/**
 * Puts archived events back as they were, under their own ids and numbers; answers how many. Nothing comes in above the
 * last number that is archived of a request. Their month must be there.
 */
export async function putArchivedEvents(
  transaction: Database,
  events: readonly ArchivedEvent[],
): Promise<number> {
  const { updatedCount } = await transaction.execute(
    `INSERT INTO event_tracker (
       id, tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
       next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message,
       worker_id, service_name, started_at, completed_at, occurred_at, created_at, metadata, stated, sender,
       start_sequence_no, start_event_id, start_occurred_at, start_created_at
     )
     SELECT
       (event ->> 0)::bigint, event ->> 1, event ->> 2, (event ->> 3)::date, event ->> 4, event ->> 5, event ->> 6,
       (event ->> 7)::pagw_event_status, (event ->> 8)::bigint, (event ->> 9)::int, (event ->> 10)::boolean,
       instant_at(event ->> 11), instant_at(event ->> 12),
       event ->> 13, (event ->> 14)::int, event ->> 15, event ->> 16, event ->> 17, event ->> 18,
       instant_at(event ->> 19), instant_at(event ->> 20), instant_at(event ->> 21), instant_at(event ->> 22),
       (event ->> 23)::jsonb, (event ->> 24)::jsonb, event ->> 25,
       (event ->> 26)::bigint, event ->> 27, instant_at(event ->> 28), instant_at(event ->> 29)
     FROM json_array_elements(:events::json) AS event
     WHERE (event ->> 8)::bigint <= archived_through(event ->> 2)`,
    { events: JSON.stringify(events) },
  );
  return updatedCount;
}

/**
 * Compares what is in the database of requests with what was noted when they were archived, part by part; answers the
 * requests that differ.
 */
export async function verifyRestored(transaction: Database, pagwIds: readonly string[]): Promise<string[]> {
  const { rows } = await transaction.execute<{ pagwId: string }>(
    `WITH part AS (
       SELECT
         archived.pagw_id, archived.digest, archived.last_sequence_no, request.received_on,
         lag(archived.last_sequence_no, 1, 0::bigint)
           OVER (PARTITION BY archived.pagw_id ORDER BY archived.last_sequence_no) AS after_no
       FROM archived_request AS archived
       JOIN request_tracker AS request ON request.pagw_id = archived.pagw_id
       WHERE archived.pagw_id IN (SELECT json_array_elements_text(:pagw_ids::json))
     )
     SELECT DISTINCT part.pagw_id
     FROM part
     WHERE part.digest IS DISTINCT FROM (
       SELECT encode(sha256(convert_to(string_agg(archived_event(event)::text, E'\\n' ORDER BY event.sequence_no), 'UTF8')), 'hex')
       FROM event_tracker AS event
       WHERE event.pagw_id = part.pagw_id
         AND event.received_on = part.received_on
         AND event.sequence_no > part.after_no
         AND event.sequence_no <= part.last_sequence_no
     )
     ORDER BY part.pagw_id`,
    { pagw_ids: JSON.stringify(pagwIds) },
  );
  return rows.map(({ pagwId }) => pagwId);
}

/** Creates a dropped month again for what is to be put back, and keeps it until then, or longer where that was asked for. */
export async function keepArchivedMonth(database: Database, day: string, until: Date): Promise<void> {
  await database.execute('SELECT keep_archived_month(:day::date, :until::timestamptz)', { day, until });
}

/**
 * That events recorded in a span (absent: at any time) may be missing, since the months in which their requests arrived
 * were dropped; undefined where none can be.
 */
export async function droppedMonthsText(
  database: Database,
  { since, until }: Omit<ReportSpan, 'tenant'> = { since: new Date(0) },
): Promise<string | undefined> {
  const { rows } = await database.execute<{ months: number; first: string; last: string }>(
    `SELECT
       count(*) AS months, to_char(min(month), 'YYYY-MM') AS first, to_char(max(month), 'YYYY-MM') AS last
     FROM archived_month
     WHERE event_count > 0
       AND (:until::timestamptz IS NULL OR month < :until::timestamptz AT TIME ZONE 'UTC')
       -- A request goes on beyond the month in which it arrived.
       AND EXISTS (
         SELECT FROM archived_hour
         WHERE hour > :since::timestamptz - interval '1 hour'
           AND (:until::timestamptz IS NULL OR hour < :until::timestamptz)
       )
     HAVING count(*) > 0`,
    { since, until: until ?? null },
  );
  const [dropped] = rows;
  if (dropped === undefined) return undefined;
  const { months, first, last } = dropped;
  const arrived = months === 1 ? first : `${months} months from ${first} to ${last}`;
  return `Events of requests that arrived in ${arrived} were archived and dropped: unless put back, they are missing here (\`pagw archive list\`).`;
}
