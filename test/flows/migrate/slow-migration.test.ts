import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from '../../../lib/data-access/database.ts';
import { type MigrationProgress, migrate } from '../../../lib/flows/migrate/migrate.ts';
import { type DataApiEndpoint, startDataApi } from '../../../lib/local/data-api/start-data-api.ts';
import { dataApiClient } from '../../support/data-api-client.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';

// As the service, but it waits 1 s for a statement instead of 45.
let endpoint: DataApiEndpoint;
let client: ReturnType<typeof dataApiClient>;

beforeAll(async () => {
  const { hostname: host, port, username: user, password } = new URL(inject('postgresUrl'));
  endpoint = await startDataApi({
    port: 0,
    postgres: { host, port: Number(port), user, password },
    defaultDatabase: 'postgres',
    callTimeoutMs: 1_000,
  });
  client = dataApiClient(endpoint.url);
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

let db: TestDatabase;
let database: Database;
let folder: string;

beforeEach(async () => {
  db = await openEmptyDatabase();
  database = openDatabase(client, db.target);
  folder = await mkdtemp(join(tmpdir(), 'pagw-migrations-'));
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

/** Goes on for as long as it is held open: until the row in `gate` is gone. */
const WAIT = `DO $$ BEGIN WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;`;

async function givenSlow(after: string): Promise<void> {
  await db.database.execute('CREATE TABLE gate (n int)');
  await db.database.execute('INSERT INTO gate VALUES (1)');
  await writeFile(join(folder, 'V001__slow.sql'), `CREATE TABLE a (n int);\n${WAIT}\n${after}`);
}

const openGate = () => db.database.execute('DELETE FROM gate');
const run = (options: { mayGoOn?: () => boolean; onProgress?: (step: MigrationProgress) => void } = {}) =>
  migrate(database, { migrationsFolder: folder, ...options });

/** Runs until the Data API has stopped waiting for the statement. */
async function runPastTimeout(mayGoOn: () => boolean = () => true) {
  let told = () => {};
  const running = new Promise<void>((settle) => {
    told = settle;
  });
  const result = run({ mayGoOn, onProgress: ({ running: isRunning }) => isRunning && told() });
  await Promise.race([running, result]);
  return { result };
}

describe('a migration that takes longer than the Data API waits', () => {
  it('is awaited, and applied once however many run it', async () => {
    await givenSlow('INSERT INTO a VALUES (1);');
    const { result: first } = await runPastTimeout();
    const second = run();
    await openGate();
    expect(await first).toMatchObject({ applied: ['V001__slow.sql'], current: 'V001', complete: true });
    expect(await second).toMatchObject({ applied: [], current: 'V001', complete: true });
    expect((await database.execute('SELECT n FROM a')).rows).toEqual([{ n: 1 }]);
  });

  it('goes on when its run is cut, and the next run waits for it', async () => {
    await givenSlow('INSERT INTO a VALUES (1);');
    let timedOut = false;
    const cut = await run({
      mayGoOn: () => !timedOut,
      onProgress: () => {
        timedOut = true;
      },
    });
    expect(cut).toMatchObject({ applied: [], complete: false });
    const resumed = run();
    await openGate();
    expect(await resumed).toMatchObject({ applied: [], current: 'V001', complete: true });
    expect((await database.execute('SELECT n FROM a')).rows).toEqual([{ n: 1 }]);
  });

  it('that fails afterwards fails with its error, and nothing of it is left', async () => {
    await givenSlow('SELECT 1/0;');
    const { result } = await runPastTimeout();
    await openGate();
    await expect(result).rejects.toThrow(
      'Migration V001__slow.sql failed and was rolled back: ERROR: division by zero; SQLState: 22012',
    );
    await expect(database.execute('SELECT FROM a')).rejects.toThrow('does not exist');
    // The cause is fixed: nothing of the failure stands in the way.
    await writeFile(join(folder, 'V001__slow.sql'), 'CREATE TABLE a (n int);');
    expect(await run()).toMatchObject({ applied: ['V001__slow.sql'] });
  });

  it('that fails while nobody waits tells the next run, once', async () => {
    await givenSlow('SELECT 1/0;');
    let timedOut = false;
    const cut = run({
      mayGoOn: () => !timedOut,
      onProgress: () => {
        timedOut = true;
      },
    });
    expect(await cut).toMatchObject({ complete: false });
    await openGate();
    await expect
      .poll(() => database.execute('SELECT FROM schema_failure').then(({ rows }) => rows.length))
      .toBe(1);
    await expect(run()).rejects.toThrow('division by zero');
    await writeFile(join(folder, 'V001__slow.sql'), 'CREATE TABLE a (n int);');
    expect(await run()).toMatchObject({ applied: ['V001__slow.sql'] });
  });

  it('that is ended from outside fails instead of waiting for ever', async () => {
    await givenSlow('SELECT 1;');
    const { result } = await runPastTimeout();
    await database.execute(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'DO %schema_failure%' AND pid <> pg_backend_pid()`,
    );
    await expect(result).rejects.toThrow('it was ended from outside; nothing of it is left');
  });

  it('in batches says that a batch is too large', async () => {
    await writeFile(
      join(folder, 'V001__pieces.sql'),
      '-- migrate: repeat until no row is left\nINSERT INTO a SELECT 1 FROM pg_sleep(60);',
    );
    await db.database.execute('CREATE TABLE a (n int)');
    await expect(run()).rejects.toThrow(
      'Migration V001__pieces.sql failed and was rolled back: a batch took longer than the 45 s of a Data API call. Make its batches smaller.',
    );
  });
});
