import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { startPostgres } from '../../lib/local/postgres/postgres-server.ts';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { openEndpointDatabase } from './open-databases.ts';
import { printServer } from './print-server.ts';

/** One PostgreSQL (fsync and synchronous_commit on) and one Data API endpoint, for the length of a benchmark. */
export interface BenchServer {
  readonly dataApiUrl: string;
  readonly processId: number;
  /** Those that were there before, of a directory that is kept. */
  readonly databases: ReadonlySet<string>;
  /** Where to reach a database of the server directly, as superuser. */
  urlOf(database: string): string;
  /** Makes a database, by default one with all migrations applied. */
  create(database: string, template?: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** Vacuums and analyses the tables that were written to. */
  vacuum(database: string): Promise<void>;
  /** Runs statements on a connection of its own. */
  run(database: string, ...statements: string[]): Promise<void>;
  stop(): Promise<void>;
}

export const MIGRATED = 'migrated';
/** The review's own tables: V001 to V006 and nothing else. */
export const REVIEW = 'review';

/** All data stays in memory. Vacuum runs between the rounds, never inside of one; nor shall a checkpoint start there. */
const SETTINGS = {
  shared_buffers: '1GB',
  autovacuum: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '16GB',
};
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** With `keptIn`, a directory, what a benchmark made is kept there and found again. */
export async function startBenchServer(keptIn?: string): Promise<BenchServer> {
  const dataDirectory = keptIn ?? (await mkdtemp(join(tmpdir(), 'pagw-bench-')));
  const postgres = await startPostgres({ dataDirectory, port: await freePort(), settings: SETTINGS });
  const dataApi = startChild<string, string>(new URL('./data-api-process.ts', import.meta.url), []);
  const run = async (database: string, ...statements: string[]) => {
    const client = new Client({ connectionString: postgres.connectionString(database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const stop = async () => {
    await dataApi.stop();
    await postgres.stop();
    if (keptIn === undefined) await rm(dataDirectory, { recursive: true, force: true });
  };
  // Ctrl-C: the server ends with this process, its files need a hand.
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  try {
    const dataApiUrl = await dataApi.ask(postgres.connectionString('postgres'));
    await printServer(postgres.connectionString('postgres'));
    const databases = await databasesOf(postgres.connectionString('postgres'));
    // A kept one may be of another version.
    await run('postgres', `DROP DATABASE IF EXISTS ${MIGRATED}`, `CREATE DATABASE ${MIGRATED}`);
    await migrateTemplate(dataApiUrl);
    if (!databases.has(REVIEW)) {
      await run('postgres', `CREATE DATABASE ${REVIEW}`);
      await run(REVIEW, ...(await reviewMigrations()));
    }
    return {
      databases,
      dataApiUrl,
      processId: postgres.processId,
      urlOf: (database) => postgres.connectionString(database),
      // A template must have no connections; the endpoint and contestants keep idle ones.
      create: async (database, template = MIGRATED) => {
        await run(
          'postgres',
          endSessionsOf(template),
          `CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY ${template === MIGRATED || template === REVIEW ? 'wal_log' : 'file_copy'}`,
        );
      },
      drop: (database) => run('postgres', `DROP DATABASE ${database} WITH (FORCE)`),
      vacuum: (database) => vacuum(postgres.connectionString(database)),
      run,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function databasesOf(connectionString: string): Promise<Set<string>> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query('SELECT datname AS name FROM pg_database');
  await client.end();
  return new Set(rows.map(({ name }) => name));
}

async function reviewMigrations(): Promise<string[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => /^V00[1-6]__/.test(name)).sort();
  return Promise.all(names.map((name) => readFile(join(MIGRATIONS, name), 'utf8')));
}

async function migrateTemplate(dataApiUrl: string): Promise<void> {
  const { database, close } = openEndpointDatabase(dataApiUrl, MIGRATED);
  await migrate(database, { migrationsFolder: MIGRATIONS });
  await database.execute(
    "SELECT ensure_event_partition((now() + i * interval '1 day')::date) FROM generate_series(0, 1) AS i",
  );
  await close();
}

async function vacuum(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query(
    'SELECT relid::regclass::text AS name FROM pg_stat_user_tables WHERE n_mod_since_analyze > 0 ORDER BY relid',
  );
  if (rows.length > 0) await client.query(`VACUUM (ANALYZE) ${rows.map(({ name }) => name).join(', ')}`);
  await client.end();
}

function endSessionsOf(database: string): string {
  return `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${database}'`;
}
