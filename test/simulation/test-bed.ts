import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { type Database, type DatabaseTarget, openDatabase } from '../../lib/data-access/database.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import type { PostgresAddress } from '../../lib/local/data-api/connections.ts';
import { type DataApiEndpoint, startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { MASTER } from '../../lib/local/postgres/postgres-cluster.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres/postgres-server.ts';
import { dataApiClient, targetOf } from '../support/data-api-client.ts';
import { startPostgresAnywhere } from '../support/free-port.ts';
import { EMPTY_TEMPLATE, makeEmptyTemplate } from '../support/postgres-server.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const TEMPLATE = 'template_migrated';

export interface TestBedOptions {
  /** Where the cluster is kept. @default memory where there is room */
  directory?: string;
  /** @default false: a killed server loses nothing by it, a loss of power would */
  fsync?: boolean;
  settings?: Readonly<Record<string, string>>;
  /** Of the Data API. */
  callTimeoutMs?: number;
  transactionIdleMs?: number;
}

/** A PostgreSQL and a Data API endpoint of one's own, outside of vitest, which may be stopped, killed and started again. */
export class TestBed {
  postgres: PostgresServer;
  dataApi: DataApiEndpoint;
  readonly directory: string;
  readonly #options: TestBedOptions;
  #made = 0;

  private constructor(
    directory: string,
    options: TestBedOptions,
    postgres: PostgresServer,
    dataApi: DataApiEndpoint,
  ) {
    this.directory = directory;
    this.#options = options;
    this.postgres = postgres;
    this.dataApi = dataApi;
  }

  static async start(options: TestBedOptions = {}): Promise<TestBed> {
    const directory = await mkdtemp(join(options.directory ?? scratchDirectory(), 'pagw-bed-'));
    // PostgreSQL refuses to run as root; then its own user has to get through to its data.
    await chmod(directory, 0o755);
    const dataDirectory = join(directory, 'postgres');
    const { fsync = false, settings } = options;
    const postgres = await startPostgresAnywhere({
      dataDirectory,
      fsync,
      ...(settings && { settings }),
    });
    const owner = await makeEmptyTemplate(postgres, dataDirectory);
    const dataApi = await serve(owner, options);
    const bed = new TestBed(directory, options, postgres, dataApi);
    await bed.sql('postgres', `CREATE DATABASE ${TEMPLATE} OWNER ${MASTER} TEMPLATE ${EMPTY_TEMPLATE}`);
    const client = dataApiClient(dataApi.url);
    await migrate(openDatabase(client, targetOf(TEMPLATE)), { migrationsFolder: MIGRATIONS });
    client.destroy();
    // Cloning needs a template that nobody is connected to.
    await dataApi.close();
    bed.dataApi = await serve(owner, options);
    return bed;
  }

  /** A fresh database; `migrated` or with nothing in it. */
  async newDatabase(migrated = true): Promise<DatabaseTarget> {
    const name = `bed_${++this.#made}`;
    await this.sql(
      'postgres',
      `CREATE DATABASE ${name} OWNER ${MASTER} TEMPLATE ${migrated ? TEMPLATE : EMPTY_TEMPLATE}`,
    );
    return targetOf(name);
  }

  /** Past the fault door, for looking at what there is. */
  open(target: DatabaseTarget): { database: Database; close(): void } {
    const client = dataApiClient(this.dataApi.url);
    return { database: openDatabase(client, target), close: () => client.destroy() };
  }

  /** As the superuser, past the Data API. */
  async sql(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.postgres.connectionString(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async drop({ database }: DatabaseTarget): Promise<void> {
    await this.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
  }

  /** Starts the server over the same data on the same port; it must have ended. */
  async startAgain(): Promise<void> {
    const { fsync = false, settings } = this.#options;
    this.postgres = await startPostgres({
      dataDirectory: join(this.directory, 'postgres'),
      port: this.postgres.port,
      fsync,
      ...(settings && { settings }),
    });
  }

  async stop(): Promise<void> {
    await this.dataApi.close();
    await this.postgres.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function serve(
  postgres: PostgresAddress,
  { callTimeoutMs, transactionIdleMs }: TestBedOptions,
): Promise<DataApiEndpoint> {
  return startDataApi({
    port: 0,
    postgres,
    defaultDatabase: 'postgres',
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
    ...(transactionIdleMs === undefined ? {} : { transactionIdleMs }),
  });
}
