import type { Database } from '../database.ts';

/** Held by whoever applies a step, for the length of its transaction. */
export const TRY_LOCK = `pg_try_advisory_xact_lock(hashtext('pagw schema_migration'))`;
export const LOCK_POLL_MS = 250;

/** True when nobody applies a step at this moment. */
export async function isLockFree(database: Database): Promise<boolean> {
  const { rows } = await database.execute<{ locked: boolean }>(`SELECT ${TRY_LOCK} AS locked`);
  return rows[0]?.locked === true;
}

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
      return (await isLockFree(transaction)) ? { result: await work(transaction) } : undefined;
    });
    if (outcome !== undefined) return outcome.result;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}
