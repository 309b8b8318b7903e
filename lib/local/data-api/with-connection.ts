import type { PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';
import { databaseOf, type WireRequest } from './request.ts';
import { type RunOutcome, runStatement, type StatementRun } from './run-statement.ts';
import type { Service } from './service.ts';

/** Runs statements on the one connection of a call. */
export interface CallConnection {
  readonly client: PoolClient;
  readonly database: string;
  run(statement: Pick<StatementRun, 'text' | 'values' | 'guard'>): Promise<RunOutcome['result']>;
}

/** Gives `work` the transaction's connection, or one of the pool for an autocommitted call. */
export async function withConnection<T>(
  service: Service,
  request: WireRequest,
  work: (connection: CallConnection) => Promise<T>,
): Promise<T> {
  const { transactionId } = request;
  const continueAfterTimeout = request.continueAfterTimeout === true;
  if (transactionId !== undefined && transactionId !== null) {
    return service.transactions.use(transactionId, ({ id, client, database }) => {
      if (typeof request.database === 'string' && request.database !== database) {
        throw new DataApiError('ValidationException', 'Database name is not the same as transaction');
      }
      const run = async (statement: Pick<StatementRun, 'text' | 'values' | 'guard'>) => {
        const call = runStatement(service, {
          ...statement,
          client,
          database,
          reusable: false,
          continueAfterTimeout,
        });
        try {
          return (await call.outcome).result;
        } catch (error) {
          if (endsConnection(error)) service.transactions.remove(id, true);
          throw error;
        }
      };
      return work({ client, database, run });
    });
  }
  const database = databaseOf(service, request);
  const client = await service.connections.acquire(database);
  let ended: Promise<unknown> = Promise.resolve();
  let spoiled = false;
  const run = async (statement: Pick<StatementRun, 'text' | 'values' | 'guard'>) => {
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
    void ended.then(() => client.release(spoiled));
  }
}

function endsConnection(error: unknown): boolean {
  if (!(error instanceof DataApiError)) return true;
  return error.name === 'DatabaseUnavailableException' || error.message.startsWith('FATAL');
}
