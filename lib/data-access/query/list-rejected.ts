import type { Database } from '../database.ts';
import {
  MATCHES_REJECTED_FILTER,
  REJECTED_COLUMNS,
  type RejectedFilter,
  type RejectedRow,
  rejectedFilterValues,
} from './rejected-message.ts';

/** Where a page ended: rejected_at to the microsecond, as PostgreSQL writes it, and the id that breaks ties. */
export interface RejectedPosition {
  rejectedAt: string;
  id: number;
}

export interface RejectedPage {
  rejected: RejectedRow[];
  /** Undefined on the last page. */
  next: RejectedPosition | undefined;
}

/** Rows of at most 3.5 KB: what surely fits into an answer of 1 MiB. */
export const REJECTED_PER_PAGE = 200;

/** One page of refused events, latest first; `limit` up to REJECTED_PER_PAGE. */
export async function listRejected(
  database: Database,
  filter: RejectedFilter,
  limit: number,
  after?: RejectedPosition,
): Promise<RejectedPage> {
  const { rows } = await database.execute<RejectedRow & { cursor: string }>(
    `SELECT ${REJECTED_COLUMNS}, rejected_at::text AS cursor
     FROM rejected_message
     WHERE ${MATCHES_REJECTED_FILTER}
       AND (rejected_at, id) < (:after_at::timestamptz, :after_id)
     ORDER BY rejected_at DESC, id DESC
     LIMIT :limit + 1`,
    {
      ...rejectedFilterValues(filter),
      after_at: after?.rejectedAt ?? 'infinity',
      after_id: after?.id ?? 0,
      limit,
    },
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rejected: page.map(({ cursor: _, ...row }) => row),
    next: rows.length > limit && last ? { rejectedAt: last.cursor, id: last.id } : undefined,
  };
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
