import type { PoolClient } from 'pg';
import { type BoundNames, bindNames, splitStatements } from '../../data-access/sql-text.ts';
import { DataApiError, toDataApiError } from './data-api-error.ts';
import { catalogOf, type Service } from './request.ts';
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

/** Applications send the same few texts again and again: lexing each once keeps the hot path to a map look-up. */
const REMEMBERED_TEXTS = 500;
const remembered = new Map<string, BoundNames>();

/** @throws DataApiError when the text holds no statement or more than one. */
export function readStatement(sql: unknown): BoundNames {
  if (typeof sql !== 'string') throw new DataApiError('ValidationException', 'sql must be a text.');
  const known = remembered.get(sql);
  if (known !== undefined) return known;
  if (sql.includes('\0')) throw new DataApiError('ValidationException', 'sql must not contain NUL.');
  const statements = splitStatements(sql);
  if (statements.length > 1)
    throw new DataApiError('ValidationException', "Multistatements aren't supported.");
  const [only] = statements;
  if (only === undefined) throw new DataApiError('ValidationException', 'sql holds no statement.');
  const statement = bindNames(only);
  if (remembered.size >= REMEMBERED_TEXTS) remembered.clear();
  remembered.set(sql, statement);
  return statement;
}

const MAX_NAMES = 200;
const MAX_SEEN = 2_000;

/**
 * Names for prepared statements, so that PostgreSQL parses and plans what is called often once per connection.
 * A text gets its name the second time it is seen; the number of names is bounded because servers keep each.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #issued = 0;

  /** The statement's name, or '' when it is not to be kept. */
  nameOf(text: string, values: readonly TypedValue[]): string {
    const key = keyOf(text, values);
    const name = this.#names.get(key);
    if (name !== undefined) return name;
    if (!this.#seen.has(key)) {
      if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
      this.#seen.add(key);
      return '';
    }
    if (this.#issued >= MAX_NAMES) return '';
    this.#issued += 1;
    const issued = `data_api_${this.#issued}`;
    this.#names.set(key, issued);
    return issued;
  }

  /** Gives the statement another name, because what was prepared under the old one is of no more use. */
  renew(text: string, values: readonly TypedValue[]): void {
    this.#names.delete(keyOf(text, values));
  }
}

/** Another type of parameter makes another statement. */
function keyOf(text: string, values: readonly TypedValue[]): string {
  return `${values.map(({ typeId }) => typeId).join()} ${text}`;
}
