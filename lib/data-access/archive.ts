import { createHash, type Hash } from 'node:crypto';
import type { Database } from './database.ts';
import { type BoundedRows, readBounded } from './page.ts';

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
