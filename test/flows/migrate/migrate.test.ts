import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAppliedMigrations } from '../../../lib/data-access/migrate.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { readFunctionFiles, readMigrationFiles } from '../../../lib/flows/migrate/migration-file.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { migrationsFolder } from '../../support/review-schema.ts';

let db: TestDatabase;
let folder: string;

beforeEach(async () => {
  db = await openEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'pagw-migrations-'));
});

afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function given(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

const two = {
  'V001__create_a.sql': 'CREATE TABLE a (n int); INSERT INTO a VALUES (1);',
  'V002__create_b.sql': 'CREATE TABLE b (n int);',
};

const count = async (table: string) => {
  const { rows } = await db.database.execute<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return rows[0]?.n;
};

describe('migrate', () => {
  it('applies the files in order, once', async () => {
    await given(two);
    const first = await migrate(db.database, { migrationsFolder: folder });
    const second = await migrate(db.database, { migrationsFolder: folder });
    expect(first).toEqual({ applied: Object.keys(two), functions: [], current: 'V002', complete: true });
    expect(second).toEqual({ applied: [], functions: [], current: 'V002', complete: true });
    expect(await count('a')).toBe(1);
  });

  it('rolls a failed file back whole, names it, and resumes at it', async () => {
    await given({ ...two, 'V002__create_b.sql': 'CREATE TABLE b (n int); SELECT 1/0;' });
    await expect(migrate(db.database, { migrationsFolder: folder })).rejects.toThrow(
      'Migration V002__create_b.sql failed and was rolled back',
    );
    await given(two);
    expect(await migrate(db.database, { migrationsFolder: folder })).toMatchObject({
      applied: ['V002__create_b.sql'],
    });
  });

  it('refuses a file changed after it was applied, before applying anything', async () => {
    await given(two);
    await migrate(db.database, { migrationsFolder: folder });
    await given({
      'V001__create_a.sql': 'CREATE TABLE a (n bigint);',
      'V003__create_c.sql': 'CREATE TABLE c ();',
    });
    await expect(migrate(db.database, { migrationsFolder: folder })).rejects.toThrow(
      'V001__create_a.sql was changed after it was applied',
    );
    expect(await listAppliedMigrations(db.database)).toHaveLength(2);
  });

  it('takes other line ends for the same file', async () => {
    await given({ 'V001__create_a.sql': 'CREATE TABLE a (\n n int\n);' });
    await migrate(db.database, { migrationsFolder: folder });
    await given({ 'V001__create_a.sql': 'CREATE TABLE a (\r\n n int\r\n);' });
    expect(await migrate(db.database, { migrationsFolder: folder })).toMatchObject({ applied: [] });
  });

  it('refuses a database ahead of its files, but for a rollback, which leaves it as it is', async () => {
    await given(two);
    await migrate(db.database, { migrationsFolder: folder });
    await rm(join(folder, 'V002__create_b.sql'));
    await expect(migrate(db.database, { migrationsFolder: folder })).rejects.toThrow('its file is missing');
    expect(await migrate(db.database, { migrationsFolder: folder, allowNewer: true })).toEqual({
      applied: [],
      functions: [],
      current: 'V002',
      complete: true,
    });
  });

  it('refuses a database made before 0.1.0 with one sentence that names the way on', async () => {
    await given(two);
    await migrate(db.database, { migrationsFolder: folder });
    await db.database.execute(
      `INSERT INTO schema_migration (version, name, checksum) VALUES ('V009', 'V009__partition_event_tracker.sql', '')`,
    );
    await expect(migrate(db.database, { migrationsFolder: folder, allowNewer: true })).rejects.toThrow(
      /^This database was made before version 0\.1\.0 [^.]* npm start -- --empty[^.]*\.$/,
    );
  });

  it.each([
    [
      'a gap',
      { 'V001__a.sql': 'SELECT 1', 'V003__c.sql': 'SELECT 1' },
      'Expected V002 but found V003__c.sql',
    ],
    ['a misnamed file', { 'V1_a.sql': 'SELECT 1' }, 'V1_a.sql is not named like'],
    ['an empty file', { 'V001__a.sql': '-- nothing' }, 'V001__a.sql holds no statement'],
    ['no file', {}, 'No V001__….sql file'],
  ])('refuses a folder with %s', async (_, files, message) => {
    await given(files);
    await expect(migrate(db.database, { migrationsFolder: folder })).rejects.toThrow(message);
  });

  it('repeats a marked statement in bounded batches and goes on where it was cut', async () => {
    await given({
      'V001__create_a.sql':
        'CREATE TABLE a AS SELECT n FROM generate_series(1, 25) AS n; CREATE TABLE b (n int);',
      'V002__move.sql': `-- migrate: repeat until no row is left
        WITH batch AS (DELETE FROM a WHERE n IN (SELECT n FROM a ORDER BY n LIMIT 10) RETURNING n)
        INSERT INTO b SELECT n FROM batch;`,
    });
    let steps = 0;
    const cut = await migrate(db.database, { migrationsFolder: folder, mayGoOn: () => ++steps <= 3 });
    expect(cut).toMatchObject({ complete: false, applied: ['V001__create_a.sql'] });
    expect([await count('a'), await count('b')]).toEqual([5, 20]);
    const rest = await migrate(db.database, { migrationsFolder: folder });
    expect(rest).toMatchObject({ complete: true, applied: ['V002__move.sql'] });
    expect([await count('a'), await count('b')]).toEqual([0, 25]);
  });

  it('applies each file once when many run at once', async () => {
    await cp(migrationsFolder, folder, { recursive: true });
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => migrate(db.database, { migrationsFolder: folder })),
    );
    const files = await readMigrationFiles(folder);
    expect(runs.flatMap((run) => run.applied).sort()).toEqual(files.map((file) => file.name));
    const functions = await readFunctionFiles(folder);
    expect(runs.flatMap((run) => run.functions).sort()).toEqual(
      functions.map(({ name }) => `functions/${name}.sql`).sort(),
    );
    expect(runs.map((run) => run.current)).toEqual(runs.map(() => files.at(-1)?.version));
    // What the migrations set for this database's logins does not come with a copy of it.
    const { rows } = await db.database.execute(
      `SELECT setrole::regrole::text AS login
       FROM pg_db_role_setting
       JOIN pg_database ON pg_database.oid = setdatabase AND datname = current_database()
       WHERE setconfig = '{jit=off}' AND setrole::regrole::text LIKE 'pagw%'
       ORDER BY 1`,
    );
    expect(rows.map(({ login }) => login)).toEqual([
      'pagw_maintainer_a',
      'pagw_maintainer_b',
      'pagw_operator_a',
      'pagw_operator_b',
      'pagw_owner',
      'pagw_reader_a',
      'pagw_reader_b',
      'pagw_writer_a',
      'pagw_writer_b',
    ]);
  });

  it('keeps V006 as the review has it', async () => {
    const text = await readFile(join(migrationsFolder, 'V006__add_event_tracker_metadata.sql'), 'utf8');
    expect(text).toContain('ALTER TABLE event_tracker ADD COLUMN IF NOT EXISTS metadata JSONB;');
    const [, , , ...comments] = (await readMigrationFiles(migrationsFolder))[5]?.statements ?? [];
    expect(comments).toHaveLength(4);
  });
});
