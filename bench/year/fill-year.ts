import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { kindOf, writeJourney } from '../../lib/local/demo/journeys.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';

/** Distinct journeys, each recorded by the flow itself; the year is made of copies of them. */
const JOURNEYS = 2_000;
const DAY_MS = 86_400_000;
/** What is younger is recorded by the flow. */
const LIVE_HOURS = 6;
/** How long a lost request stays open: by then somebody has closed it. */
const OPEN_DAYS = 3;
/** Requests that an outage under way has hit. */
const FAILING = 1_500;

export interface Year {
  events: number;
  days: number;
  now: Date;
}

/**
 * Fills a migrated database with the traffic of so many days up to `now`: forty tenants of different size, more by day than
 * by night and than at weekends, every tenth day an outage of a payer (failures and retries) and every thirtieth one of
 * the database (events recorded when it was over), one request in fifty reported late. What is older than six hours are
 * copies of recorded journeys, each at a time and under ids of its own, their rows in request_tracker and decision_episode
 * with them. Indexes are built when a month is full.
 */
export async function fillYear(
  server: BenchServer,
  name: string,
  { events, days, now }: Year,
): Promise<number> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const client = new Client({ connectionString: server.urlOf(name) });
  await client.connect();
  const run = (text: string, values: unknown[] = []) => client.query(text, values);
  const log = (text: string) => process.stderr.write(`  ${name}: ${text} …\n`);
  try {
    log(`recording ${JOURNEYS} journeys`);
    await makeTemplates(database, client);
    const { rows: templates } = await run(
      'SELECT avg(last_sequence_no)::float8 AS events FROM template_request',
    );
    const requests = Math.round(events / templates[0].events);
    await run(`SET maintenance_work_mem = '512MB'`);
    await run(`SET work_mem = '256MB'`);
    await run('SELECT setseed(0.5)');
    await run(
      `SELECT ensure_event_partition(($1::timestamptz - ago * interval '1 day')::date) FROM generate_series(0, $2::int, 5) AS ago`,
      [now, Math.ceil(days) + 5],
    );
    log(`planning ${requests} requests`);
    await planRequests(client, requests, days, now);
    // The copies are as right as what they are made from: no keys need to be looked up, no hours marked.
    await run('SET session_replication_role = replica');
    log('writing request_tracker');
    await run(COPY_REQUESTS);
    await run(COPY_EPISODES);
    await run('ANALYZE planned, request_tracker');
    for (const { month, partition } of (await run(MONTHS)).rows)
      await fillMonth(client, month, partition, log);
    await run('RESET session_replication_role');
    await run(
      'DROP TABLE planned, pickable, down, hour_of_year, template_request, template_event, template_episode',
    );
    await run('VACUUM (ANALYZE)');
    log('recording the last hours');
    await recordLastHours(database, (events / days) * (LIVE_HOURS / 24), now);
    log('recording an outage under way');
    await recordOutage(database, now);
    const { rows } = await run('SELECT count(*)::int AS events FROM event_tracker');
    return rows[0].events;
  } finally {
    await client.end();
    await close();
  }
}

/** As the demo's workers report journey `number` at a time, as ingest reads it. */
export function readJourney(number: number, bornAt: Date, tenant?: string): TrackedEvent[] {
  const { segments } = writeJourney(number, kindOf(number), bornAt);
  const steps = segments.flatMap((segment) => segment.steps);
  const body = JSON.stringify(steps.map(({ event }) => ({ ...event, ...(tenant ? { tenant } : {}) })));
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0.5 };
  const { events, rejections } = readMessage(body, { messageId: `journey-${number}`, sentAt: bornAt }, rules);
  if (rejections[0] !== undefined) throw new Error(`Journey ${number} was refused: ${rejections[0].code}.`);
  return events.map(({ position: _, ...event }, place) => ({
    ...event,
    occurredAt: new Date(bornAt.getTime() + (steps[place]?.afterMs ?? 0)).toISOString(),
  }));
}

/** Whole journeys as the flow records them, with the time at which each event would have come. */
async function makeTemplates(database: Database, client: Client): Promise<void> {
  const bornAt = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * DAY_MS);
  const recordedAt = new Date(bornAt.getTime() + DAY_MS);
  for (let first = 0; first < JOURNEYS; first += 20) {
    const journeys = Array.from({ length: 20 }, (_, place) => readJourney(first + place, bornAt));
    await recordEvents(database, journeys.flat(), recordedAt);
  }
  await client.query(
    `CREATE TABLE template_request AS
     SELECT request.*, regexp_split_to_array(regexp_replace(state::text, '([0-9]{13})', '~\\1~', 'g'), '~') AS state_pieces
     FROM request_tracker AS request;
     ALTER TABLE template_request ADD PRIMARY KEY (pagw_id);
     CREATE TABLE template_event AS
     SELECT
       event.*,
       max(occurred_at) OVER (PARTITION BY pagw_id ORDER BY sequence_no) + interval '300 ms' AS came_at
     FROM event_tracker AS event;
     CREATE INDEX ON template_event (pagw_id);
     CREATE TABLE template_episode AS SELECT * FROM decision_episode;
     TRUNCATE request_tracker, event_tracker, decision_episode;
     ANALYZE template_request, template_event, template_episode`,
  );
}

