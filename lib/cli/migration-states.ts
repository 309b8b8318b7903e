import { fileURLToPath } from 'node:url';
import type { Database } from '../data-access/database.ts';
import { listAppliedFunctions, listAppliedMigrations } from '../data-access/migrate/applied-migrations.ts';
import { readFunctionFiles } from '../data-access/migrate/function-file.ts';
import { readMigrationFiles } from '../data-access/migrate/migration-file.ts';

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A migration of this version, of the database, or of both. */
export interface MigrationState {
  version: string;
  name: string;
  /** changed: not what was applied; missing: applied, but this version has no such file. */
  state: 'applied' | 'pending' | 'changed' | 'missing';
  appliedAt: Date | null;
}

export async function readMigrationStates(database: Database): Promise<MigrationState[]> {
  const files = await readMigrationFiles(migrationsFolder);
  const applied = new Map((await listAppliedMigrations(database)).map((row) => [row.version, row]));
  const states = files.map(({ version, name, checksum }): MigrationState => {
    const known = applied.get(version);
    applied.delete(version);
    if (known === undefined) return { version, name, state: 'pending', appliedAt: null };
    const state = known.checksum === checksum ? 'applied' : 'changed';
    return { version, name, state, appliedAt: known.appliedAt };
  });
  const missing = [...applied.values()].map(
    ({ version, name, appliedAt }): MigrationState => ({ version, name, state: 'missing', appliedAt }),
  );
  return [...states, ...missing];
}

/** The functions and views of this version that are not in the database as they are here, by name. */
export async function readPendingFunctions(database: Database): Promise<string[]> {
  const files = await readFunctionFiles(migrationsFolder);
  const applied = new Map((await listAppliedFunctions(database)).map((row) => [row.name, row.checksum]));
  return files.filter(({ name, checksum }) => applied.get(name) !== checksum).map(({ name }) => name);
}
