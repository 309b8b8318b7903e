import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../lib/data-access/database.ts';
import { splitStatements } from '../../lib/data-access/sql-text.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { number, printTable } from '../report/print-table.ts';
import { startBenchServer } from '../server/bench-server.ts';
import { openEndpointDatabase } from '../server/open-databases.ts';

const EVENTS = Number(process.env.EVENTS ?? 1_000_000);
const QUICK_EVENTS = 100_000;
const EVENTS_PER_REQUEST = 32;
const CALL_LIMIT_MS = 45_000;
const REQUESTS_A_FILL = 10_000;
const TOLD_EVERY_MS = 10_000;

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Takes over a database as the review leaves it at V005, with rows, through the endpoint with its 45 s a call. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    const events = quick ? QUICK_EVENTS : EVENTS;
    await server.create('v005', 'template0');
    await server.run('v005', ...(await tablesOfV005()));
    const tell = tellSometimes();
    const requests = Math.ceil(events / EVENTS_PER_REQUEST);
    for (let first = 1; first <= requests; first += REQUESTS_A_FILL) {
      const last = Math.min(first + REQUESTS_A_FILL - 1, requests);
      await server.run('v005', fill(first, last));
      tell(`${number(last * EVENTS_PER_REQUEST)} of ${number(events)} events are in V005`);
    }
    await server.run('v005', 'VACUUM (ANALYZE) request_tracker, event_tracker');
    const { database, close } = openEndpointDatabase(server.dataApiUrl, 'v005');
    const files = new Map<string, FileTime>();
    let last = performance.now();
    let longestCallMs = 0;
    const timed = timeCalls(database, (ms) => {
      longestCallMs = Math.max(longestCallMs, ms);
    });
    const { complete } = await migrate(timed, {
      migrationsFolder,
      onProgress: ({ name, rows, running }) => {
        const known = files.get(name) ?? { ms: 0, long: false, longestCallMs: 0, rows: undefined };
        const now = performance.now();
        files.set(name, {
          ms: known.ms + now - last,
          long: known.long || running === true,
          longestCallMs: Math.max(known.longestCallMs, longestCallMs),
          rows: rows ?? known.rows,
        });
        last = now;
        longestCallMs = 0;
        tell(
          `${name}${rows === undefined ? '' : `, ${number(rows)} rows`}${running === true ? ', running' : ''}`,
        );
      },
    });
    const { rows } = await database.execute<{ events: number }>(
      'SELECT count(*) AS events FROM event_tracker',
    );
    await close();
    const total = [...files.values()].reduce((sum, { ms }) => sum + ms, 0);
    printTable(
      `Taking over ${number(rows[0]?.events ?? 0)} V005 events of ${EVENTS_PER_REQUEST} a request${complete ? '' : ' (not complete)'}: ${number(total / 1000, 1)} s, ${number((1000 * events) / total)} events a second`,
      ['file', 'seconds', 'rows a second', 'longest call, s', 'longer than a call'],
      [...files]
        .filter(([, { ms }]) => ms >= total / 200)
        .map(([name, { ms, long, longestCallMs, rows }]) => [
          name,
          number(ms / 1000, 1),
          rows === undefined ? '' : number((1000 * rows) / ms),
          number(longestCallMs / 1000, 1),
          long ? `yes, awaited past ${CALL_LIMIT_MS / 1000} s` : '',
        ]),
    );
  } finally {
    await server.stop();
  }
}

interface FileTime {
  ms: number;
  /** Whether a statement took longer than the Data API waits. */
  long: boolean;
  longestCallMs: number;
  /** Moved in batches; undefined where the file runs whole. */
  rows: number | undefined;
}

/** Tells how long each call took, the statements of transactions among them. */
function timeCalls(database: Database, tell: (ms: number) => void): Database {
  return {
    execute: async (sql, values, options) => {
      const started = performance.now();
      return database.execute<never>(sql, values, options).finally(() => tell(performance.now() - started));
    },
    transaction: (work) => database.transaction((transaction) => work(timeCalls(transaction, tell))),
  };
}

/** On stderr, with the seconds since it began, but not with each call. */
function tellSometimes(): (text: string) => void {
  const began = performance.now();
  let told = began;
  return (text) => {
    const now = performance.now();
    if (now - told < TOLD_EVERY_MS) return;
    told = now;
    console.error(`  ${number((now - began) / 1000)} s: ${text}`);
  };
}

async function tablesOfV005(): Promise<string[]> {
  const names = [
    'V001__create_request_status',
    'V002__create_request_tracker',
    'V003__create_event_status',
    'V004__index_request_tracker',
    'V005__create_event_tracker',
  ];
  const texts = await Promise.all(names.map((name) => readFile(`${migrationsFolder}/${name}.sql`, 'utf8')));
  return texts.flatMap((text) => splitStatements(text));
}

/** Requests of two months: eight stages with a START and a result, some failed. */
function fill(first: number, last: number): string {
  return `WITH request AS (
     INSERT INTO request_tracker (pagw_id, tenant, received_at, created_at)
     SELECT 'PAGW-20260101-' || n, 'TENANT-' || n % 20, at, at
     FROM generate_series(${first}, ${last}) AS n,
          LATERAL (SELECT timestamptz '2026-01-01Z' + (n % 59) * interval '1 day' + n * interval '1 ms' AS at) AS arrived
     RETURNING tenant, pagw_id, created_at
   )
   INSERT INTO event_tracker (
     tenant, pagw_id, stage, event_type, status, sequence_no, duration_ms, error_code, next_retry_at, created_at
   )
   SELECT
     tenant, pagw_id, 'STAGE_' || (no + 1) / 4, CASE no % 2 WHEN 1 THEN 'STEP_START' ELSE 'STEP_OK' END,
     (CASE WHEN no % 2 = 1 THEN 'STARTED' WHEN no % 16 = 0 THEN 'FAILED' ELSE 'COMPLETED' END)::pagw_event_status,
     no, 40 * no, CASE WHEN no % 16 = 0 THEN 'TIMEOUT' END,
     CASE WHEN no % 16 = 0 THEN created_at + interval '1 hour' END, created_at + no * interval '1 s'
   FROM request, generate_series(1, ${EVENTS_PER_REQUEST}) AS no`;
}