/** One row a request: what it copies, for whom, when, and how much later its events came. */
async function planRequests(client: Client, requests: number, days: number, now: Date): Promise<void> {
  await client.query(
    `CREATE TABLE hour_of_year AS
     SELECT
       hour, weight, sum(weight) OVER () AS weights,
       -- A payer's outage of four hours every tenth day, one of the database of two every thirtieth.
       day % 10 = 3 AND extract(hour FROM hour) BETWEEN 14 AND 17 AS payer_down,
       day % 30 = 11 AND extract(hour FROM hour) BETWEEN 9 AND 10 AS database_down
     FROM (
       SELECT
         hour, extract(epoch FROM hour)::bigint / 86400 AS day,
         (1 + 0.9 * sin((extract(hour FROM hour) - 9) * pi() / 12)) * CASE WHEN extract(isodow FROM hour) > 5 THEN 0.25 ELSE 1 END AS weight
       FROM generate_series(
         date_trunc('hour', $1::timestamptz - $2::float8 * interval '1 day', 'UTC'),
         date_trunc('hour', $1::timestamptz - ${LIVE_HOURS + 1} * interval '1 hour', 'UTC'), '1 hour'
       ) AS hour
     ) AS hourly`,
    [now, days],
  );
  await client.query(
    `CREATE TABLE pickable AS
     SELECT *, row_number() OVER (PARTITION BY pick ORDER BY pagw_id) AS pick_place
     FROM (
       SELECT 'closed' AS pick, * FROM template_request WHERE completed_at IS NOT NULL
       UNION ALL
       SELECT 'suffered', * FROM template_request WHERE completed_at IS NOT NULL AND failure_count > 1
       UNION ALL
       SELECT 'open', * FROM template_request WHERE completed_at IS NULL
     ) AS every_pick;
     ANALYZE pickable`,
  );
  await client.query(
    `CREATE TABLE planned AS
     SELECT
       'PAGW-' || to_char(born_at AT TIME ZONE 'UTC', 'YYYYMMDD') || '-' || lpad(n::text, 7, '0') || '-' || upper(left(md5(n::text), 8)) AS pagw_id,
       'corr-' || n AS correlation_id, 'EXT-' || upper(left(md5('x' || n), 8)) AS external_id,
       born_at, late, template.pagw_id AS template_id, template.tenant AS template_tenant,
       template.correlation_id AS template_correlation_id, template.external_reference_id AS template_external_id,
       born_at - template.received_at AS shift,
       extract(epoch FROM born_at - template.received_at) * 1000 AS shift_ms,
       CASE
         WHEN drawn < 0.34 THEN 'anthem'
         WHEN drawn < 0.52 THEN 'elevance'
         ELSE 'plan-' || lpad((1 + floor(38 * power(chance, 2.2)))::text, 2, '0')
       END AS tenant
     FROM (
       SELECT
         row_number() OVER (ORDER BY hour, born_at)::bigint AS n, born_at, payer_down,
         random() AS drawn, random() AS chance,
         CASE WHEN random() < 0.02 THEN random() * interval '5 hours' ELSE interval '0' END AS late,
         born_at > $2::timestamptz - ${OPEN_DAYS} * interval '1 day' AND random() < 0.05 AS may_stay_open
       FROM (
         SELECT hour, payer_down, date_trunc('milliseconds', hour + random() * interval '1 hour') AS born_at
         FROM hour_of_year
         CROSS JOIN LATERAL generate_series(1, (floor($1::float8 * weight / weights + random()))::int)
       ) AS born
     ) AS request
     CROSS JOIN LATERAL (
       SELECT CASE WHEN payer_down AND drawn < 0.9 THEN 'suffered' WHEN may_stay_open THEN 'open' ELSE 'closed' END AS pick
     ) AS picked
     JOIN (SELECT pick, count(*) AS picks FROM pickable GROUP BY pick) AS choice USING (pick)
     JOIN pickable AS template ON template.pick = picked.pick AND template.pick_place = 1 + (hashint8(n)::bigint & 1073741823) % picks`,
    [requests, now],
  );
  await client.query('ALTER TABLE planned ADD PRIMARY KEY (pagw_id)');
  // When each of its events was recorded, but for the shift: the database's outages hold them back.
  await client.query(
    `ALTER TABLE planned ADD first_at timestamptz, ADD last_at timestamptz;
     CREATE TABLE down AS
     SELECT min(hour) AS begins, max(hour) + interval '1 hour' AS ends FROM hour_of_year WHERE database_down GROUP BY date_trunc('day', hour, 'UTC');
     UPDATE planned SET
       first_at = coalesce((SELECT ends FROM down WHERE at.first >= begins AND at.first < ends), at.first),
       last_at = coalesce((SELECT ends FROM down WHERE at.last >= begins AND at.last < ends), at.last)
     FROM (
       SELECT one.pagw_id, template.first + shift + late AS first, template.last + shift + late AS last
       FROM planned AS one
       JOIN (SELECT pagw_id, min(came_at) AS first, max(came_at) AS last FROM template_event GROUP BY pagw_id) AS template
         ON template.pagw_id = one.template_id
     ) AS at
     WHERE at.pagw_id = planned.pagw_id;
     ANALYZE planned, down`,
  );
}

