import type { Database } from '../database.ts';

/** The months that event_tracker has a partition for, `YYYY-MM`, in order. */
export async function listPartitionMonths(database: Database): Promise<string[]> {
  const { rows } = await database.execute<{ month: string }>(
    `SELECT replace(right(partition.relname, 7), '_', '-') AS month
     FROM pg_inherits
     JOIN pg_class AS partition ON partition.oid = inhrelid
     WHERE inhparent = to_regclass('event_tracker') AND partition.relname ~ '^event_tracker_[0-9]{4}_[0-9]{2}$'
     ORDER BY month`,
  );
  return rows.map(({ month }) => month);
}
