import { Client } from 'pg';
import type { BenchServer } from './bench-server.ts';

/** History is spread evenly over as many days as the tracker keeps. */
const DAYS = 90;

/** What makes a copy of a row another one; every other column is copied as it is. */
const CHANGED: Readonly<Record<string, string>> = {
  pagw_id: "pagw_id || '-' || copy",
  event_id: "event_id || '-' || copy",
  received_on: `received_on - copy % ${DAYS}`,
  created_at: `created_at - copy % ${DAYS} * interval '1 day'`,
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
  await client.query(
    `SELECT ensure_event_partition(current_date - ago) FROM generate_series(0, ${DAYS}, 15) AS ago`,
  );
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