/** Every second piece of a state is a time, in whole epoch milliseconds. */
const SHIFTED_STATE = `(
  SELECT string_agg(CASE WHEN place % 2 = 0 THEN (piece::bigint + shift_ms::bigint)::text ELSE piece END, '' ORDER BY place)
  FROM unnest(state_pieces) WITH ORDINALITY AS pieces (piece, place)
)::json`;

const COPY_REQUESTS = `
  INSERT INTO request_tracker (
    pagw_id, tenant, request_type, status, last_stage, next_stage, correlation_id, external_reference_id, last_error_code,
    last_error_msg, retry_count, payload_bucket, payload_key, received_at, completed_at, created_at, updated_at, priority,
    received_on, decided_at, determination, clock_stopped_at, board, unclear_answer_at, last_sequence_no,
    batch_first_sequence_no, last_event_at, failure_count, state, main_sequence_no, main_stage, main_event_type,
    main_status, main_attempt, main_at, target_system, watch_at
  )
  SELECT
    planned.pagw_id, planned.tenant, request_type, status, last_stage, next_stage,
    planned.correlation_id, CASE WHEN external_reference_id IS NOT NULL THEN external_id END, last_error_code, last_error_msg,
    retry_count, payload_bucket, planned.tenant || '/' || planned.pagw_id || '/request.json',
    received_at + shift, completed_at + shift, first_at, last_at, priority, (first_at AT TIME ZONE 'UTC')::date,
    decided_at + shift, determination, clock_stopped_at + shift, board, unclear_answer_at + shift, last_sequence_no,
    last_sequence_no, last_event_at + shift, failure_count, ${SHIFTED_STATE}, main_sequence_no, main_stage, main_event_type,
    main_status, main_attempt, main_at + shift, target_system,
    -- As the detector leaves what has ended, and takes what is open.
    CASE WHEN completed_at IS NULL THEN last_at END
  FROM planned
  JOIN template_request AS template ON template.pagw_id = planned.template_id
  ORDER BY first_at`;

const COPY_EPISODES = `
  INSERT INTO decision_episode
  SELECT (jsonb_populate_record(template, jsonb_build_object(
    'pagw_id', planned.pagw_id, 'tenant', planned.tenant, 'plan', planned.tenant,
    'received_at', template.received_at + shift, 'resolved_at', template.resolved_at + shift, 'notified_at', template.notified_at + shift,
    'pended_at', template.pended_at + shift, 'priority_since', template.priority_since + shift,
    'due_at', CASE
      WHEN template.due_at IS NULL THEN NULL
      WHEN template.priority = 'EXPEDITED' THEN template.due_at + shift
      -- To the end of a day; before 2026 it was a week later.
      ELSE date_trunc('day', template.received_at + shift, 'UTC') + (template.due_at - date_trunc('day', template.received_at, 'UTC'))
        + CASE WHEN template.received_at + shift < '2026-01-01' THEN interval '7 days' ELSE interval '0' END
    END
  ))).*
  FROM planned
  JOIN template_episode AS template ON template.pagw_id = planned.template_id
  ORDER BY born_at`;

const MONTHS = `
  SELECT DISTINCT date_trunc('month', received_on)::date::text AS month, 'event_tracker_' || to_char(received_on, 'YYYY_MM') AS partition
  FROM request_tracker ORDER BY month`;

