import type { PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';
import { toDataApiError } from './postgres-error.ts';
import { catalogOf, type Service } from './service.ts';
import { type RawResult, type RowGuard, TypedQuery, type TypedValue } from './typed-query.ts';

export interface StatementRun {
  client: PoolClient;
  database: string;
  text: string;
  values: readonly TypedValue[];
  guard?: RowGuard;
  /** Kept as a prepared statement; not inside transactions, where a plan gone stale would cost the transaction. */
  reusable: boolean;
  continueAfterTimeout: boolean;
}

export interface RunOutcome {
  result: RawResult;
  /** The connection must not serve another call: it broke, or holds session state. */
  spoiled: boolean;
}

const STATEFUL_TAG = /^(SET|RESET|LISTEN|PREPARE|DEALLOCATE|DECLARE CURSOR|LOAD|DISCARD)/;
const DATA_TAG = /^(SELECT|INSERT|UPDATE|DELETE|MERGE|BEGIN|COMMIT|ROLLBACK|SET|SAVEPOINT|RELEASE|SHOW|COPY)/;

/** Runs one statement within the service's time. @throws DataApiError; `ended` settles when the connection is free. */
export function runStatement(
  service: Service,
  run: StatementRun,
): { outcome: Promise<RunOutcome>; ended: Promise<unknown> } {
  const name = run.reusable ? service.statementNames.nameOf(run.text, run.values) : '';
  const query = new TypedQuery(run.text, name, run.values, run.guard);
  run.client.query(query);
  const settled = query.result.catch(async (error: unknown) => {
    if (name === '' || !isStalePlan(error)) throw error;
    service.statementNames.renew(run.text, run.values);
    const again = new TypedQuery(run.text, '', run.values, run.guard);
    run.client.query(again);
    return again.result;
  });
  const ended = settled.then(
    () => undefined,
    () => undefined,
  );
  const outcome = withinTime(service, run, settled).then(
    (result) => {
      if (!DATA_TAG.test(result.commandTag)) catalogOf(service, run.database).forget();
      return { result, spoiled: STATEFUL_TAG.test(result.commandTag) };
    },
    (error: unknown) => {
      throw toDataApiError(error);
    },
  );
  return { outcome, ended };
}

/** The columns behind a prepared statement changed; SQLSTATE 0A000 alone means any unsupported feature. */
function isStalePlan(error: unknown): boolean {
  return (error as { routine?: string }).routine === 'RevalidateCachedQuery';
}

async function withinTime(
  service: Service,
  run: StatementRun,
  settled: Promise<RawResult>,
): Promise<RawResult> {
  const processId = (run.client as unknown as { processID: number }).processID;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      if (!run.continueAfterTimeout) void cancel(service, run.database, processId);
      fail(new DataApiError('StatementTimeoutException', 'Request timed out', { dbConnectionId: processId }));
    }, service.callTimeoutMs);
  });
  try {
    return await Promise.race([settled, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function cancel(service: Service, database: string, processId: number): Promise<void> {
  const client = await service.connections.acquire(database);
  await client.query('SELECT pg_cancel_backend($1)', [processId]).finally(() => client.release());
}
