import { type CallConnection, withConnection } from './connections.ts';
import { DataApiError } from './data-api-error.ts';
import { bindParameters } from './parameters.ts';
import { catalogOf, checkTarget, databaseOf, type Service, type WireRequest } from './request.ts';
import { type ResultShape, sizeGuard, writeResult } from './result-json.ts';
import { readStatement } from './run-statement.ts';

/** An operation of the service: a request's body in, the response's JSON text out. */
export type Operation = (service: Service, request: WireRequest) => Promise<string>;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/Execute': executeStatement,
  '/BatchExecute': batchExecuteStatement,
  '/BeginTransaction': beginTransaction,
  '/CommitTransaction': (service, request) => endTransaction(service, request, 'COMMIT'),
  '/RollbackTransaction': (service, request) => endTransaction(service, request, 'ROLLBACK'),
};

async function executeStatement(service: Service, request: WireRequest): Promise<string> {
  checkTarget(request);
  const { text, names } = readStatement(request.sql);
  const values = bindParameters(names, request.parameters);
  const shape: ResultShape = {
    includeResultMetadata: request.includeResultMetadata === true,
    formatRecordsAsJson: oneOf(request, 'formatRecordsAs', ['NONE', 'JSON']) === 'JSON',
    resultSetOptions: resultSetOptionsOf(request),
  };
  return withConnection(service, request, async ({ client, database, run }) => {
    const result = await run({ text, values, guard: sizeGuard(shape) });
    const catalog = catalogOf(service, database);
    await catalog.learn(client, result.fields, shape.includeResultMetadata);
    return writeResult(result, shape, catalog);
  });
}

function resultSetOptionsOf(request: WireRequest): object {
  const { resultSetOptions } = request;
  if (resultSetOptions === undefined || resultSetOptions === null) return {};
  if (typeof resultSetOptions !== 'object')
    throw new DataApiError('ValidationException', 'resultSetOptions must be an object.');
  oneOf(resultSetOptions as WireRequest, 'decimalReturnType', ['STRING', 'DOUBLE_OR_LONG']);
  oneOf(resultSetOptions as WireRequest, 'longReturnType', ['STRING', 'LONG']);
  return resultSetOptions;
}

/** The service's model has a closed set of values for it. */
function oneOf(fields: WireRequest, name: string, values: readonly string[]): unknown {
  const value = fields[name];
  if (value === undefined || value === null || values.includes(value as string)) return value;
  throw new DataApiError('ValidationException', `${name} must be one of ${values.join(', ')}.`);
}

async function batchExecuteStatement(service: Service, request: WireRequest): Promise<string> {
  checkTarget(request);
  const { text, names } = readStatement(request.sql);
  const { parameterSets, transactionId } = request;
  if (parameterSets !== undefined && parameterSets !== null && !Array.isArray(parameterSets)) {
    throw new DataApiError('ValidationException', 'parameterSets must be a list of parameter lists.');
  }
  const sets = ((parameterSets ?? []) as unknown[]).map((set) => bindParameters(names, set));
  return withConnection(service, request, async ({ run }) => {
    const runAll = async () => {
      for (const values of sets) await run({ text, values });
    };
    if (transactionId === undefined || transactionId === null) await atomically(run, runAll);
    else await runAll();
    return JSON.stringify({ updateResults: sets.map(() => ({ generatedFields: [] })) });
  });
}

async function atomically(run: CallConnection['run'], work: () => Promise<void>): Promise<void> {
  await run({ text: 'BEGIN', values: [] });
  try {
    await work();
  } catch (error) {
    // The first error is the one that matters; a connection that cannot roll back is closed.
    await run({ text: 'ROLLBACK', values: [] }).catch(() => undefined);
    throw error;
  }
  await run({ text: 'COMMIT', values: [] });
}

async function beginTransaction(service: Service, request: WireRequest): Promise<string> {
  checkTarget(request);
  const database = databaseOf(service, request);
  const client = await service.connections.acquire(database);
  try {
    await client.query('BEGIN');
  } catch {
    client.release(true);
    throw new DataApiError(
      'DatabaseUnavailableException',
      'Communications link failure: PostgreSQL does not answer.',
    );
  }
  return JSON.stringify({ transactionId: service.transactions.add(client, database).id });
}

async function endTransaction(
  service: Service,
  request: WireRequest,
  how: 'COMMIT' | 'ROLLBACK',
): Promise<string> {
  checkTarget(request);
  const { transactionId } = request;
  if (typeof transactionId !== 'string')
    throw new DataApiError('ValidationException', 'transactionId is missing.');
  const commandTag = await withConnection(service, request, async ({ run }) => {
    try {
      return (await run({ text: how, values: [] })).commandTag;
    } catch (error) {
      // A refused COMMIT (a deferred constraint) ends the transaction too.
      service.transactions.remove(transactionId, true);
      throw error;
    }
  });
  if (commandTag !== how) {
    throw new DataApiError(
      'DatabaseErrorException',
      'ERROR: The database returned ROLLBACK, so the transaction cannot be committed; SQLState: 25P02',
    );
  }
  const transactionStatus = how === 'COMMIT' ? 'Transaction Committed' : 'Rollback Complete';
  return JSON.stringify({ transactionStatus });
}