async function fillMonth(
  client: Client,
  month: string,
  partition: string,
  log: (text: string) => void,
): Promise<void> {
  log(`writing ${partition}`);
  const { rows: bounds } = await client.query(
    `SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE oid = $1::regclass`,
    [partition],
  );
  await client.query(`ALTER TABLE event_tracker DETACH PARTITION ${partition}`);
  const { rows: indexes } = await client.query(
    `SELECT indexrelid::regclass::text AS name, conname AS constraint FROM pg_index
     LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
     WHERE indrelid = $1::regclass`,
    [partition],
  );
  for (const { name, constraint } of indexes)
    await client.query(
      constraint ? `ALTER TABLE ${partition} DROP CONSTRAINT ${constraint}` : `DROP INDEX ${name}`,
    );
  await client.query(
    `INSERT INTO ${partition} (
       id, tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at,
       retry_exhausted_at, external_reference, duration_ms, error_code, error_message, worker_id, service_name, started_at,
       completed_at, occurred_at, created_at, metadata, stated
     )
     SELECT
       nextval('event_tracker_id_seq'), planned.tenant, planned.pagw_id, (first_at AT TIME ZONE 'UTC')::date,
       planned.pagw_id || substr(event_id, length(template_id) + 1), stage, event_type, status, sequence_no, attempt, retryable,
       next_retry_at + shift, retry_exhausted_at + shift, CASE WHEN external_reference = template_external_id THEN external_id ELSE external_reference END,
       (duration_ms * exp(0.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())))::int, error_code, error_message, worker_id, service_name,
       started_at + shift, completed_at + shift, occurred_at + shift,
       coalesce((SELECT ends FROM down WHERE came_at + shift + late >= begins AND came_at + shift + late < ends), came_at + shift + late),
       CASE WHEN metadata::text LIKE '%EXT-%' THEN replace(metadata::text, template_external_id, external_id)::jsonb ELSE metadata END,
       CASE WHEN stated IS NOT NULL THEN replace(replace(stated::text, template_tenant || '/' || template_id, planned.tenant || '/' || planned.pagw_id),
         '"' || template_correlation_id || '"', '"' || correlation_id || '"')::jsonb END
     FROM planned
     JOIN template_event AS template ON template.pagw_id = planned.template_id
     WHERE first_at >= $1::date AT TIME ZONE 'UTC' AND first_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
     ORDER BY came_at + shift + late`,
    [month],
  );
  await client.query(`ALTER TABLE event_tracker ATTACH PARTITION ${partition} ${bounds[0].bound}`);
}

/** Requests whose call of the payer failed within the last half hour, and whose retry is due. */
async function recordOutage(database: Database, now: Date): Promise<void> {
  let failing = 0;
  for (let number = 10 * JOURNEYS; failing < FAILING; number++) {
    if (kindOf(number) !== 'awaiting-retry') continue;
    const failsAt = now.getTime() - Math.random() * 1_800_000 - 400_000;
    const journey = readJourney(number, new Date(failsAt));
    const failure = journey.findIndex(({ status, retryable }) => status === 'FAILED' && retryable);
    if (failure < 0) continue;
    const events = journey.slice(0, failure + 1).map((event, place) => ({
      ...event,
      nextRetryAt: place === failure ? new Date(now.getTime() - 1_000).toISOString() : event.nextRetryAt,
    }));
    await recordEvents(database, events, new Date(Date.parse(events[failure]?.occurredAt ?? '') + 500));
    failing += 1;
  }
}

/** The last hours, recorded in the order of what happened, and requests that stand where they stand now. */
async function recordLastHours(database: Database, events: number, now: Date): Promise<void> {
  const timed: { event: TrackedEvent; at: number }[] = [];
  for (let number = JOURNEYS; timed.length < events; number++) {
    const bornAt = new Date(now.getTime() - Math.random() * LIVE_HOURS * 3_600_000);
    for (const event of readJourney(
      number,
      bornAt,
      number % 3 === 0 ? undefined : `plan-0${1 + (number % 9)}`,
    ))
      timed.push({ event, at: Date.parse(event.occurredAt) });
  }
  const past = timed.filter(({ at }) => at <= now.getTime()).sort((one, other) => one.at - other.at);
  for (let place = 0; place < past.length; place += 50) {
    const batch = past.slice(place, place + 50);
    // In 1 of 20 batches everything comes twice, as a queue may deliver it.
    const times = place % 1_000 === 0 ? 2 : 1;
    for (let time = 0; time < times; time++)
      await recordEvents(
        database,
        batch.map(({ event }) => event),
        new Date(batch.at(-1)?.at ?? now.getTime()),
      );
  }
}
