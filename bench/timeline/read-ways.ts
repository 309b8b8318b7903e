import type { Database, SqlValues } from '../../lib/data-access/database.ts';
import { findTimeline, TIMELINE_SQL, timelineValues } from '../../lib/data-access/timeline.ts';

/** A way to ask for a request's history. */
export interface ReadWay {
  label: string;
  /** What is timed inside the server. */
  statement: { sql: string; values(pagwId: string): SqlValues };
  /** What is aimed at through the endpoint, in ms. */
  below: number;
  /** Answers the number of events read. */
  read(database: Database, pagwId: string): Promise<number>;
}

/** The schema review's own query, word for word but for the id. It names no month, so each month's index is asked. */
const REVIEW_SQL = `
  SELECT sequence_no, stage, event_type, status, duration_ms, error_code, metadata, created_at
  FROM event_tracker
  WHERE pagw_id = :pagw_id
  ORDER BY sequence_no`;

export const readWays: readonly ReadWay[] = [
  {
    label: "the review's query",
    statement: { sql: REVIEW_SQL, values: (pagwId) => ({ pagw_id: pagwId }) },
    below: 25,
    read: async (database, pagwId) => (await database.execute(REVIEW_SQL, { pagw_id: pagwId })).rows.length,
  },
  {
    label: 'request and timeline',
    statement: { sql: TIMELINE_SQL, values: (pagwId) => timelineValues(pagwId) },
    below: 15,
    read: async (database, pagwId) => {
      let events = 0;
      for await (const page of (await findTimeline(database, pagwId))?.pages ?? []) events += page.length;
      return events;
    },
  },
];
