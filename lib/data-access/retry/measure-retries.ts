import type { Database } from '../database.ts';

/** What waits for retry at one tenant's stage. */
export interface RetryBacklog {
  tenant: string;
  stage: string;
  /** Due now and not held back; what is being sent at this moment is among them. */
  due: number;
  /** Due now, but a pause covers it. */
  held: number;
  /** Attempts used up, and nothing has happened since. */
  exhausted: number;
  /** Since when the oldest of `due` is due, in seconds; no longer than it has been recorded. 0 when none is due. */
  oldestDueSeconds: number;
}

/** Counts what waits, by tenant and stage; costs what is due and exhausted, never the history. */
export async function measureRetries(database: Database, now: Date): Promise<RetryBacklog[]> {
  const { rows } = await database.execute<RetryBacklog>(
    `SELECT
       tenant, stage,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT held) AS due,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND held) AS held,
       count(*) FILTER (WHERE retry_exhausted_at IS NOT NULL) AS exhausted,
       coalesce(extract(epoch FROM :now::timestamptz - min(greatest(next_retry_at, failed_at))
         FILTER (WHERE next_retry_at IS NOT NULL AND NOT held)), 0)::float8 AS oldest_due_seconds
     FROM waiting_failure
     WHERE next_retry_at <= :now::timestamptz OR retry_exhausted_at IS NOT NULL
     GROUP BY tenant, stage
     ORDER BY tenant, stage`,
    { now },
  );
  return rows;
}
