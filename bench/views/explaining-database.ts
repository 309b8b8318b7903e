import type { Client } from 'pg';
import type { Database, SqlResult, SqlValues } from '../../lib/data-access/database.ts';
import { bindNames } from '../../lib/data-access/sql-text.ts';

/** What PostgreSQL says a statement took. */
export interface Cost {
  /** Planning and execution. */
  ms: number;
  /** Pages of 8 KiB that were touched, each time. */
  pages: number;
}

/** Explains statements instead of answering them: every `execute` adds to `cost` and has no rows. */
export class ExplainingDatabase implements Database {
  readonly #client: Client;
  cost: Cost = { ms: 0, pages: 0 };

  constructor(client: Client) {
    this.#client = client;
  }

  async execute<Row>(sql: string, values: SqlValues = {}): Promise<SqlResult<Row>> {
    const { text, names } = bindNames(sql);
    const { rows } = await this.#client.query(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
      names.map((name) => values[name]),
    );
    const [explained] = rows[0]['QUERY PLAN'];
    this.cost.ms += explained['Planning Time'] + explained['Execution Time'];
    this.cost.pages += explained.Plan['Shared Hit Blocks'] + explained.Plan['Shared Read Blocks'];
    return { rows: [], updatedCount: 0 };
  }

  transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    return work(this);
  }
}
