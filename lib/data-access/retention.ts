import type { ArchivedContent, ArchivedEvent } from './archive.ts';
import type { Database } from './database.ts';
import type { MaintainOptions } from './maintain.ts';
import type { Operator } from './operate.ts';
import { readBounded, readWhole } from './page.ts';

const DAY_MS = 86_400_000;

/** Requests closed and without another event since then may be compacted or archived after `afterDays`. */
export function quietSince(now: Date, afterDays: number): Date {
  return new Date(now.getTime() - afterDays * DAY_MS);
}

/** At most; the database ends a batch at 30,000 events. */
const BATCH_REQUESTS = 1_000;

export type Compaction = Record<'requestsCompacted' | 'eventsMerged', number>;

/** Merges the START/OK pairs of requests that have been closed and quiet for `afterDays`. */
export async function compactRequests(
  { database, now, mayGoOn }: MaintainOptions,
  afterDays: number,
  batchRequests = BATCH_REQUESTS,
): Promise<Compaction> {
  const run: Compaction = { requestsCompacted: 0, eventsMerged: 0 };
  const since = quietSince(now, afterDays);
  while (mayGoOn()) {
    const { requests, merged } = await compactBatch(database, since, now, batchRequests);
    run.requestsCompacted += requests;
    run.eventsMerged += merged;
    // Not by a short batch: one with long histories is short, too.
    if (requests === 0) break;
  }
  return run;
}

async function compactBatch(database: Database, since: Date, now: Date, most: number) {
  const { rows } = await database.execute<{ requests: number; merged: number }>(
    'SELECT requests, merged FROM compact_requests(:since::timestamptz, :now::timestamptz, :most::int)',
    { since, now, most },
  );
  const [batch] = rows;
  if (batch === undefined) throw new Error('compact_requests answered no row; is the schema current?');
  return batch;
}

/** Requests of one tenant that arrived on one day, closed and quiet long enough, in the order of their ids. */
export interface ArchiveBatch {
  tenant: string;
  /** `YYYY-MM-DD` */
  receivedOn: string;
  pagwIds: string[];
}

/**
 * The next `most` requests of `month` to be archived, from `after` on; undefined when there are none.
 * @param quietSince requests with an event recorded, or closed, since then are left for later
 */
export async function findArchiveBatch(
  database: Database,
  search: { month: string; quietSince: Date; most: number; after: ArchiveBatch | undefined },
): Promise<ArchiveBatch | undefined> {
  // A row an id: all in one row would be over the 64 KB that a row may have.
  const { rows } = await readBounded<{ tenant: string; receivedOn: string; pagwId: string }>(
    database,
    `WITH due AS MATERIALIZED (
       SELECT tenant, received_on, pagw_id
       FROM request_tracker
       WHERE archived_at IS NULL
         AND last_sequence_no > 0
         AND received_on >= :month::date
         AND received_on < :month::date + interval '1 month'
         AND completed_at < :quiet_since::timestamptz
         AND updated_at < :quiet_since::timestamptz
         AND NOT is_held(pagw_id, tenant)
         AND (:after_pagw_id::text IS NULL OR (received_on, tenant, pagw_id) > (:after_on::date, :after_tenant, :after_pagw_id))
       ORDER BY received_on, tenant, pagw_id
       LIMIT :most
     ),
     first AS (
       SELECT tenant, received_on FROM due ORDER BY received_on, tenant LIMIT 1
     )
     SELECT due.tenant, due.received_on, due.pagw_id
     FROM first
     JOIN due ON due.tenant = first.tenant AND due.received_on = first.received_on
     ORDER BY due.pagw_id
     LIMIT :most`,
    {
      month: search.month,
      quiet_since: search.quietSince,
      most: search.most,
      after_on: search.after?.receivedOn ?? null,
      after_tenant: search.after?.tenant ?? null,
      after_pagw_id: search.after?.pagwIds.at(-1) ?? null,
    },
  );
  const [first] = rows;
  return (
    first && { tenant: first.tenant, receivedOn: first.receivedOn, pagwIds: rows.map(({ pagwId }) => pagwId) }
  );
}

/** The Data API answers at most 1 MiB of JSON; quotes in a row's own JSON are escaped once more. */
const PAGE_BYTES = 450_000;
const PAGE_EVENTS = 2_000;
/** About as many as a page holds the events of: every event looked at is sorted, up to a page of each request. */
const PAGE_REQUESTS = 60;

interface Row {
  pagwId: string;
  sequenceNo: string;
  event: ArchivedEvent;
}

/**
 * The events of the batch that are not archived yet, as archived_event() gives them, by request and number. The last
 * requests of the batch are left out when there are more than `maxBytes` of events before them.
 */
