import { Client } from 'pg';
import type { BenchServer } from '../server/bench-server.ts';

export const EVENTS_PER_REQUEST = 5;
/** One request in so many is open, and stuck: it hangs in VALIDATION. */
const OPEN_ONE_IN = 200;
const HISTORY_DAYS = 60;
const CHUNK_REQUESTS = 100_000;

/** Adds requests with their events, the first `from` being there already; straight in SQL, as the flows left them. */
export async function fillHistory(
  server: BenchServer,
  database: string,
  from: number,
  to: number,
): Promise<void> {
  await server.run(
    database,
    `SELECT ensure_event_partition((now() - day * interval '1 day')::date) FROM generate_series(0, ${HISTORY_DAYS}) AS day`,
  );
  const indexes = await dropIndexes(server.urlOf(database));
  for (let first = from; first < to; first += CHUNK_REQUESTS) {
    const last = Math.min(first + CHUNK_REQUESTS, to) - 1;
    // Every row refers to a request made here: looking each up again would take most of the time.
    await server.run(
      database,
      'SET session_replication_role = replica',
      requests(first, last),
      events(first, last),
    );
  }
  await server.run(database, ...indexes);
  await server.vacuum(database);
}

/** Drops the secondary indexes of the history, which are sooner rebuilt than kept up; answers how to make them. */
async function dropIndexes(connectionString: string): Promise<string[]> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename = 'event_tracker' AND indexname <> 'event_tracker_pkey'`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await client.end();
  return rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '));
}

/** Number, id, whether open, and when it began: the open ones an hour ago, the others any time before. */
const story = (first: number, last: number) => `
  SELECT
    n,
    'PAGW-BENCH-' || lpad(n::text, 9, '0') AS pagw_id,
    n % ${OPEN_ONE_IN} = 0 AS open,
    date_trunc('milliseconds', CASE
      WHEN n % ${OPEN_ONE_IN} = 0 THEN now() - interval '1 hour' - n * interval '1 millisecond'
      ELSE now() - interval '1 day' - ((n::bigint * 7919) % ${(HISTORY_DAYS - 1) * 86_400}) * interval '1 second'
    END) AS began_at
  FROM generate_series(${first}, ${last}) AS n`;

const requests = (first: number, last: number) => `
  INSERT INTO request_tracker (
    pagw_id, tenant, status, last_stage, next_stage, received_at, received_on, completed_at, clock_stopped_at, created_at,
    updated_at, last_sequence_no, last_event_at, main_stage, main_event_type, main_status, main_attempt, main_at, watch_at
  )
  SELECT
    pagw_id, 'anthem', CASE WHEN open THEN 'VALIDATED' ELSE 'APPROVED' END::pagw_request_status,
    CASE WHEN open THEN 'VALIDATION' ELSE 'RESPONSE_BUILDER' END, NULL, began_at,
    (began_at AT TIME ZONE 'UTC')::date, CASE WHEN NOT open THEN ended_at END, CASE WHEN NOT open THEN ended_at END,
    began_at, ended_at, ${EVENTS_PER_REQUEST}, ended_at, CASE WHEN open THEN 'VALIDATION' ELSE 'RESPONSE_BUILDER' END,
    CASE WHEN open THEN 'VAL_START' ELSE 'RESPONSE_OK' END,
    CASE WHEN open THEN 'STARTED' ELSE 'COMPLETED' END::pagw_event_status, 1, ended_at,
    CASE WHEN open THEN began_at END
  FROM (SELECT story.*, began_at + interval '4 seconds' AS ended_at FROM (${story(first, last)}) AS story) AS told`;

const events = (first: number, last: number) => `
  INSERT INTO event_tracker (
    tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, occurred_at, created_at
  )
  SELECT
    'anthem', pagw_id, (began_at AT TIME ZONE 'UTC')::date, pagw_id || '-' || place, stage, event_type,
    status::pagw_event_status, place, began_at + (place - 1) * interval '1 second',
    began_at + (place - 1) * interval '1 second'
  FROM (${story(first, last)}) AS story
  CROSS JOIN LATERAL (
    VALUES
      (1, 'ORCHESTRATION', 'REQUEST_RECEIVED', 'COMPLETED'),
      (2, 'PARSING', 'PARSE_START', 'STARTED'),
      (3, 'PARSING', 'PARSE_OK', 'COMPLETED'),
      (4, 'OUTBOX_PUBLISHER', 'PUBLISH_OK', 'COMPLETED'),
      (5, CASE WHEN open THEN 'VALIDATION' ELSE 'RESPONSE_BUILDER' END, CASE WHEN open THEN 'VAL_START' ELSE 'RESPONSE_OK' END,
       CASE WHEN open THEN 'STARTED' ELSE 'COMPLETED' END)
  ) AS event (place, stage, event_type, status)`;
