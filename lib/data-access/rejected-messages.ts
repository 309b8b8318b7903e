import type { Database } from './database.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';

/** A refused event as it is kept, without its body. */
export interface RejectedRow {
  id: number;
  messageId: string;
  /** In the message's array, from 0. */
  position: number;
  tenant: string | null;
  pagwId: string | null;
  code: string;
  path: string;
  rule: string;
  hint: string;
  bodyBucket: string;
  bodyKey: string;
  bodyBytes: number;
  sentAt: Date;
  rejectedAt: Date;
  replayedAt: Date | null;
}

const REJECTED_COLUMNS = `id, message_id, position, tenant, pagw_id, code, path, rule, hint,
  body_bucket, body_key, body_bytes, sent_at, rejected_at, replayed_at`;

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
): Promise<Page<RejectedRow>> {
  const after = readPosition(LIST, position, 'number');
  return readPage<RejectedRow>(database, {
    list: LIST,
    limit,
    sql: `SELECT ${REJECTED_COLUMNS}, rejected_at::text AS page_at, id AS page_id
     FROM rejected_message
     WHERE ${MATCHES_REJECTED_FILTER}
       AND (rejected_at, id) < (:after_at::timestamptz, :after_id)
     ORDER BY rejected_at DESC, id DESC
     LIMIT :limit`,
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
export async function findRejected(database: Database, id: number): Promise<RejectedRow | undefined> {
  const { rows } = await database.execute<RejectedRow>(
    `SELECT ${REJECTED_COLUMNS} FROM rejected_message WHERE id = :id`,
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
