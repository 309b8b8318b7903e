import { DirectDatabase } from '../../server/direct-database.ts';
import { openPool } from '../../server/open-pool.ts';
import type { OpenContestant } from '../contestant.ts';
import { CopyQuery } from '../copy-query.ts';
import { countGapless } from '../count-gapless.ts';
import { EVENT_COLUMNS } from '../event-columns.ts';
import { insertRequests } from '../insert-requests.ts';

const COPY = `COPY event_tracker (received_on, ${EVENT_COLUMNS.map(([name]) => name).join(', ')}) FROM STDIN`;

/** The fastest way into these tables and indexes; numbers and requests are there beforehand. */
export const open: OpenContestant = async ({ connectionString, connections }) => {
  const pool = openPool(connectionString, connections);
  const database = new DirectDatabase(pool);
  const today = new Date().toISOString().slice(0, 10);
  return {
    prepare: (events) => insertRequests(database, events),
    record: async (batch) => {
      const lines = batch.map((item) =>
        [today, ...EVENT_COLUMNS.map(([, , read]) => field(read(item)))].join('\t'),
      );
      const client = await pool.connect();
      const copy = new CopyQuery(COPY, `${lines.join('\n')}\n`);
      client.query(copy);
      await copy.done.finally(() => client.release());
    },
    count: () => countGapless(database),
    close: () => pool.end(),
  };
};

function field(value: string | number | boolean | null): string {
  if (value === null) return '\\N';
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, '\\$&') : String(value);
}
