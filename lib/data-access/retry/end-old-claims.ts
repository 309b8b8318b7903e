import { CLOCK_SKEW_SECONDS } from '../clock-skew.ts';
import type { Database } from '../database.ts';

/**
 * Ends claims whose lease is over: their run was cut off, and what it took is due as before. One from the future was
 * made by a wrong clock, and would keep others off until that time has come.
 */
export async function endOldClaims(database: Database, leaseSeconds: number, now: Date): Promise<void> {
  await database.execute(
    `DELETE FROM retry_claim
     WHERE claimed_at <= :lease_start::timestamptz OR claimed_at > :latest::timestamptz`,
    {
      lease_start: new Date(now.getTime() - leaseSeconds * 1_000),
      latest: new Date(now.getTime() + CLOCK_SKEW_SECONDS * 1_000),
    },
  );
}
