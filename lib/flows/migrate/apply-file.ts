import type { Database } from '../../data-access/database.ts';
import { DatabaseError, hasSqlState, SqlState } from '../../data-access/database-error.ts';
import {
  currentVersion,
  forgetFunction,
  inLockedTransaction,
  isApplied,
  isLockFree,
  LOCK_POLL_MS,
  listAppliedFunctions,
  recordAppliedFunction,
  recordAppliedMigration,
  TAKE_LOCK,
  takeFailure,
} from '../../data-access/migrate.ts';
import type { MigrateOptions } from './migrate.ts';
import type { FunctionFile, MigrationFile } from './migration-file.ts';

/**
 * Applies one file, unless it is there already; `cut` when `mayGoOn` ended the call before it was.
 * @throws Error that names the file and says why it was rolled back.
 */
export async function applyFile(
  database: Database,
  file: MigrationFile,
  options: MigrateOptions,
): Promise<'applied' | 'already' | 'cut'> {
  try {
    return await (file.repeats
      ? applyInBatches(database, file, options)
      : applyWhole(database, file, options));
  } catch (cause) {
    throw new Error(`Migration ${file.name} failed and was rolled back: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof DatabaseError && cause.kind === 'timeout')
    return 'a batch took longer than the 45 s of a Data API call. Make its batches smaller.';
  return cause instanceof Error ? cause.message : 'unknown error';
}

/**
 * Runs all statements of the file as one, which the server carries to its end even when the Data API stops waiting after
 * 45 s, or the caller is cut. It holds the lock for as long as it runs and notes how it ended, and that is awaited.
 */
async function applyWhole(
  database: Database,
  file: MigrationFile,
  { mayGoOn, onProgress }: MigrateOptions,
): Promise<'applied' | 'already' | 'cut'> {
  for (;;) {
    if (mayGoOn?.() === false) return 'cut';
    // Of a run that was cut while its statement went on.
    await throwFailure(database, file);
    const outcome = await start(database, file);
    if (outcome === 'already') return outcome;
    if (outcome === 'busy') {
      await pause();
      continue;
    }
    if (outcome === 'running') {
      onProgress?.({ name: file.name, running: true });
      while (!(await isLockFree(database))) {
        if (mayGoOn?.() === false) return 'cut';
        await pause();
      }
    }
    if (!(await isApplied(database, file.version))) {
      await throwFailure(database, file);
      throw new Error('it was ended from outside; nothing of it is left.');
    }
    onProgress?.({ name: file.name });
    return 'applied';
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));

async function throwFailure(database: Database, { version }: MigrationFile): Promise<void> {
  const failure = await takeFailure(database, version);
  if (failure === undefined) return;
  const { message, sqlState } = failure;
  throw new DatabaseError(`ERROR: ${message}; SQLState: ${sqlState}`, 'refused', sqlState, undefined);
}

/** What the block below answers instead of doing anything. */
const ALREADY = 'MG001';

async function start(
  database: Database,
  file: MigrationFile,
): Promise<'ended' | 'running' | 'busy' | 'already'> {
  try {
    await database.execute(blockOf(file), {}, { continueAfterTimeout: true });
    return 'ended';
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'timeout') return 'running';
    if (hasSqlState(error, SqlState.lockNotAvailable)) return 'busy';
    if (hasSqlState(error, ALREADY)) return 'already';
    throw error;
  }
}

/** One transaction of the server's own: the lock, the statements, and the note of how they ended. */
function blockOf({ version, name, checksum, statements }: MigrationFile): string {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const runs = statements.map((statement) => `    EXECUTE ${dollarQuoted(statement)};`);
  return `DO ${dollarQuoted(`
BEGIN
  ${TAKE_LOCK};
  IF EXISTS (SELECT FROM schema_migration WHERE version = ${literal(version)}) THEN
    RAISE 'the migration is applied already' USING ERRCODE = '${ALREADY}';
  END IF;
  BEGIN
${runs.join('\n')}
    INSERT INTO schema_migration (version, name, checksum)
    VALUES (${literal(version)}, ${literal(name)}, ${literal(checksum)});
  EXCEPTION WHEN OTHERS THEN
    INSERT INTO schema_failure (version, sql_state, message) VALUES (${literal(version)}, SQLSTATE, SQLERRM);
  END;
END
`)}`;
}

function dollarQuoted(text: string): string {
  for (let number = 1; ; number++) {
    const tag = `$sql${number}$`;
    if (!text.includes(tag)) return `${tag}${text}${tag}`;
  }
}

async function applyInBatches(
  database: Database,
  file: MigrationFile,
  { mayGoOn, onProgress }: MigrateOptions,
): Promise<'applied' | 'already' | 'cut'> {
  let rows = 0;
  for (;;) {
    const step = await inLockedTransaction(database, mayGoOn, async (transaction) => {
      if (await isApplied(transaction, file.version)) return 'already';
      let written = 0;
      for (const statement of file.statements) written += (await transaction.execute(statement)).updatedCount;
      if (written > 0) return written;
      await recordAppliedMigration(transaction, file);
      return 'applied';
    });
    if (step === 'cut' || step === 'already') return step;
    if (step === 'applied') {
      onProgress?.({ name: file.name });
      return step;
    }
    rows += step;
    onProgress?.({ name: file.name, rows });
  }
}

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
      throw new Error(`${fileName} failed and was rolled back: ${whyNotReplaced(cause)}`, { cause });
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
function whyNotReplaced(cause: unknown): string {
  if (
    hasSqlState(cause, SqlState.invalidFunctionDefinition) ||
    hasSqlState(cause, SqlState.invalidTableDefinition)
  )
    return 'it takes or answers something else than the one that stands there. Drop that one in a numbered migration; a local database starts afresh with npm start -- --empty, which forgets what is kept.';
  return cause instanceof Error ? cause.message : 'unknown error';
}
