import type { Database } from '../database.ts';
import { hasSqlState, SqlState } from '../database-error.ts';
import type { MigrationFile } from './migration-file.ts';

/** A row of `schema_migration`. */
export interface AppliedMigration {
  version: string;
  name: string;
  checksum: string;
  appliedAt: Date;
}

export async function createMigrationTable(database: Database): Promise<void> {
  try {
    await database.execute(`
      CREATE TABLE IF NOT EXISTS schema_migration (
        version     VARCHAR(16) PRIMARY KEY,
        name        VARCHAR(255) NOT NULL,
        checksum    CHAR(64) NOT NULL,
        applied_at  TIMESTAMPTZ NOT NULL DEFAULT now()
      )`);
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

export async function recordAppliedMigration(database: Database, file: MigrationFile): Promise<void> {
  await database.execute(
    'INSERT INTO schema_migration (version, name, checksum) VALUES (:version, :name, :checksum)',
    { version: file.version, name: file.name, checksum: file.checksum },
  );
}
