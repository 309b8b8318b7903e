import type { Database } from '../database.ts';

/** Ends claims whose lease is over: their run was cut off, and what it took is due as before. */
export async function endOldClaims(database: Database, leaseSeconds: number, now: Date): Promise<void> {
  await database.execute('DELETE FROM retry_claim WHERE claimed_at <= :lease_start::timestamptz', {
    lease_start: new Date(now.getTime() - leaseSeconds * 1_000),
  });
}
