import { type Connection, Pool, type PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';
import { databaseOf, type Service, type WireRequest } from './request.ts';
import { runStatement, type StatementRun } from './run-statement.ts';
import type { Transaction } from './transactions.ts';
import type { RawResult } from './typed-query.ts';

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

type CallStatement = Pick<StatementRun, 'text' | 'values' | 'guard'>;

/** The one connection of a call. */
export interface CallConnection {
  readonly client: PoolClient;
  readonly database: string;
  run(statement: CallStatement): Promise<RawResult>;
}

/** Gives `work` the transaction's connection, or one of the pool for an autocommitted call. */
export async function withConnection<T>(
  service: Service,
  request: WireRequest,
  work: (connection: CallConnection) => Promise<T>,
): Promise<T> {
  const { transactionId } = request;
  if (transactionId === undefined || transactionId === null) return autocommitted(service, request, work);
  return service.transactions.use(transactionId, (transaction) =>
    withinTransaction(service, request, transaction, work),
  );
}

async function autocommitted<T>(
  service: Service,
  request: WireRequest,
  work: (connection: CallConnection) => Promise<T>,
): Promise<T> {
  const database = databaseOf(service, request);
  const continueAfterTimeout = request.continueAfterTimeout === true;
  const client = await service.connections.acquire(database);
  let ended: Promise<unknown> = Promise.resolve();
  let spoiled = false;
  const run = async (statement: CallStatement) => {
    const call = runStatement(service, {
      ...statement,
      client,
      database,
      reusable: true,
      continueAfterTimeout,
    });
    ended = call.ended;
    try {
      const outcome = await call.outcome;
      spoiled ||= outcome.spoiled;
      return outcome.result;
    } catch (error) {
      spoiled ||= endsConnection(error);
      throw error;
    }
  };
  try {
    return await work({ client, database, run });
  } finally {
    // After a timeout the statement may still run: its connection serves nobody else until it has ended.
    void ended.then(() => client.release(spoiled || client.getTransactionStatus() !== 'I'));
  }
}

async function withinTransaction<T>(
  service: Service,
  request: WireRequest,
  transaction: Transaction,
  work: (connection: CallConnection) => Promise<T>,
): Promise<T> {
  const { id, client, database } = transaction;
  if (typeof request.database === 'string' && request.database !== database) {
    throw new DataApiError('ValidationException', 'Database name is not the same as transaction');
  }
  const continueAfterTimeout = request.continueAfterTimeout === true;
  const run = async (statement: CallStatement) => {
    try {
      const call = runStatement(service, {
        ...statement,
        client,
        database,
        reusable: false,
        continueAfterTimeout,
      });
      const { result, spoiled } = await call.outcome;
      transaction.spoiled ||= spoiled;
      // COMMIT or ROLLBACK, as an operation or as SQL text: the connection is in no transaction any more.
      if (client.getTransactionStatus() === 'I') service.transactions.remove(id, transaction.spoiled);
      return result;
    } catch (error) {
      if (endsConnection(error)) service.transactions.remove(id, true);
      throw error;
    }
  };
  return work({ client, database, run });
}

function endsConnection(error: unknown): boolean {
  if (!(error instanceof DataApiError)) return true;
  return error.name === 'DatabaseUnavailableException' || error.message.startsWith('FATAL');
}
