import '../../lib/runtime/require-node.ts';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { migrate } from '../../lib/flows/migrate/migrate.ts';
import { startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres/postgres-server.ts';
import { freePort } from '../../test/support/free-port.ts';
import { trackedEvent } from '../../test/support/tracked-event.ts';
import { number, printTable } from '../report/print-table.ts';
import { openEndpointDatabase } from '../server/open-databases.ts';

/**
 * Rehearses the way from PostgreSQL 17 to 18: the migrations make the schema on 18, logical replication copies the rows while
 * events are still recorded, and what is there afterwards is compared row by row before the flows go on.
 */
const REQUESTS = Number(process.env.REQUESTS ?? 5_000);
const EVENTS_PER_REQUEST = 8;
const OWNER = { user: 'pagw_owner', password: 'rehearsal' };
const DATABASE = 'pagw';
/** What the migrations wrote themselves on 18: the rows of 17 take its place. */
const WRITTEN_BY_MIGRATIONS = [
  'schema_migration',
  'schema_function',
  'reader_scope',
  'exclusive_task',
  'event_summary_progress',
];

const folder = fileURLToPath(new URL('.', import.meta.url));
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
const start = new Date('2026-03-01T10:00:00Z');

interface Side {
  server: PostgresServer;
  /** As the superuser. */
  admin: Client;
  /** As the owner, through the Data API. */
  database: Database;
  close(): Promise<void>;
}

async function openSide(dataDirectory: string, packagesOf?: string): Promise<Side> {
  const server = await startPostgres({
    dataDirectory,
    port: await freePort(),
    fsync: false,
    ...(packagesOf === undefined ? {} : { packagesOf }),
  });
  const connect = async (name: string) => {
    const client = new Client({ connectionString: server.connectionString(name) });
    await client.connect();
    return client;
  };
  const setUp = await connect('postgres');
  const { rows } = await setUp.query(`SELECT FROM pg_database WHERE datname = '${DATABASE}'`);
  if (rows.length === 0) {
    await setUp.query('ALTER SYSTEM SET wal_level = logical');
    await setUp.query(`CREATE ROLE ${OWNER.user} LOGIN CREATEROLE PASSWORD '${OWNER.password}'`);
    await setUp.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER.user}`);
  }
  await setUp.end();
  const admin = await connect(DATABASE);
  const postgres = { host: '127.0.0.1', port: server.port, ...OWNER };
  const api = await startDataApi({ port: 0, postgres, defaultDatabase: DATABASE });
  const { database, close } = openEndpointDatabase(api.url, DATABASE);
  return {
    server,
    admin,
    database,
    close: async () => {
      await admin.end();
      await close();
      await api.close();
      await server.stop();
    },
  };
}

/** Histories of that month, the first `count` events of each. */
async function record(database: Database, requests: number, from: number, count: number): Promise<void> {
  for (let first = 0; first < requests; first += 100) {
    const ids = Array.from(
      { length: Math.min(100, requests - first) },
      (_, place) => `PAGW-${first + place}`,
    );
    const events = ids.flatMap((pagwId) =>
      Array.from({ length: count }, (_, no) => trackedEvent({ pagwId, eventId: `${pagwId}-${from + no}` })),
    );
    await recordEvents(database, events, new Date(start.getTime() + from * 60_000));
  }
}

interface TableDigest {
  table: string;
  rows: number;
  digest: string;
}

async function digests({ admin }: Side): Promise<TableDigest[]> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
  );
  const found: TableDigest[] = [];
  for (const { name } of tables) {
    const { rows } = await admin.query(
      `SELECT count(*)::int AS rows, coalesce(md5(string_agg(row, E'\\n' ORDER BY row COLLATE "C")), '') AS digest
       FROM (SELECT t::text AS row FROM ${name} AS t) AS texts`,
    );
    found.push({ table: name, ...rows[0] });
  }
  return found;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function rehearse(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pagw-upgrade-'));
  const steps: (readonly [string, string])[] = [];
  let since = performance.now();
  const done = (step: string) => {
    steps.push([step, number((performance.now() - since) / 1_000, 1)]);
    since = performance.now();
  };
  const open: Side[] = [];
  try {
    // wal_level holds from the second start on.
    await (await openSide(join(directory, 'old'))).close();
    const old = await openSide(join(directory, 'old'));
    open.push(old);
    const next = await openSide(join(directory, 'next'), join(folder, 'package.json'));
    open.push(next);
    since = performance.now();
    await migrate(old.database, { migrationsFolder });
    await ensurePartition(old.database, start);
    await record(old.database, REQUESTS, 0, EVENTS_PER_REQUEST / 2);
    const options = {
      database: old.database,
      now: new Date(start.getTime() + 86_400_000),
      mayGoOn: () => true,
    };
    await refreshSummary(options);
    done(`17: ${number(REQUESTS)} requests recorded and summarised`);

    await migrate(next.database, { migrationsFolder });
    await ensurePartition(next.database, start);
    done('18: the migrations');

    await old.admin.query(
      'CREATE PUBLICATION upgrade FOR ALL TABLES WITH (publish_via_partition_root = true)',
    );
    await next.admin.query(`TRUNCATE ${WRITTEN_BY_MIGRATIONS.join(', ')}`);
    await next.admin.query(
      `CREATE SUBSCRIPTION upgrade CONNECTION '${old.server.connectionString(DATABASE)}' PUBLICATION upgrade`,
    );
    // Recorded while the rows are copied: nothing stops for the copy.
    await record(old.database, REQUESTS, EVENTS_PER_REQUEST / 2, EVENTS_PER_REQUEST / 2);
    await until(async () => {
      const { rows } = await next.admin.query(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`);
      return rows.length === 0;
    });
    done('copied, while as many events again were recorded');

    // Here ingest and the schedules are stopped.
    const { rows: position } = await old.admin.query('SELECT pg_current_wal_lsn()::text AS lsn');
    await until(async () => {
      const { rows } = await old.admin.query(
        'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND confirmed_flush_lsn >= $2::pg_lsn',
        ['upgrade', position[0].lsn],
      );
      return rows.length === 1;
    });
    const { rows: sequences } = await old.admin.query<{ name: string; last: string | null }>(
      `SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public'`,
    );
    // Logical replication leaves sequences behind.
    for (const { name, last } of sequences)
      if (last !== null) await next.admin.query('SELECT setval($1::regclass, $2)', [name, last]);
    await next.admin.query('DROP SUBSCRIPTION upgrade');
    await next.admin.query('ANALYZE');
    done('caught up, sequences set, analysed: the time that ingest stands still');

    const [before, after] = [await digests(old), await digests(next)];
    const different = before.filter(({ digest }, place) => digest !== after[place]?.digest);
    if (before.length !== after.length || different.length > 0)
      throw new Error(`These tables differ: ${different.map(({ table }) => table).join(', ')}.`);
    const rows = before.reduce((sum, one) => sum + one.rows, 0);
    done(`${before.length} tables, ${number(rows)} rows: equal, row by row`);

    const pagwId = 'PAGW-1';
    const answers = await recordEvents(
      next.database,
      [trackedEvent({ pagwId, eventId: `${pagwId}-0` }), trackedEvent({ pagwId, eventId: 'after' })],
      new Date(start.getTime() + 3_600_000),
    );
    const expected = [
      { outcome: 'DUPLICATE', sequenceNo: null },
      { outcome: 'RECORDED', sequenceNo: EVENTS_PER_REQUEST + 1 },
    ];
    if (JSON.stringify(answers) !== JSON.stringify(expected))
      throw new Error(`18 answers ${JSON.stringify(answers)} instead of ${JSON.stringify(expected)}.`);
    const applied = await migrate(next.database, { migrationsFolder });
    if (applied.applied.length + applied.functions.length > 0) throw new Error('18 is migrated again.');
    done('18: ingest goes on at the next number, knows an event of 17 again, and has nothing to migrate');
    const version = async ({ admin }: Side) =>
      (await admin.query('SHOW server_version')).rows[0].server_version;
    printTable(`From PostgreSQL ${await version(old)} to ${await version(next)}`, ['step', 'seconds'], steps);
  } finally {
    for (const side of open.reverse()) await side.close();
    await rm(directory, { recursive: true, force: true });
  }
}

if (!existsSync(join(folder, 'node_modules'))) {
  console.error('Installing PostgreSQL 18 …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('PostgreSQL 18 could not be installed; run npm ci in bench/upgrade.');
}
await rehearse();
