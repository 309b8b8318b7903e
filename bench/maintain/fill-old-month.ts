import { Client } from 'pg';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { readRequestEvents } from '../ingest/request-events.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';

/** Each copy at times of its own, with ids of its own: else Parquet would have little left to store. */
const SHIFT = "copy * interval '7.123457 seconds'";

/** What makes a copy of a row another one; every other column is copied as it is. */
const CHANGED: Readonly<Record<string, string>> = {
  id: "nextval('event_tracker_id_seq')",
  // As a pipeline makes them: PAGW-20251226-00005-A7CEB2B3.
  pagw_id: 'left(pagw_id, -8) || upper(left(md5(pagw_id || copy), 8))',
  event_id: 'gen_random_uuid()',
  worker_id: "worker_id || '-' || copy % 7",
  duration_ms: 'duration_ms + abs(hashint8(copy * 7919 + sequence_no)) % 500',
  ...Object.fromEntries(
    ['received_at', 'last_event_at', 'main_at', 'occurred_at', 'started_at'].map((time) => [
      time,
      `${time} + ${SHIFT}`,
    ]),
  ),
  created_at: `created_at + ${SHIFT} + sequence_no * interval '213 milliseconds'`,
};

/**
 * Records the demo's journeys at `at`, closes them all, and copies them under fresh ids until there are `events` of
 * them: one old month of closed requests. Answers how many events it holds.
 */
export async function fillOldMonth(
  server: BenchServer,
  name: string,
  events: number,
  at: Date,
): Promise<number> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const journeys = readRequestEvents();
  for (const journey of journeys) await recordEvents(database, journey, at);
  await close();
  const client = new Client({ connectionString: server.urlOf(name) });
  await client.connect();
  await client.query(
    'UPDATE request_tracker SET completed_at = coalesce(completed_at, updated_at), watch_at = NULL',
  );
  const copies = Math.ceil(events / journeys.flat().length) - 1;
  for (const table of ['request_tracker', 'event_tracker']) await copyRows(client, table, copies);
  await client.query('VACUUM (ANALYZE)');
  const { rows } = await client.query('SELECT count(*)::int AS events FROM event_tracker');
  await client.end();
  return rows[0].events;
}

async function copyRows(client: Client, table: string, copies: number): Promise<void> {
  const { rows } = await client.query(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
    [table],
  );
  const names: string[] = rows.map(({ name }) => name);
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${names.map((column) => copiedAs(table, column)).join(', ')}
     FROM ${table}, generate_series(1, ${copies}) AS copy`,
  );
}

function copiedAs(table: string, column: string): string {
  if (table === 'request_tracker' && column === 'created_at') return `created_at + ${SHIFT}`;
  return CHANGED[column] ?? column;
}
