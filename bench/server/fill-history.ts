import { Client } from 'pg';
import type { BenchServer } from './bench-server.ts';

/** What makes a copy of a row another one; every other column is copied as it is. */
const CHANGED: Readonly<Record<string, string>> = {
  pagw_id: "pagw_id || '-' || copy",
  event_id: "event_id || '-' || copy",
  created_at: "created_at - copy * interval '10 seconds'",
};

/**
 * Copies the requests and events of a database under new ids until it holds `events` events: history of the same
 * make, much faster than recording it. Answers how many events there are then.
 */
export async function fillHistory(server: BenchServer, database: string, events: number): Promise<number> {
  const client = new Client({ connectionString: server.urlOf(database) });
  await client.connect();
  const count = async () =>
    (await client.query('SELECT count(*)::int AS events FROM event_tracker')).rows[0].events;
  const copies = Math.ceil(events / (await count())) - 1;
  await copyRows(client, 'request_tracker', [], copies);
  await copyRows(client, 'event_tracker', ['id'], copies);
  await client.query('VACUUM (ANALYZE)');
  const total = await count();
  await client.end();
  return total;
}

async function copyRows(
  client: Client,
  table: string,
  left: readonly string[],
  copies: number,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  const names: string[] = rows.map(({ name }) => name).filter((name) => !left.includes(name));
  const values = names.map((name) => CHANGED[name] ?? name);
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${values.join(', ')} FROM ${table}, generate_series(1, ${copies}) AS copy`,
  );
}
