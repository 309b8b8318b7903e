import type { Database } from '../../lib/data-access/database.ts';

/** A way to ask for a request's history. */
export interface ReadWay {
  label: string;
  /** With `:pagw_id` alone: what is timed inside the server. */
  sql: string;
  /** Answers the number of events read. */
  read(database: Database, pagwId: string): Promise<number>;
}

/** The schema review's own query, word for word. It does not name the partition, so each month's index is asked. */
const REVIEW = `
  SELECT sequence_no, stage, event_type, status::text, duration_ms, error_code, metadata, created_at
  FROM event_tracker
  WHERE pagw_id = :pagw_id
  ORDER BY sequence_no`;

/** The request's row names the month. */
const BY_MONTH = `
  SELECT sequence_no, stage, event_type, status::text, duration_ms, error_code, metadata, created_at
  FROM event_tracker
  WHERE pagw_id = :pagw_id
    AND received_on = (SELECT received_on FROM request_tracker WHERE pagw_id = :pagw_id)
  ORDER BY sequence_no`;

const way = (label: string, sql: string): ReadWay => ({
  label,
  sql,
  read: async (database, pagwId) => (await database.execute(sql, { pagw_id: pagwId })).rows.length,
});

export const readWays: readonly ReadWay[] = [
  way("the review's query", REVIEW),
  way('with the month known', BY_MONTH),
];
