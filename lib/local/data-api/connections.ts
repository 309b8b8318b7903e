import { type Connection, Pool, type PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';

export interface PostgresAddress {
  host: string;
  port: number;
  user: string;
  password: string;
}

const IDLE_CONNECTION_MS = 10_000;

/** Connections by database, opened when needed and queued for beyond the limit. */
export class Connections {
  readonly #address: PostgresAddress;
  readonly #maxPerDatabase: number;
  readonly #busy = new Set<PoolClient>();
  readonly #pools = new Map<string, Pool>();

  constructor(address: PostgresAddress, maxPerDatabase: number) {
    this.#address = address;
    this.#maxPerDatabase = maxPerDatabase;
  }

  /** @throws DataApiError when there is no such database or no PostgreSQL. */
  async acquire(database: string): Promise<PoolClient> {
    try {
      return await this.#poolOf(database).connect();
    } catch (error) {
      throw toConnectionError(error, database);
    }
  }

  /** Breaks off what still runs. */
  async close(): Promise<void> {
    for (const client of this.#busy)
      (client as unknown as { connection: Connection }).connection.stream.destroy();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  #poolOf(database: string): Pool {
    const known = this.#pools.get(database);
    if (known !== undefined) return known;
    const pool = new Pool({
      ...this.#address,
      database,
      max: this.#maxPerDatabase,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      allowExitOnIdle: true,
      application_name: 'data-api',
      options: '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex',
    });
    // A server that goes away ends idle connections: the pool drops them, the next call opens new ones.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    pool.on('acquire', (client) => this.#busy.add(client));
    pool.on('release', (_, client) => this.#busy.delete(client));
    this.#pools.set(database, pool);
    return pool;
  }
}

function toConnectionError(error: unknown, database: string): DataApiError {
  const code = (error as { code?: string }).code;
  if (code === '3D000') {
    return new DataApiError('DatabaseNotFoundException', `Database ${JSON.stringify(database)} is not found`);
  }
  return new DataApiError(
    'DatabaseUnavailableException',
    'Communications link failure: PostgreSQL does not answer.',
  );
}
