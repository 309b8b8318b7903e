import type { Database, SqlValues } from '../../lib/data-access/database.ts';
import { findRequest, readTimeline, TIMELINE_SQL, timelineValues } from '../../lib/data-access/timeline.ts';

/** A request whose history is read. */
export interface Subject {
  pagwId: string;
  receivedOn: string;
}

/** A way to ask for a request's history. */
export interface ReadWay {
  label: string;
  /** What is timed inside the server; absent when it takes more than one statement. */
  statement?: { sql: string; values(subject: Subject): SqlValues };
  /** Answers the number of events read. */
  read(database: Database, subject: Subject): Promise<number>;
}

/** The schema review's own query, word for word but for the id. It names no month, so each month's index is asked. */
const REVIEW_SQL = `
  SELECT sequence_no, stage, event_type, status, duration_ms, error_code, metadata, created_at
  FROM event_tracker
  WHERE pagw_id = :pagw_id
  ORDER BY sequence_no`;

const oneStatement = (label: string, sql: string, values: (subject: Subject) => SqlValues): ReadWay => ({
  label,
  statement: { sql, values },
  read: async (database, subject) => (await database.execute(sql, values(subject))).rows.length,
});

export const readWays: readonly ReadWay[] = [
  oneStatement("the review's query", REVIEW_SQL, ({ pagwId }) => ({ pagw_id: pagwId })),
  oneStatement('a page of the timeline', TIMELINE_SQL, (subject) => timelineValues(subject, 0)),
  {
    label: 'request, then its timeline to the end',
    read: async (database, { pagwId }) => {
      const request = await findRequest(database, pagwId);
      let events = 0;
      if (request !== undefined)
        for await (const page of readTimeline(database, request)) events += page.length;
      return events;
    },
  },
];
