import { createHash } from 'node:crypto';
import { type Pool, type PoolClient, type QueryResult, types } from 'pg';
import type { Database, SqlResult, SqlValues } from '../../lib/data-access/database.ts';
import { DatabaseError } from '../../lib/data-access/database-error.ts';
import { type BoundNames, bindNames } from '../../lib/data-access/sql-text.ts';

interface Statement extends BoundNames {
  /** Prepared once a connection: what the endpoint does, too. */
  prepared: string;
}

/** Read as the Data API's client has them: int8 as a number, dates as they are written. */
const READERS: Readonly<Record<number, (text: string) => unknown>> = { 20: Number, 1082: (text) => text };
const statements = new Map<string, Statement>();

/** The product's `Database` straight over `pg`, so that a benchmark can run the very same code without the endpoint. */
export class DirectDatabase implements Database {
  readonly #connection: Pool | PoolClient;

  constructor(connection: Pool | PoolClient) {
    this.#connection = connection;
  }

  async execute<Row>(sql: string, values: SqlValues = {}): Promise<SqlResult<Row>> {
    const { text, names, prepared } = statementOf(sql);
    const result = await this.#connection
      .query({ name: prepared, text, values: names.map((name) => values[name]), types: { getTypeParser } })
      .catch((error: Error & { code?: string }) => {
        throw new DatabaseError(error.message, 'refused', error.code, error);
      });
    return { rows: camelCased<Row>(result), updatedCount: result.rowCount ?? 0 };
  }

  async transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    if (!('totalCount' in this.#connection)) return work(this);
    const client = await this.#connection.connect();
    try {
      await client.query('BEGIN');
      const result = await work(new DirectDatabase(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

function statementOf(sql: string): Statement {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  const prepared = createHash('sha1').update(sql).digest('hex').slice(0, 16);
  const statement = { ...bindNames(sql), prepared };
  statements.set(sql, statement);
  return statement;
}

function getTypeParser(typeId: number, format?: 'text' | 'binary') {
  return READERS[typeId] ?? types.getTypeParser(typeId, format as 'text');
}

function camelCased<Row>({ fields, rows }: QueryResult): Row[] {
  const names = fields.map(
    ({ name }) => [name, name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())] as const,
  );
  if (names.every(([from, to]) => from === to)) return rows as Row[];
  return rows.map((row) => Object.fromEntries(names.map(([from, to]) => [to, row[from]])) as Row);
}
