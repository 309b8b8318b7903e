import type { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { median } from '../report/statistics.ts';

/** Of one event or row: time, which a busy machine stretches, and pages, which it does not. */
export interface Cost {
  ms: number;
  /** Pages of 8 KiB that the server looked at, in memory or not. */
  pages: number;
}

/** Asks the server, on a connection of its own, how many pages a database's sessions have looked at. */
export class CostMeter {
  readonly #database: Database;
  readonly #watcher: Client;

  constructor(database: Database, watcher: Client) {
    this.#database = database;
    this.#watcher = watcher;
  }

  /** The median cost of `work`, done once to warm up and `repeats` times more, shared by the `share` rows that each handles. */
  async costOf(share: number, repeats: number, work: () => Promise<unknown>): Promise<Cost> {
    const costs: Cost[] = [];
    for (let repeat = 0; repeat <= repeats; repeat++) {
      const before = await this.#pagesTouched();
      const startedAt = performance.now();
      await work();
      const ms = performance.now() - startedAt;
      const pages = (await this.#pagesTouched()) - before;
      if (repeat > 0) costs.push({ ms: ms / share, pages: pages / share });
    }
    return { ms: median(costs.map(({ ms }) => ms)), pages: median(costs.map(({ pages }) => pages)) };
  }

  /** The pages that `work` touches in all, with the microseconds of CPU that it answers. */
  async pagesOf(work: () => Promise<number>): Promise<{ us: number; pages: number }> {
    const before = await this.#pagesTouched();
    const us = await work();
    return { us, pages: (await this.#pagesTouched()) - before };
  }

  async #pagesTouched(): Promise<number> {
    // The session that worked tells what it did once it is idle; the other one reads it.
    await this.#database.execute('SELECT pg_stat_force_next_flush()');
    const { rows } = await this.#watcher.query(
      'SELECT (blks_hit + blks_read)::float8 AS pages FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0].pages;
  }
}
