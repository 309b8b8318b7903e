import type { Database } from '../database.ts';

/** Held by whoever applies a step, for the length of its transaction. */
const LOCK = `SELECT pg_try_advisory_xact_lock(hashtext('pagw schema_migration')) AS locked`;
const LOCK_POLL_MS = 250;

/**
 * Runs one step alone, in a transaction of its own; `cut` when `mayGoOn` says no before that. Asks for the lock instead
 * of waiting in it: a call of the Data API may take 45 s at most, another's migration longer.
 */
export async function inLockedTransaction<T>(
  database: Database,
  mayGoOn: (() => boolean) | undefined,
  work: (transaction: Database) => Promise<T>,
): Promise<T | 'cut'> {
  for (;;) {
    if (mayGoOn?.() === false) return 'cut';
    const outcome = await database.transaction(async (transaction) => {
      const { rows } = await transaction.execute<{ locked: boolean }>(LOCK);
      return rows[0]?.locked === true ? { result: await work(transaction) } : undefined;
    });
    if (outcome !== undefined) return outcome.result;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}
