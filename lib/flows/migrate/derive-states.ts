import type { Database } from '../../data-access/database.ts';
import { hasSqlState, SqlState } from '../../data-access/database-error.ts';
import { awaitsStates, deriveNextStates, endStates } from '../../data-access/former-states.ts';
import { defaultFoldRules } from '../../domain/request-fold.ts';
import type { MigrateOptions } from './migrate.ts';

/**
 * Makes the states of the requests that an older system left of their histories, a page a step; `cut` when `mayGoOn` ended
 * the call before all had theirs. Their histories are folded as ingest folds events: there is no other derivation.
 */
export async function deriveStates(
  database: Database,
  { mayGoOn, onProgress, rules = defaultFoldRules }: MigrateOptions,
): Promise<'done' | 'cut'> {
  if (!(await awaitsStates(database))) return 'done';
  let rows = 0;
  try {
    for (;;) {
      if (mayGoOn?.() === false) return 'cut';
      const looked = await deriveNextStates(database, rules);
      if (looked === 0) break;
      rows += looked;
      onProgress?.({ name: 'states of requests', rows });
    }
    await endStates(database);
  } catch (error) {
    // Another migration has come to the end meanwhile.
    if (!hasSqlState(error, SqlState.undefinedTable) || (await awaitsStates(database))) throw error;
  }
  if (rows > 0) onProgress?.({ name: 'states of requests' });
  return 'done';
}
