import { ensurePartitions } from './ensure-partitions.ts';
import type { MaintainOptions } from './maintain-task.ts';

/** The months that ingest will need. */
export async function ensurePartitionsAhead({
  database,
  now,
}: MaintainOptions): Promise<{ partitionsMade: number }> {
  return { partitionsMade: await ensurePartitions(database, now) };
}