export async function readArchiveBatch(
  database: Database,
  batch: ArchiveBatch,
  maxBytes: number,
): Promise<ArchivedEvent[]> {
  const events: ArchivedEvent[] = [];
  let bytes = 0;
  for (let place = 0; place < batch.pagwIds.length && bytes <= maxBytes; place += PAGE_REQUESTS) {
    const pagwIds = batch.pagwIds.slice(place, place + PAGE_REQUESTS);
    let after: Row | undefined;
    for (;;) {
      const page = await readPage(database, batch.receivedOn, pagwIds, after);
      if (page.length === 0) break;
      for (const row of page) {
        // A request whose first events fit is taken whole: half a history cannot be noted.
        if (bytes > maxBytes && row.pagwId !== after?.pagwId) return events;
        events.push(row.event);
        bytes += JSON.stringify(row.event).length;
        after = row;
      }
    }
  }
  return events;
}

async function readPage(
  database: Database,
  receivedOn: string,
  pagwIds: readonly string[],
  after: Row | undefined,
): Promise<Row[]> {
  const { rows } = await database.execute<Row>(
    `WITH listed AS MATERIALIZED (
       SELECT
         pagw_id,
         greatest(
           archived_through(pagw_id),
           CASE WHEN pagw_id = :after_pagw_id THEN :after_sequence_no::bigint END
         ) AS after_no
       FROM json_array_elements_text(:pagw_ids::json) AS listed (pagw_id)
       WHERE pagw_id COLLATE "C" >= :after_pagw_id
     ), next AS MATERIALIZED (
       SELECT event
       FROM listed
       CROSS JOIN LATERAL (
         SELECT event
         FROM event_tracker AS event
         WHERE event.received_on = :received_on::date
           AND event.pagw_id = listed.pagw_id
           AND event.sequence_no > listed.after_no
         ORDER BY event.sequence_no
         LIMIT ${PAGE_EVENTS}
       ) AS found
       ORDER BY (event).pagw_id, (event).sequence_no
       LIMIT ${PAGE_EVENTS}
     ), written AS MATERIALIZED (
       SELECT (event).pagw_id, (event).sequence_no, archived_event(event) AS row
       FROM next
     ), sized AS (
       SELECT
         written.*,
         sum(octet_length(row::text)) OVER in_order AS bytes_so_far,
         row_number() OVER in_order AS place
       FROM written
       WINDOW in_order AS (ORDER BY pagw_id, sequence_no)
     )
     SELECT pagw_id, sequence_no::text AS sequence_no, row AS event
     FROM sized
     WHERE bytes_so_far <= ${PAGE_BYTES} OR place = 1
     ORDER BY sized.pagw_id, sized.sequence_no`,
    {
      received_on: receivedOn,
      pagw_ids: JSON.stringify(pagwIds),
      after_pagw_id: after?.pagwId ?? '',
      after_sequence_no: after?.sequenceNo ?? '0',
    },
  );
  return rows;
}

export interface ArchiveObject {
  tenant: string;
  /** `YYYY-MM-DD` */
  receivedOn: string;
  bucket: string;
  key: string;
  bytes: number;
  /** In hexadecimal digits. */
  sha256: string;
}

/** Requests of an object: noted as archived, changed meanwhile, or not what the database holds. */
export type ArchiveNote = Record<'archived' | 'outpaced' | 'differing', number>;

/** Lets the database compare what an object holds with its own rows, and note what is equal. */
export async function noteArchived(
  database: Database,
  object: ArchiveObject,
  contents: readonly ArchivedContent[],
  now: Date,
): Promise<ArchiveNote> {
  const { rows } = await database.execute<ArchiveNote>(
    'SELECT archived, outpaced, differing FROM note_archived(:object::json, :contents::json, :now::timestamptz)',
    { object: JSON.stringify(object), contents: JSON.stringify(contents), now },
  );
  const [note] = rows;
  if (note === undefined) throw new Error('note_archived answered no row; is the schema current?');
  return note;
}

/** The months, `YYYY-MM-01`, that have a partition and ended before `quietSince`, the oldest first. */
export async function listArchivableMonths(database: Database, quietSince: Date): Promise<string[]> {
  const { rows } = await database.execute<{ month: string }>(
    `SELECT month::text AS month
     FROM (
       SELECT to_date(right(partition.relname, 7), 'YYYY_MM') AS month
       FROM pg_inherits
       JOIN pg_class AS partition ON partition.oid = inhrelid
       WHERE inhparent = 'event_tracker'::regclass AND partition.relname ~ '^event_tracker_[0-9]{4}_[0-9]{2}$'
     ) AS months
     WHERE month + interval '1 month' <= :quiet_since::timestamptz AT TIME ZONE 'UTC'
     ORDER BY month`,
    { quiet_since: quietSince },
  );
  return rows.map(({ month }) => month);
}

