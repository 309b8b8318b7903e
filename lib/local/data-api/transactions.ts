import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { DataApiError } from './data-api-error.ts';

export interface Transaction {
  readonly id: string;
  readonly client: PoolClient;
  readonly database: string;
  busy: boolean;
  /** Its connection holds session state and is closed in the end. */
  spoiled: boolean;
}

interface Entry extends Transaction {
  idleTimer: NodeJS.Timeout;
  readonly lifeTimer: NodeJS.Timeout;
}

const LIFE_MS = 24 * 60 * 60 * 1000;

/** Open transactions by id. Each owns its connection; one left alone for too long is rolled back. */
export class Transactions {
  readonly #idleMs: number;
  readonly #open = new Map<string, Entry>();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  add(client: PoolClient, database: string): Transaction {
    const id = randomBytes(96).toString('base64');
    const lifeTimer = setTimeout(() => this.#expire(id), LIFE_MS).unref();
    const entry: Entry = {
      id,
      client,
      database,
      busy: false,
      spoiled: false,
      lifeTimer,
      idleTimer: this.#idleTimer(id),
    };
    this.#open.set(id, entry);
    return entry;
  }

  /** Runs one call of a transaction. @throws DataApiError when the id is unknown or another call is still running. */
  async use<T>(id: unknown, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const entry = this.#open.get(String(id));
    if (entry === undefined) {
      throw new DataApiError('TransactionNotFoundException', `Transaction ${String(id)} is not found`);
    }
    if (entry.busy) throw new DataApiError('DatabaseErrorException', 'Transaction is still running a query');
    entry.busy = true;
    clearTimeout(entry.idleTimer);
    try {
      return await work(entry);
    } finally {
      entry.busy = false;
      if (this.#open.has(entry.id)) entry.idleTimer = this.#idleTimer(entry.id);
    }
  }

  /** Forgets a transaction and gives its connection back; `broken` closes the connection instead, which rolls back. */
  remove(id: string, broken: boolean): void {
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    this.#open.delete(id);
    clearTimeout(entry.idleTimer);
    clearTimeout(entry.lifeTimer);
    entry.client.release(broken);
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.remove(id, true);
  }

  #idleTimer(id: string): NodeJS.Timeout {
    return setTimeout(() => this.#expire(id), this.#idleMs).unref();
  }

  #expire(id: string): void {
    this.remove(id, true);
  }
}
