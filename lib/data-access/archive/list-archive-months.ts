import type { Database } from '../database.ts';

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

/** The months that have a partition or an archive, latest first. What is not archived is counted up to 10,000 a month. */
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
         LIMIT 10000
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
