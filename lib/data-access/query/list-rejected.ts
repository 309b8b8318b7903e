import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';
import {
  MATCHES_REJECTED_FILTER,
  REJECTED_COLUMNS,
  type RejectedFilter,
  type RejectedRow,
  rejectedFilterValues,
} from './rejected-message.ts';

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
  return readPage(database, {
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
