import type { Database } from '../../data-access/database.ts';
import { hasSqlState, SqlState } from '../../data-access/database-error.ts';
import {
  currentVersion,
  forgetFunction,
  inLockedTransaction,
  listAppliedFunctions,
  recordAppliedFunction,
} from '../../data-access/migrate.ts';
import type { FunctionFile } from './migration-file.ts';

export interface ApplyFunctionsOptions {
  /** The latest migration that came with the functions. */
  version: string;
  onApplied: (fileName: string) => void;
  mayGoOn?: (() => boolean) | undefined;
}

/**
 * Applies the functions and views whose text is not the one applied last, and all of them after a new migration, which
 * may have dropped what they stand on. A database that is ahead keeps the functions it has: an older version's are not
 * put over a newer one's. Between versions with the same migrations the last to be deployed wins.
 * @returns the file names applied; `complete` is false when `mayGoOn` ended the call with some left.
 */
export async function applyFunctions(
  database: Database,
  files: readonly FunctionFile[],
  { version, onApplied, mayGoOn }: ApplyFunctionsOptions,
): Promise<{ applied: string[]; complete: boolean }> {
  const applied: string[] = [];
  const known = new Map((await listAppliedFunctions(database)).map((row) => [row.name, row]));
  const isCurrent = ({ name, checksum }: FunctionFile) =>
    known.get(name)?.checksum === checksum && known.get(name)?.version === version;
  const gone = [...known.keys()].filter((name) => !files.some((file) => file.name === name));
  for (const name of gone) {
    const step = await inLockedTransaction(database, mayGoOn, async (transaction) => {
      if ((await currentVersion(transaction)) === version) await forgetFunction(transaction, name);
    });
    if (step === 'cut') return { applied, complete: false };
  }
  for (const file of files) {
    if (isCurrent(file)) continue;
    const fileName = `functions/${file.name}.sql`;
    const step = await inLockedTransaction(database, mayGoOn, async (transaction) => {
      if ((await currentVersion(transaction)) > version) return 'ahead';
      const now = (await listAppliedFunctions(transaction)).find(({ name }) => name === file.name);
      if (now?.checksum === file.checksum && now.version === version) return 'already';
      for (const statement of file.statements) await transaction.execute(statement);
      await recordAppliedFunction(transaction, file, version);
      return 'applied';
    }).catch((cause: unknown) => {
      throw new Error(`${fileName} failed and was rolled back: ${reasonOf(cause)}`, { cause });
    });
    if (step === 'cut') return { applied, complete: false };
    if (step === 'ahead') return { applied, complete: true };
    if (step === 'applied') {
      applied.push(fileName);
      onApplied(fileName);
    }
  }
  return { applied, complete: true };
}

/** PostgreSQL replaces neither a function by one that answers something else, nor a view by one without its columns. */
function reasonOf(cause: unknown): string {
  if (
    hasSqlState(cause, SqlState.invalidFunctionDefinition) ||
    hasSqlState(cause, SqlState.invalidTableDefinition)
  )
    return 'it takes or answers something else than the one that stands there. Drop that one in a numbered migration; a local database starts afresh with npm start -- --empty, which forgets what is kept.';
  return cause instanceof Error ? cause.message : 'unknown error';
}
