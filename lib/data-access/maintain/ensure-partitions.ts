import type { Database } from '../database.ts';

/** Months made ahead of the current one, so that a month without maintain does not stop ingest. */
export const PARTITION_MONTHS_AHEAD = 3;

/** Makes the partitions of `now`'s month and the months after it; answers how many were missing. */
export async function ensurePartitions(database: Database, now: Date): Promise<number> {
  let made = 0;
  for (let month = 0; month <= PARTITION_MONTHS_AHEAD; month++) {
    const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1));
    if (await ensurePartition(database, day)) made++;
  }
  return made;
}

/** Makes the partition that holds requests received on `day` (UTC), when it is missing. */
export async function ensurePartition(database: Database, day: Date): Promise<boolean> {
  const { rows } = await database.execute<{ made: boolean }>(
    'SELECT ensure_event_partition(:day::date) AS made',
    { day: day.toISOString().slice(0, 10) },
  );
  return rows[0]?.made === true;
}
