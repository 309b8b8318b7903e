import type { Database } from '../../data-access/database.ts';
import { DatabaseError, SqlState } from '../../data-access/database-error.ts';
import { makeOwner } from '../../data-access/logins.ts';

/** Longer than the three minutes after which the Data API ends the transaction of a caller that was cut. */
const PATIENCE_MS = 210_000;
const PAUSE_MS = 500;

/**
 * Lets the owner in with `password`. A table that is in use, or another who does the same at this moment, is waited for.
 * @throws DatabaseError that says what the master user may not do, or what stayed in use.
 */
export async function admitOwner(database: Database, password: string): Promise<void> {
  const patienceEnds = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await makeOwner(database, password);
    } catch (error) {
      if (!mayPass(error) || Date.now() > patienceEnds) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Of two that alter a role at once, PostgreSQL tells the second that it was changed meanwhile, as an internal error. */
function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError && (error.retryable || error.sqlState === SqlState.internalError);
}
