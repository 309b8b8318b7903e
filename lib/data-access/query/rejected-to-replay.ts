import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import {
  MATCHES_REJECTED_FILTER,
  REJECTED_COLUMNS,
  type RejectedFilter,
  type RejectedRow,
  rejectedFilterValues,
} from './rejected-message.ts';

/** How many refused events match, and from how many messages. */
export async function countRejected(
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
