import type { PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';
import { databaseOf, type WireRequest } from './request.ts';
import { runStatement, type StatementRun } from './run-statement.ts';
import type { Service } from './service.ts';
import type { Transaction } from './transactions.ts';
import type { RawResult } from './typed-query.ts';

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
