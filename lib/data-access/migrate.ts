import type { Database } from './database.ts';
import { hasSqlState, SqlState } from './database-error.ts';

/** A row of `schema_migration`. */
export interface AppliedMigration {
  version: string;
  name: string;
  checksum: string;
  appliedAt: Date;
}

/** A row of `schema_function`. */
export interface AppliedFunction {
  name: string;
  checksum: string;
  /** The latest migration of whoever applied it. */
  version: string;
}

export async function createMigrationTables(database: Database): Promise<void> {
  await createTable(
    database,
    `CREATE TABLE IF NOT EXISTS schema_migration (
      version     VARCHAR(16) PRIMARY KEY,
      name        VARCHAR(255) NOT NULL,
      checksum    CHAR(64) NOT NULL,
      applied_at  TIMESTAMPTZ NOT NULL DEFAULT now()
    )`,
  );
  await createTable(
    database,
    `CREATE TABLE IF NOT EXISTS schema_function (
      name        VARCHAR(63) PRIMARY KEY,
      checksum    CHAR(64) NOT NULL,
      version     VARCHAR(16) NOT NULL,
      applied_at  TIMESTAMPTZ NOT NULL DEFAULT now()
    )`,
  );
  await createTable(
    database,
    `CREATE TABLE IF NOT EXISTS schema_failure (
      version     VARCHAR(16) NOT NULL,
      sql_state   CHAR(5) NOT NULL,
      message     TEXT NOT NULL,
      failed_at   TIMESTAMPTZ NOT NULL DEFAULT now()
    )`,
  );
}

async function createTable(database: Database, definition: string): Promise<void> {
  try {
    await database.execute(definition);
  } catch (error) {
    // IF NOT EXISTS is checked before the name is taken: of two at once, one may still find it taken.
    const taken = [SqlState.uniqueViolation, SqlState.duplicateObject, SqlState.duplicateTable];
    if (!taken.some((sqlState) => hasSqlState(error, sqlState))) throw error;
  }
}

/** The applied migrations in order; none when the table is not there yet. */
export async function listAppliedMigrations(database: Database): Promise<AppliedMigration[]> {
  try {
    const { rows } = await database.execute<AppliedMigration>(
      'SELECT version, name, checksum, applied_at FROM schema_migration ORDER BY version',
    );
    return rows;
  } catch (error) {
    if (hasSqlState(error, SqlState.undefinedTable)) return [];
    throw error;
  }
}

/** The latest applied version, `V000` before the first. */
export async function currentVersion(database: Database): Promise<string> {
  return (await listAppliedMigrations(database)).at(-1)?.version ?? 'V000';
}

export async function isApplied(database: Database, version: string): Promise<boolean> {
  const { rows } = await database.execute('SELECT version FROM schema_migration WHERE version = :version', {
    version,
  });
  return rows.length > 0;
}

/** How a migration failed that nobody has been notified of yet; it is forgotten with the answer. */
export async function takeFailure(
  database: Database,
  version: string,
): Promise<{ sqlState: string; message: string } | undefined> {
  const { rows } = await database.execute<{ sqlState: string; message: string }>(
    'DELETE FROM schema_failure WHERE version = :version RETURNING sql_state::text, message',
    { version },
  );
  return rows[0];
}

export async function recordAppliedMigration(
  database: Database,
  file: Omit<AppliedMigration, 'appliedAt'>,
): Promise<void> {
  await database.execute(
    'INSERT INTO schema_migration (version, name, checksum) VALUES (:version, :name, :checksum)',
    { version: file.version, name: file.name, checksum: file.checksum },
  );
}

/** The functions and views as they were applied last; none when the table is not there yet. */
export async function listAppliedFunctions(database: Database): Promise<AppliedFunction[]> {
  try {
    const { rows } = await database.execute<AppliedFunction>(
      'SELECT name, checksum, version FROM schema_function ORDER BY name',
    );
    return rows;
  } catch (error) {
    if (hasSqlState(error, SqlState.undefinedTable)) return [];
    throw error;
  }
}

export async function recordAppliedFunction(
  database: Database,
  { name, checksum }: Pick<AppliedFunction, 'name' | 'checksum'>,
  version: string,
): Promise<void> {
  await database.execute(
    `INSERT INTO schema_function (name, checksum, version) VALUES (:name, :checksum, :version)
     ON CONFLICT (name) DO UPDATE
     SET checksum = excluded.checksum, version = excluded.version, applied_at = excluded.applied_at`,
    { name, checksum, version },
  );
}

/** Forgets a function that a migration has dropped, so that it is made again should it ever come back. */
export async function forgetFunction(database: Database, name: string): Promise<void> {
  await database.execute('DELETE FROM schema_function WHERE name = :name', { name });
}

/**
 * Held by whoever applies a step, for the length of its transaction; taken or refused at once. A lock of the table, which only
 * its owner may take: an advisory lock would be anybody's.
 */
export const TAKE_LOCK = 'LOCK TABLE schema_migration IN SHARE UPDATE EXCLUSIVE MODE NOWAIT';
export const LOCK_POLL_MS = 250;

/** True when nobody applies a step at this moment. */
export async function isLockFree(database: Database): Promise<boolean> {
  try {
    await database.execute(`DO 'BEGIN ${TAKE_LOCK}; END'`);
    return true;
  } catch (error) {
    if (hasSqlState(error, SqlState.lockNotAvailable)) return false;
    throw error;
  }
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
    let taken = false;
    try {
      return await database.transaction(async (transaction) => {
        await transaction.execute(TAKE_LOCK);
        taken = true;
        return work(transaction);
      });
    } catch (error) {
      if (taken || !hasSqlState(error, SqlState.lockNotAvailable)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

/**
 * Limits what the reader sees to the rows of `tenants` (canonical names), or lifts the limit with null. Run as the owner;
 * safe to repeat. It waits 5 s at most for a table in use, and changes nothing then.
 * @throws DatabaseError with SQLSTATE 55P03 when a table was in use for longer.
 */
export async function limitReader(database: Database, tenants: readonly string[] | null): Promise<void> {
  await database.execute(
    'SELECT limit_reader(CASE WHEN :limited THEN ARRAY(SELECT json_array_elements_text(:tenants::json)) END)',
    {
      limited: tenants !== null,
      tenants: JSON.stringify(tenants ?? []),
    },
  );
}

/** Extends the limit that is set to the tables that migrations have made since. */
export async function keepReaderLimited(database: Database): Promise<void> {
  await database.execute(
    `WITH scope AS MATERIALIZED (SELECT tenants FROM reader_scope FOR UPDATE)
     SELECT limit_reader(tenants) FROM scope`,
  );
}
