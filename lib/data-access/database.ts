import {
  BeginTransactionCommand,
  type ColumnMetadata,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandOutput,
  type Field,
  type RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { CLOCK_SKEW_SECONDS } from '../domain/stated-time.ts';
import { toDatabaseError } from './database-error.ts';

/**
 * A value bound to a `:name` in SQL. The Data API types parameters on the server (text, int8, float8, bool, bytea),
 * so SQL casts whatever is none of these: `:now::timestamptz`, `:events::jsonb`. Arrays and objects travel as JSON
 * text (`JSON.stringify`) and are cast to `json`/`jsonb`; there are no array parameters.
 */
export type SqlValue = string | number | boolean | null | Date | Uint8Array;

/** Values by parameter name. Every `:name` in the SQL must be given, and nothing else. */
export type SqlValues = Readonly<Record<string, SqlValue>>;

/** What a statement answered: rows with camelCase keys, and the number of rows it wrote. */
export interface SqlResult<Row> {
  rows: Row[];
  updatedCount: number;
}

export interface ExecuteOptions {
  /** Lets the statement run on when the Data API gives up waiting (kind `timeout`); otherwise it is cancelled. */
  continueAfterTimeout?: boolean;
}

/** The one seam to PostgreSQL. A transaction is a `Database` too, so SQL modules take either. */
export interface Database {
  /**
   * Runs one statement. Columns come back as camelCase keys: int8 as number, timestamptz as `Date`, json(b) parsed,
   * enum, uuid and numeric as string, NULL as null.
   * @throws DatabaseError with the SQLSTATE when PostgreSQL refused it, or with `kind` when the service did.
   */
  execute<Row = Record<string, unknown>>(
    sql: string,
    values?: SqlValues,
    options?: ExecuteOptions,
  ): Promise<SqlResult<Row>>;
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T>;
}

/** Where the cluster is. The secret's user decides what the statements may do. */
export interface DatabaseTarget {
  resourceArn: string;
  secretArn: string;
  database: string;
}

/** How long a scale-to-zero Aurora may take to wake before the error is passed on (it takes about 15 s). */
const RESUME_PATIENCE_MS = 40_000;
const RESUME_POLL_MS = 1_500;

/** Opens the RDS Data API of one database. */
export function openDatabase(client: RDSDataClient, target: DatabaseTarget): Database {
  return new DataApiDatabase(client, target);
}

class DataApiDatabase implements Database {
  readonly #client: RDSDataClient;
  readonly #target: DatabaseTarget;
  readonly #transactionId: string | undefined;

  constructor(client: RDSDataClient, target: DatabaseTarget, transactionId?: string) {
    this.#client = client;
    this.#target = target;
    this.#transactionId = transactionId;
  }

  async execute<Row>(
    sql: string,
    values: SqlValues = {},
    { continueAfterTimeout }: ExecuteOptions = {},
  ): Promise<SqlResult<Row>> {
    const command = new ExecuteStatementCommand({
      ...this.#target,
      sql,
      parameters: Object.entries(values).map(([name, value]) => toParameter(name, value)),
      includeResultMetadata: true,
      ...(continueAfterTimeout === undefined ? {} : { continueAfterTimeout }),
      ...(this.#transactionId === undefined ? {} : { transactionId: this.#transactionId }),
    });
    const output = await whileResuming(() => this.#client.send(command));
    return { rows: toRows<Row>(output), updatedCount: output.numberOfRecordsUpdated ?? 0 };
  }

  async transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    if (this.#transactionId !== undefined) return work(this);
    const { resourceArn, secretArn } = this.#target;
    const { transactionId } = await whileResuming(() =>
      this.#client.send(new BeginTransactionCommand(this.#target)),
    );
    if (transactionId === undefined) throw new Error('The Data API began a transaction without naming it.');
    const scope = { resourceArn, secretArn, transactionId };
    let result: T;
    try {
      result = await work(new DataApiDatabase(this.#client, this.#target, transactionId));
    } catch (error) {
      // The first error is the one that matters; the server also rolls back what is left idle for three minutes.
      await this.#client.send(new RollbackTransactionCommand(scope)).catch(() => undefined);
      throw error;
    }
    await this.#client.send(new CommitTransactionCommand(scope)).catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    return result;
  }
}

/** The SDK does not retry DatabaseResumingException; waiting for the cluster to wake is ours. */
async function whileResuming<T>(call: () => Promise<T>): Promise<T> {
  const patienceEnds = Date.now() + RESUME_PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (cause) {
      const error = toDatabaseError(cause);
      if (error.kind !== 'resuming' || Date.now() > patienceEnds) throw error;
      await new Promise((resolve) => setTimeout(resolve, RESUME_POLL_MS));
    }
  }
}

function toParameter(name: string, value: SqlValue): SqlParameter {
  return { name, value: toField(value) };
}

function toField(value: SqlValue): Field {
  if (value === null) return { isNull: true };
  if (value instanceof Date) return { stringValue: value.toISOString() };
  if (value instanceof Uint8Array) return { blobValue: value };
  switch (typeof value) {
    case 'boolean':
      return { booleanValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { longValue: value } : { doubleValue: value };
    default:
      return { stringValue: value };
  }
}

function toRows<Row>(output: ExecuteStatementCommandOutput): Row[] {
  const columns = (output.columnMetadata ?? []).map((column) => ({
    key: camelCase(column.label ?? column.name ?? ''),
    read: readerFor(column),
  }));
  return (output.records ?? []).map((record) => {
    const row: Record<string, unknown> = {};
    columns.forEach(({ key, read }, position) => {
      const field = record[position];
      row[key] = field === undefined || field.isNull ? null : read(field);
    });
    return row as Row;
  });
}

function readerFor(column: ColumnMetadata): (field: Field) => unknown {
  switch (column.typeName) {
    case 'timestamptz':
      // The Data API gives timestamptz in UTC without an offset.
      return (field) => new Date(`${String(field.stringValue).replace(' ', 'T')}Z`);
    case 'json':
    case 'jsonb':
      return (field) => JSON.parse(String(field.stringValue));
    default:
      return readPlain;
  }
}

function readPlain(field: Field): unknown {
  if (field.arrayValue !== undefined) {
    const { stringValues, longValues, doubleValues, booleanValues } = field.arrayValue;
    return stringValues ?? longValues ?? doubleValues ?? booleanValues ?? [];
  }
  return field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? field.blobValue;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The latest time that a run with a right clock can have stored before `:now`. What lies later was written by a clock far
 * ahead, and is taken back. Later than the database's time, too: a run whose own clock is behind takes nothing back.
 */
export const LATEST_RIGHT_TIME = `greatest(:now::timestamptz + interval '${CLOCK_SKEW_SECONDS} seconds', statement_timestamp())`;