export type ArchiveBacklog = Record<'requestsHoldingMonths' | 'requestsToArchive', number>;

/** Counting stops here: more says no more. */
const COUNTED_AT_MOST = 10_000;

/**
 * What of the months that ended `afterDays` ago keeps them in the database: requests still open, which nothing may cut,
 * and requests that are due to be archived.
 */
export async function measureArchive(
  { database, now }: MaintainOptions,
  afterDays: number,
): Promise<ArchiveBacklog> {
  const { rows } = await database.execute<ArchiveBacklog>(
    `WITH old AS MATERIALIZED (
       SELECT completed_at
       FROM request_tracker
       WHERE archived_at IS NULL
         AND last_sequence_no > 0
         AND received_on < date_trunc('month', :quiet_since::timestamptz AT TIME ZONE 'UTC')::date
         AND NOT is_held(pagw_id, tenant)
       ORDER BY received_on
       LIMIT ${COUNTED_AT_MOST}
     )
     SELECT
       count(*) FILTER (WHERE completed_at IS NULL) AS requests_holding_months,
       count(completed_at) AS requests_to_archive
     FROM old`,
    { quiet_since: quietSince(now, afterDays) },
  );
  return rows[0] ?? { requestsHoldingMonths: 0, requestsToArchive: 0 };
}

/** Whether all of a month is archived, and nothing holds it. */
export async function mayDropMonth(database: Database, month: string, now: Date): Promise<boolean> {
  const { rows } = await database.execute<{ mayDrop: boolean }>(
    'SELECT may_drop_month(:month::date, :now::timestamptz) AS may_drop',
    { month, now },
  );
  return rows[0]?.mayDrop === true;
}

/** @returns false when something holds the month. @throws DatabaseError of SqlState.lockNotAvailable after half a second. */
export async function dropArchivedMonth(database: Database, month: string, now: Date): Promise<boolean> {
  const { rows } = await database.execute<{ dropped: boolean }>(
    'SELECT drop_archived_month(:month::date, :now::timestamptz) AS dropped',
    { month, now },
  );
  return rows[0]?.dropped === true;
}

/** Whose history is kept as it is, one request's, a tenant's or a plan's, and for which matter: each has a hold of its own. */
export type HoldScope = ({ pagwId: string } | { tenant: string } | { plan: string }) & {
  matter?: string | undefined;
};

export interface LegalHold {
  pagwId: string | null;
  tenant: string | null;
  plan: string | null;
  matter: string | null;
  reason: string;
  heldBy: string;
  heldAt: Date;
}

/** Keeps the history from compaction, archive and drop. @returns false when it is on hold already. */
export async function holdHistory(
  database: Database,
  scope: HoldScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  return isDone(database, 'hold_history', scope, operator, now);
}

/** Ends the hold of exactly this scope. @returns false when there is none. */
export async function releaseHistory(
  database: Database,
  scope: HoldScope,
  operator: Operator,
  now: Date,
): Promise<boolean> {
  return isDone(database, 'release_history', scope, operator, now);
}

async function isDone(
  database: Database,
  deed: 'hold_history' | 'release_history',
  scope: HoldScope,
  { actedBy, reason }: Operator,
  now: Date,
): Promise<boolean> {
  const { rows } = await database.execute<{ done: boolean }>(
    `SELECT ${deed}(:pagw_id::text, :tenant::text, :plan::text, :matter::text, :reason, :acted_by, :now::timestamptz) AS done`,
    {
      pagw_id: 'pagwId' in scope ? scope.pagwId : null,
      tenant: 'tenant' in scope ? scope.tenant : null,
      plan: 'plan' in scope ? scope.plan : null,
      matter: scope.matter ?? null,
      reason,
      acted_by: actedBy,
      now,
    },
  );
  return rows[0]?.done === true;
}

const PAGE_HOLDS = 1_000;

/** All of them, the oldest first. */
export async function listHolds(database: Database): Promise<LegalHold[]> {
  const holds = await readWhole<LegalHold & { id: number }>(
    (last) =>
      readBounded<LegalHold & { id: number }>(
        database,
        `SELECT id, pagw_id, tenant, plan, matter, reason, held_by, held_at
         FROM legal_hold
         WHERE id > :after_id
         ORDER BY id
         LIMIT :limit`,
        { after_id: last?.id ?? 0, limit: PAGE_HOLDS },
      ),
    PAGE_HOLDS,
  );
  return holds.map(({ id: _, ...hold }) => hold);
}
