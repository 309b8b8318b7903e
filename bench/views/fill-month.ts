import { Client } from 'pg';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { readRequestEvents } from '../ingest/request-events.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';

export const HISTORY_DAYS = 30;

/** Columns that are a time in a request's life; all of them move together. */
const TIMES = new Set([
  ...['received_at', 'created_at', 'updated_at', 'last_event_at', 'main_at', 'completed_at', 'decided_at'],
  ...['clock_stopped_at', 'due_at', 'resolved_at', 'notified_at'],
  ...['occurred_at', 'started_at', 'next_retry_at', 'retry_exhausted_at', 'watch_at'],
]);

/**
 * Fills a migrated database with the demo's journeys, copied under fresh ids evenly over the last 30 days, stored in
 * the order they would have been recorded in. How long their events took varies, as it does in life: the same few
 * durations again and again would make histograms of a few buckets. Answers how many events there are.
 */
export async function fillMonth(server: BenchServer, name: string, events: number): Promise<number> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const journeys = readRequestEvents();
  for (const journey of journeys) await recordEvents(database, journey, new Date());
  await close();

  const client = new Client({ connectionString: server.urlOf(name) });
  await client.connect();
  const copies = Math.ceil(events / journeys.flat().length);
  await client.query(
    `SELECT ensure_event_partition(current_date - ago) FROM generate_series(0, ${HISTORY_DAYS + 2}, 5) AS ago`,
  );
  // As each event happened, so it is recorded: a request's copies keep its pace.
  await client.query(`UPDATE event_tracker SET created_at = occurred_at`);
  for (const table of ['request_tracker', 'decision_episode', 'event_tracker'])
    await client.query(`CREATE TABLE template_${table} AS SELECT * FROM ${table}`);
  await client.query('TRUNCATE request_tracker, decision_episode, event_tracker');
  // Whole strides apart: each copy of each journey begins at a time of its own.
  await client.query(
    `CREATE TABLE moved AS
     SELECT pagw_id, copy, ((copy - 1) * ${journeys.length} + place) * interval '${HISTORY_DAYS} days' / ${copies * journeys.length} AS ago
     FROM (SELECT pagw_id, row_number() OVER (ORDER BY pagw_id) AS place FROM template_request_tracker) AS request,
       generate_series(1, ${copies}) AS copy`,
  );
  await client.query('SELECT setseed(0.5)');
  await copyRows(client, 'request_tracker', '');
  await copyRows(client, 'decision_episode', '');
  await copyRows(client, 'event_tracker', 'ORDER BY created_at');
  await client.query(
    'DROP TABLE template_request_tracker, template_decision_episode, template_event_tracker, moved',
  );
  const { rows } = await client.query('SELECT count(*)::int AS events FROM event_tracker');
  await client.end();
  return rows[0].events;
}

async function copyRows(client: Client, table: string, order: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'`,
    [table],
  );
  const names: string[] = rows.map(({ name }) => name);
  const values = names.map((name) => {
    if (name === 'pagw_id') return `template.pagw_id || '-' || copy AS pagw_id`;
    if (name === 'received_on')
      return `((SELECT request.received_at FROM template_request_tracker AS request WHERE request.pagw_id = template.pagw_id) - ago)::date AS received_on`;
    if (name === 'duration_ms')
      return `(template.duration_ms * exp(random_normal(0, 0.5)))::int AS duration_ms`;
    return TIMES.has(name) ? `template.${name} - ago AS ${name}` : `template.${name}`;
  });
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${values.join(', ')} FROM template_${table} AS template JOIN moved ON moved.pagw_id = template.pagw_id ${order}`,
  );
}
