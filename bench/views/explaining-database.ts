import type { Client } from 'pg';
import type { Database, SqlResult, SqlValues } from '../../lib/data-access/database.ts';
import { bindNames } from '../../lib/data-access/sql-text.ts';

/** What PostgreSQL says statements took. */
export interface Cost {
  statements: number;
  /** Planning and execution. */
  ms: number;
  /** Pages of 8 KiB that were touched, each time. */
  pages: number;
}

/** Explains each statement before another database answers it, and adds up what they cost. */
export class ExplainingDatabase implements Database {
  readonly #client: Client;
  readonly #answers: Database;
  #latest: Promise<void> = Promise.resolve();
  readonly cost: Cost = { statements: 0, ms: 0, pages: 0 };

  constructor(client: Client, answers: Database) {
    this.#client = client;
    this.#answers = answers;
  }

  async execute<Row>(sql: string, values: SqlValues = {}): Promise<SqlResult<Row>> {
    // A page asks several questions at once; one connection explains them one after the other.
    const explanation = this.#latest.then(() => this.#explain(sql, values));
    this.#latest = explanation;
    await explanation;
    return this.#answers.execute<Row>(sql, values);
  }

  async #explain(sql: string, values: SqlValues): Promise<void> {
    const { text, names } = bindNames(sql);
    const { rows } = await this.#client.query(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
      names.map((name) => values[name]),
    );
    const [explained] = rows[0]['QUERY PLAN'];
    this.cost.statements += 1;
    this.cost.ms += explained['Planning Time'] + explained['Execution Time'];
    this.cost.pages += explained.Plan['Shared Hit Blocks'] + explained.Plan['Shared Read Blocks'];
  }

  transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    return work(this);
  }
}
