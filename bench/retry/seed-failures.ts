import type { Pool } from 'pg';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { openDirectDatabase } from '../server/open-databases.ts';

const TENANTS = 4;
const DAYS = 60;
const DAY_MS = 86_400_000;
const TABLES = ['request_tracker', 'decision_episode', 'event_tracker'] as const;

/** Ten events of a request; the last of them fails and is due for a retry, or ends it well. */
const JOURNEY = [
  'REQUEST_RECEIVED',
  'WORKFLOW_START',
  ...['PARSE', 'VAL', 'ENRICH'].flatMap((step) => [`${step}_START`, `${step}_OK`]),
  'DOWNSTREAM_START',
];

let requests = 0;

/**
 * Adds requests of ten events each, spread over two months: copies under fresh ids of what recording made of one a day. With
 * `failed`, each one's last event is a failure that is due; else all went well and they are closed.
 */
export async function seedRequests(pool: Pool, count: number, failed: boolean): Promise<void> {
  const { rows } = await pool.query(
    "SELECT count(*) AS known, to_regclass('sample_request_tracker') AS samples FROM request_tracker",
  );
  if (rows[0].samples === null) await recordSamples(pool);
  const prefix = `PAGW-BENCH-${rows[0].known}`;
  const first = requests + 1;
  requests += count;
  const copies = `generate_series(${first}, ${requests}) AS number
     WHERE sample.pagw_id = 'SAMPLE-${failed ? 'FAILED' : 'WELL'}-' || number % ${DAYS}`;
  for (const table of TABLES)
    await copyRows(pool, table, copies, {
      pagw_id: `format('${prefix}-%s-%s', number, md5(number::text))`,
      event_id: 'gen_random_uuid()::text',
      next_retry_at: `CASE WHEN sample.next_retry_at IS NOT NULL THEN now() - random() * interval '10 minutes' END`,
    });
}

async function copyRows(
  pool: Pool,
  table: string,
  copies: string,
  changed: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => changed[name] ?? `sample.${name}`);
  await pool.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM sample_${table} AS sample, ${copies}`,
  );
}

async function recordSamples(pool: Pool): Promise<void> {
  const { database, close } = openDirectDatabase(pool.options.connectionString ?? '', 1);
  try {
    for (const last of ['DOWNSTREAM_FAIL', 'WORKFLOW_COMPLETE'])
      for (let day = 0; day < DAYS; day++) {
        const now = new Date(Date.now() - day * DAY_MS);
        await recordEvents(database, readEvents(last, day, now), now);
      }
  } finally {
    await close();
  }
  for (const table of TABLES) await pool.query(`CREATE TABLE sample_${table} AS SELECT * FROM ${table}`);
  await pool.query(`TRUNCATE ${TABLES.join(', ')}`);
}

function readEvents(last: string, day: number, now: Date) {
  const failed = last === 'DOWNSTREAM_FAIL';
  const messages = [...JOURNEY, last].map((eventType, place) => ({
    tenant: `tenant-${day % TENANTS}`,
    pagwId: `SAMPLE-${failed ? 'FAILED' : 'WELL'}-${day}`,
    eventType,
    occurredAt: new Date(now.getTime() - (JOURNEY.length - place) * 1_000).toISOString(),
    durationMs: eventType.endsWith('_OK') ? 120 : undefined,
    errorCode: eventType.endsWith('_FAIL') ? 'API_TIMEOUT' : undefined,
    errorMessage: eventType.endsWith('_FAIL') ? 'no answer within 10 s' : undefined,
    workerId: 'pasapiconnector-app-65b67c6dd8-l8mvr',
    serviceName: 'pasapiconnector',
    metadata: { targetSystem: 'carelon', number: place },
    request: {
      status: eventType === 'WORKFLOW_COMPLETE' ? 'APPROVED' : undefined,
      payload: { bucket: 'payloads', key: `anthem/${day}/request.json` },
    },
  }));
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0.5 };
  const { events, rejections } = readMessage(
    JSON.stringify(messages),
    { messageId: `sample-${day}`, sentAt: now },
    rules,
  );
  if (rejections[0] !== undefined) throw new Error(`A sample was refused: ${rejections[0].code}.`);
  return events;
}
