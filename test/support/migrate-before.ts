import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../lib/data-access/migrate/migrate.ts';
import type { TestDatabase } from './database.ts';
import { migrationsFolder } from './review-schema.ts';

/** Brings a database to where it was before a migration (`V026`): what such a database holds must survive it. */
export async function migrateBefore({ database }: TestDatabase, version: string): Promise<void> {
  const earlier = await mkdtemp(join(tmpdir(), 'pagw-migrations-'));
  try {
    for (const name of await readdir(migrationsFolder))
      if (name < version) await cp(join(migrationsFolder, name), join(earlier, name));
    await migrate(database, { migrationsFolder: earlier });
  } finally {
    await rm(earlier, { recursive: true });
  }
}
