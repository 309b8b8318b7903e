import type { Database } from '../database.ts';

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
