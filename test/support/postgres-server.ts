import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import type { PostgresAddress } from '../../lib/local/data-api/connections.ts';
import { startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { letOwnerIn } from '../../lib/local/local-database.ts';
import { createMaster, MASTER } from '../../lib/local/postgres/postgres-cluster.ts';
import type { PostgresServer } from '../../lib/local/postgres/postgres-server.ts';
import { dataApiClient, targetOf } from './data-api-client.ts';
import { startPostgresAnywhere } from './free-port.ts';

/** Nothing in it, but the owner is let in. */
export const EMPTY_TEMPLATE = 'template_empty';
/** The database that test files are cloned from, migrated once per run. */
const TEMPLATE = 'template_migrated';

declare module 'vitest' {
  interface ProvidedContext {
    /** Outside of PostgreSQL's, for what test files share; removed when the run ends. */
    runDirectory: string;
    /** Of the Data API endpoint that all test files share. */
    dataApiUrl: string;
    /** Of the server's `postgres` database, as superuser. */
    postgresUrl: string;
    /** The same as the login that migrates. */
    ownerUrl: string;
    /** What to clone for a migrated database. */
    templateDatabase: string;
  }
}

/** vitest's globalSetup: one PostgreSQL and one Data API endpoint for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runDirectory = await mkdtemp(join(tmpdir(), 'pagw-test-'));
  // PostgreSQL refuses to run as root; then its own user has to get through to its data.
  await chmod(runDirectory, 0o755);
  const dataDirectory = join(runDirectory, 'postgres');
  const postgres = await startPostgresAnywhere({ dataDirectory, fsync: false });
  const address = await makeEmptyTemplate(postgres, dataDirectory);
  const dataApi = await startDataApi({ port: 0, postgres: address, defaultDatabase: TEMPLATE });
  const teardown = async () => {
    await dataApi.close();
    await postgres.stop();
    await rm(runDirectory, { recursive: true, force: true });
  };
  try {
    await cloneDatabase(postgres, TEMPLATE, EMPTY_TEMPLATE);
    await migrateTemplate(address);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('runDirectory', runDirectory);
  project.provide('dataApiUrl', dataApi.url);
  project.provide('postgresUrl', postgres.connectionString('postgres'));
  project.provide(
    'ownerUrl',
    `postgres://${address.user}:${address.password}@${address.host}:${address.port}/postgres`,
  );
  project.provide('templateDatabase', TEMPLATE);
  return teardown;
}

/** As a cluster is before its first migration: a database of the master's, into which the owner is let. */
export async function makeEmptyTemplate(
  postgres: PostgresServer,
  dataDirectory: string,
): Promise<PostgresAddress> {
  const master = await createMaster(postgres, dataDirectory);
  await cloneDatabase(postgres, EMPTY_TEMPLATE, 'template0');
  return letOwnerIn(master, EMPTY_TEMPLATE, dataDirectory);
}

async function cloneDatabase(postgres: PostgresServer, name: string, template: string): Promise<void> {
  const client = new Client({ connectionString: postgres.connectionString('postgres') });
  await client.connect();
  await client
    .query(`CREATE DATABASE ${name} OWNER ${MASTER} TEMPLATE ${template}`)
    .finally(() => client.end());
}

/** Over an endpoint of its own: cloning needs a template that nobody is connected to. */
async function migrateTemplate(address: PostgresAddress): Promise<void> {
  const endpoint = await startDataApi({ port: 0, postgres: address, defaultDatabase: TEMPLATE });
  const client = dataApiClient(endpoint.url);
  try {
    const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
    await migrate(openDatabase(client, targetOf(TEMPLATE)), { migrationsFolder });
  } finally {
    client.destroy();
    await endpoint.close();
  }
}
