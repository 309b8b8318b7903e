import type { Database } from '../../data-access/database.ts';
import { hasSqlState, SqlState } from '../../data-access/database-error.ts';
import { awaitsStates, deriveNextStates, endStates } from '../../data-access/derived-state.ts';
import {
  type AppliedMigration,
  createMigrationTables,
  currentVersion,
  listAppliedMigrations,
} from '../../data-access/migrate.ts';
import { defaultFoldRules, type FoldRules } from '../../domain/request-fold.ts';
import { applyFile, applyFunctions } from './apply-file.ts';
import { type MigrationFile, readFunctionFiles, readMigrationFiles } from './migration-file.ts';

/** What happens while migrations are applied, for whoever shows progress. */
export interface MigrationProgress {
  name: string;
  /** Rows written so far by a repeated statement; absent for an ordinary step. */
  rows?: number;
  /** True while a file takes longer than one call of the Data API waits. */
  running?: boolean;
}

export interface MigrateOptions {
  migrationsFolder: string;
  onProgress?: (progress: MigrationProgress) => void;
  /** Lets a database be ahead of the folder, as it is when a deployment is rolled back; nothing is undone. */
  allowNewer?: boolean;
  /** How the states of what an older system left are made of its events; as the stage's ingest folds them. */
  rules?: FoldRules;
  /** Asked before each step; when it says no, what is left is applied by the next call. */
  mayGoOn?: () => boolean;
}

export interface MigrateResult {
  /** Numbered files applied by this call. */
  applied: string[];
  /** Functions and views applied by this call, as `functions/append_events.sql`. */
  functions: string[];
  /** The latest applied version, such as `V012`. */
  current: string;
  /** False when `mayGoOn` ended the call with migrations left. */
  complete: boolean;
}

/** An applied migration and its file do not agree; nothing was applied. */
class MigrationMismatchError extends Error {
  override readonly name = 'MigrationMismatchError';
}

/**
 * Applies what the folder holds and the database lacks: numbered files in order, then functions and views whose text has
 * changed, one transaction a file; then the states of what an older system left. May be cut anywhere, run again, and run by two at once.
 * @throws MigrationFolderError, MigrationMismatchError, or the DatabaseError of a refused statement with its file named.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<MigrateResult> {
  const files = await readMigrationFiles(options.migrationsFolder);
  const functionFiles = await readFunctionFiles(options.migrationsFolder);
  await createMigrationTables(database);
  const known = await listAppliedMigrations(database);
  refuseFormerSchema(known);
  verifyApplied(files, options.allowNewer ? known.slice(0, files.length) : known);
  const result: MigrateResult = { applied: [], functions: [], current: '', complete: true };
  const appliedBefore = new Set(known.map(({ version }) => version));
  for (const file of files) {
    if (appliedBefore.has(file.version)) continue;
    const outcome = await applyFile(database, file, options);
    if (outcome === 'cut') return { ...result, current: await currentVersion(database), complete: false };
    if (outcome === 'applied') result.applied.push(file.name);
  }
  const { applied, complete } = await applyFunctions(database, functionFiles, {
    version: files.at(-1)?.version ?? '',
    onApplied: (name) => options.onProgress?.({ name }),
    mayGoOn: options.mayGoOn,
  });
  const states = complete ? await deriveStates(database, options) : 'cut';
  return {
    ...result,
    functions: applied,
    current: await currentVersion(database),
    complete: states === 'done',
  };
}

/** A file of the schema before it was rewritten in its final form, which nobody had deployed. */
const BEFORE_FIRST_RELEASE = 'V009__partition_event_tracker.sql';

function refuseFormerSchema(applied: readonly AppliedMigration[]): void {
  if (applied.some(({ name }) => name === BEFORE_FIRST_RELEASE))
    throw new MigrationMismatchError(
      'This database was made before version 0.1.0 and cannot be upgraded: start with an empty one, locally by npm start -- --empty, which forgets what is kept.',
    );
}

/** Refuses a database whose applied files are changed or missing: what it holds is then not known. */
function verifyApplied(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): void {
  const byVersion = new Map(files.map((file) => [file.version, file]));
  for (const migration of applied) {
    const file = byVersion.get(migration.version);
    if (file === undefined)
      throw new MigrationMismatchError(
        `${migration.name} was applied to this database but its file is missing. Deploy a version that has it.`,
      );
    if (file.checksum !== migration.checksum)
      throw new MigrationMismatchError(
        `${file.name} was changed after it was applied. Restore the file and put the change into a new migration.`,
      );
  }
}

/**
 * Makes the states of the requests that an older system left of their histories, a page a step; `cut` when `mayGoOn` ended
 * the call before all had theirs. Their histories are folded as ingest folds events: there is no other derivation.
 */
async function deriveStates(
  database: Database,
  { mayGoOn, onProgress, rules = defaultFoldRules }: MigrateOptions,
): Promise<'done' | 'cut'> {
  if (!(await awaitsStates(database))) return 'done';
  let rows = 0;
  try {
    for (;;) {
      if (mayGoOn?.() === false) return 'cut';
      const derived = await deriveNextStates(database, rules);
      if (derived === 0) break;
      rows += derived;
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
