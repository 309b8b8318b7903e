import type { Database } from './database.ts';
import type { RejectedMessage } from './ingest.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';

/** A refused event as it is kept, without its body. */
export interface RejectedRow extends RejectedMessage {
  id: number;
  rejectedAt: Date;
  replayedAt: Date | null;
}

/** A refused event with what became of it since, by its id: replayed, or sent again by its producer. */
export interface FollowedRejection extends RejectedRow {
  /** Its number in its request's history, where it is recorded. */
  recordedNo: number | null;
  /** The latest refusal after this one. */
  refusedAgainId: number | null;
  refusedAgainCode: string | null;
}

const REJECTED_COLUMNS = `id, message_id, position, tenant, pagw_id, event_id, code, path, rule, hint,
  body_bucket, body_key, body_bytes, sent_at, rejected_at, replayed_at`;

/** Follows the rows of `chosen`, which are few. */
const FOLLOWED = `SELECT
       chosen.*, recorded.sequence_no AS recorded_no, again.id AS refused_again_id, again.code AS refused_again_code
     FROM chosen
     LEFT JOIN LATERAL (
       -- By the index of ids (ux_event_tracker_pagw_event), where any other would be read for all events of the request. A reader limited to
       -- tenants has no choice: hashtextextended may not be asked of rows that the policy hides.
       SELECT event.sequence_no
       FROM request_tracker AS request
       JOIN event_history AS event
         ON event.received_on - DATE '2000-01-01' = request.received_on - DATE '2000-01-01'
         AND event.received_on = request.received_on
       WHERE request.pagw_id = chosen.pagw_id
         AND event.pagw_id = chosen.pagw_id
         AND hashtextextended(event.pagw_id, 0) = hashtextextended(chosen.pagw_id, 0)
         AND hashtextextended(event.event_id, 0) = hashtextextended(chosen.event_id, 0)
         AND event.event_id = chosen.event_id
       LIMIT 1
     ) AS recorded ON true
     LEFT JOIN LATERAL (
       SELECT later.id, later.code
       FROM rejected_message AS later
       WHERE later.event_id = chosen.event_id
         AND later.pagw_id IS NOT DISTINCT FROM chosen.pagw_id
         AND later.id > chosen.id
       ORDER BY later.id DESC
       LIMIT 1
     ) AS again ON true`;

/** Which refused events; what is left out does not narrow. */
export interface RejectedFilter {
  tenant?: string | undefined;
  code?: string | undefined;
  /** Not replayed yet. */
  waitingOnly?: boolean | undefined;
  /** Of when it was refused; `until` is not included. */
  since?: Date | undefined;
  until?: Date | undefined;
}

const MATCHES_REJECTED_FILTER = `(:tenant::text IS NULL OR tenant = :tenant)
  AND (:code::text IS NULL OR code = :code)
  AND (NOT :waiting_only OR replayed_at IS NULL)
  AND rejected_at >= :since::timestamptz
  AND rejected_at < :until::timestamptz`;

function rejectedFilterValues(filter: RejectedFilter) {
  return {
    tenant: filter.tenant ?? null,
    code: filter.code ?? null,
    waiting_only: filter.waitingOnly ?? false,
    since: filter.since ?? '-infinity',
    until: filter.until ?? 'infinity',
  };
}

const LIST = 'rejected';
export const REJECTED_PER_PAGE = 500;

/** One page of refused events, latest first. @throws PagePositionError */
export async function listRejected(
  database: Database,
  filter: RejectedFilter,
  limit: number,
  position?: string,
): Promise<Page<FollowedRejection>> {
  const after = readPosition(LIST, position, 'number');
  return readPage<FollowedRejection>(database, {
    list: LIST,
    limit,
    sql: `WITH chosen AS MATERIALIZED (
       SELECT ${REJECTED_COLUMNS}, rejected_at::text AS page_at, id AS page_id
       FROM rejected_message
       WHERE ${MATCHES_REJECTED_FILTER}
         AND (rejected_at, id) < (:after_at::timestamptz, :after_id)
       ORDER BY rejected_at DESC, id DESC
       LIMIT :limit
     )
     ${FOLLOWED}
     ORDER BY chosen.rejected_at DESC, chosen.id DESC`,
    values: {
      ...rejectedFilterValues(filter),
      after_at: after?.at ?? 'infinity',
      after_id: after?.id ?? 0,
    },
  });
}

/** How many refused events match, counted up to `most`. */
export async function countRejected(
  database: Database,
  filter: RejectedFilter,
  most: number,
): Promise<number> {
  const { rows } = await database.execute<{ count: number }>(
    `SELECT count(*) AS count
     FROM (SELECT FROM rejected_message WHERE ${MATCHES_REJECTED_FILTER} LIMIT :most) AS counted`,
    { ...rejectedFilterValues(filter), most },
  );
  return rows[0]?.count ?? 0;
}

/** The refused event of this id; undefined when there is none. */
export async function findRejected(database: Database, id: number): Promise<FollowedRejection | undefined> {
  const { rows } = await database.execute<FollowedRejection>(
    `WITH chosen AS (SELECT ${REJECTED_COLUMNS} FROM rejected_message WHERE id = :id) ${FOLLOWED}`,
    { id },
  );
  return rows[0];
}

/** How many refused events match, and from how many messages. */
export async function countRejectedToReplay(
  database: Database,
  filter: RejectedFilter,
): Promise<{ events: number; messages: number }> {
  const { rows } = await database.execute<{ events: number; messages: number }>(
    `SELECT count(*) AS events, count(DISTINCT message_id) AS messages
     FROM rejected_message
     WHERE ${MATCHES_REJECTED_FILTER}`,
    rejectedFilterValues(filter),
  );
  return rows[0] ?? { events: 0, messages: 0 };
}

/** One page of refused events in the order they were refused, after the id that the page before ended with. */
export async function listRejectedToReplay(
  database: Database,
  filter: RejectedFilter,
  limit: number,
  afterId: number,
): Promise<RejectedRow[]> {
  const { rows } = await readBounded<RejectedRow>(
    database,
    `SELECT ${REJECTED_COLUMNS}
     FROM rejected_message
     WHERE ${MATCHES_REJECTED_FILTER} AND id > :after_id
     ORDER BY id
     LIMIT :limit`,
    { ...rejectedFilterValues(filter), after_id: afterId, limit },
  );
  return rows;
}

/** Notes that these refused events were sent again. */
export async function markRejectedReplayed(
  database: Database,
  ids: readonly number[],
  now: Date,
): Promise<number> {
  const { rows } = await database.execute<{ marked: number }>(
    'SELECT mark_rejected_replayed(:ids::json, :now::timestamptz) AS marked',
    { ids: JSON.stringify(ids), now },
  );
  return rows[0]?.marked ?? 0;
}
