import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';

/** Aurora counts the log records that it writes in units of so many bytes ("Amazon Aurora FAQs"). */
const UNIT_BYTES = 4_096;

/** And the Data API's calls in units of so many. */
const CALL_BYTES = 32_768;

export interface Written {
  /** Of the server's log. */
  bytes: number;
  /** Of the same, if each transaction's records are sent by themselves. */
  units: number;
  /** What went to the database and came back, in units that the Data API is paid for; none of a transaction's. */
  calls: number;
}

/** Asks the server, on a connection of its own, how far its log has come. Nobody else may write meanwhile. */
export class LogMeter {
  readonly #watcher: Client;
  #written: Written = { bytes: 0, units: 0, calls: 0 };

  constructor(connectionString: string) {
    this.#watcher = new Client({ connectionString });
  }

  open = () => this.#watcher.connect();
  close = () => this.#watcher.end();

  /** The same database; what each of its transactions writes is counted. */
  over(database: Database): Database {
    return {
      execute: async (...call) => {
        const answer = await this.#counted(() => database.execute<never>(...call));
        this.#written.calls += Math.ceil(JSON.stringify([call, answer.rows]).length / CALL_BYTES);
        return answer;
      },
      transaction: (work) => this.#counted(() => database.transaction(work)),
    };
  }

  /** What `work` writes through a database that is counted, and no transaction of it by itself where `whole`. */
  async writtenBy(work: () => Promise<unknown>, whole = false): Promise<Written> {
    this.#written = { bytes: 0, units: 0, calls: 0 };
    await (whole ? this.#counted(work) : work());
    return this.#written;
  }

  async #counted<T>(transaction: () => Promise<T>): Promise<T> {
    const before = await this.#position();
    const answer = await transaction();
    const bytes = (await this.#position()) - before;
    this.#written.bytes += bytes;
    this.#written.units += Math.ceil(bytes / UNIT_BYTES);
    return answer;
  }

  async #position(): Promise<number> {
    const { rows } = await this.#watcher.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS at");
    return rows[0].at;
  }
}
