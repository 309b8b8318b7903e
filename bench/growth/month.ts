import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { claimDueRetries } from '../../lib/data-access/retry.ts';
import { takeWatchedRequests } from '../../lib/data-access/stuck-alarm.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { readRequestEvents } from '../ingest/request-events.ts';
import type { Aim } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { type Cost, CostMeter } from './cost.ts';
import { failuresOf } from './failures.ts';

/** More by EVENTS=N: 10 million take 11 GB and seven minutes. */
const SIZES = [100_000, 1_000_000, Number(process.env.EVENTS ?? 3_000_000)];
const QUICK_SIZES = [30_000, 300_000];
const SHARE = 100;
const REPEATS = 9;
/** Journeys recorded before there is anything else: what plans that are kept were made on. */
const JOURNEYS = 60;

/** What the planner knows of the month when it plans. */
const KNOWLEDGE = ['kept from empty tables', 'no statistics', 'analysed'] as const;
type Knowledge = (typeof KNOWLEDGE)[number];
type Work = 'record: fresh requests' | 'record: a failure each' | 'record: all twins' | 'claim' | 'check';

type Costs = Map<Work, Cost>;

/** What a row costs the flows that run all day, in one month of so many events, by what the planner knows of it. */
export async function benchMonth(server: BenchServer, quick: boolean): Promise<Aim[]> {
  const sizes = quick ? QUICK_SIZES : SIZES;
  const results = new Map<number, Map<Knowledge, Costs>>();
  for (const size of sizes) results.set(size, await measureMonth(server, size));
  const aims: Aim[] = [];
  for (const knowledge of KNOWLEDGE) {
    const costs = sizes.map((size) => results.get(size)?.get(knowledge) ?? new Map<Work, Cost>());
    const works = [...(costs[0]?.keys() ?? [])];
    printTable(
      `Plans ${knowledge}: pages (ms) a row, in a month of so many events`,
      ['', ...sizes.map((size) => number(size))],
      works.map((work) => [work, ...costs.map((of) => written(of.get(work)))]),
    );
    const growth = works.map(
      (work) => (costs.at(-1)?.get(work)?.pages ?? 0) / (costs[0]?.get(work)?.pages ?? 0),
    );
    aims.push({
      text: `plans ${knowledge}: most growth of a row's pages, ${number(sizes[0] ?? 0)} to ${number(sizes.at(-1) ?? 0)} events in a month`,
      reached: Math.max(...growth),
      below: 2,
    });
  }
  return aims;
}

function written(cost: Cost | undefined): string {
  return cost === undefined ? '–' : `${number(cost.pages, 1)} (${number(cost.ms, 3)})`;
}

async function measureMonth(server: BenchServer, size: number): Promise<Map<Knowledge, Costs>> {
  const name = `month_${size}`;
  await server.create(name);
  const kept = openDirectDatabase(server.urlOf(name), 1);
  const watcher = new Client({ connectionString: server.urlOf(name) });
  await watcher.connect();
  const costs = new Map<Knowledge, Costs>();
  try {
    const journeys = readRequestEvents().slice(0, JOURNEYS);
    for (const journey of journeys) await recordEvents(kept.database, journey, new Date());
    // As the detector leaves what has ended.
    await watcher.query('UPDATE request_tracker SET watch_at = NULL WHERE completed_at IS NOT NULL');
    await measure(kept.database, watcher, 1);
    process.stderr.write(`  filling a month up to ${number(size)} events …\n`);
    await copyRequests(watcher, size);
    costs.set('kept from empty tables', await measure(kept.database, watcher, REPEATS));
    const fresh = openDirectDatabase(server.urlOf(name), 1);
    costs.set('no statistics', await measure(fresh.database, watcher, REPEATS));
    await server.vacuum(name);
    costs.set('analysed', await measure(fresh.database, watcher, REPEATS));
    await fresh.close();
  } finally {
    await watcher.end();
    await kept.close();
    await server.drop(name);
  }
  return costs;
}

/** Copies the month's closed requests under new ids until it holds `events`; nothing is analysed. */
async function copyRequests(client: Client, events: number): Promise<void> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS there FROM event_tracker JOIN request_tracker USING (pagw_id) WHERE request_tracker.completed_at IS NOT NULL`,
  );
  const copies = Math.ceil(events / rows[0].there) - 1;
  // The copies are as right as what they are made from: no keys need to be looked up, no hours marked.
  await client.query('SET session_replication_role = replica');
  for (const [table, own] of [
    ['request_tracker', {}],
    ['event_tracker', { id: `nextval('event_tracker_id_seq')`, event_id: 'gen_random_uuid()' }],
  ] as const) {
    const { rows: columns } = await client.query(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [table],
    );
    const names: string[] = columns.map(({ name }) => name);
    const values = names.map(
      (name) =>
        (own as Record<string, string>)[name] ??
        (name === 'pagw_id' ? "source.pagw_id || '-' || copy" : `source.${name}`),
    );
    await client.query(
      `INSERT INTO ${table} (${names.join(', ')})
       SELECT ${values.join(', ')}
       FROM generate_series(1, ${copies}) AS copy, ${table} AS source
       WHERE source.pagw_id IN (SELECT pagw_id FROM request_tracker WHERE completed_at IS NOT NULL)`,
    );
  }
  await client.query('RESET session_replication_role');
}

class RolledBack extends Error {}

async function measure(database: Database, watcher: Client, repeats: number): Promise<Costs> {
  const meter = new CostMeter(database, watcher);
  const costs: Costs = new Map();
  const { rows } = await watcher.query(
    'SELECT pagw_id, tenant FROM request_tracker WHERE completed_at IS NOT NULL ORDER BY pagw_id DESC LIMIT 40',
  );
  const known: { pagw_id: string; tenant: string }[] = rows;
  const fresh = () => failuresOf(Array.from({ length: SHARE }, () => `PAGW-20260302-${Math.random()}`));
  let latest = fresh();
  const later = () =>
    known.flatMap(({ pagw_id, tenant }) => failuresOf([pagw_id, pagw_id], tenant)).slice(0, SHARE);
  const works: [Work, number, () => Promise<unknown>][] = [
    [
      'record: fresh requests',
      SHARE,
      () => {
        latest = fresh();
        return recordEvents(database, latest, new Date());
      },
    ],
    ['record: a failure each', known.length * 2, () => recordEvents(database, later(), new Date())],
    ['record: all twins', SHARE, () => recordEvents(database, latest, new Date())],
    ['claim', SHARE, () => claimAndGiveBack(database)],
    ['check', SHARE, () => takeWatchedRequests(database, SHARE, new Date())],
  ];
  for (const [work, share, run] of works) costs.set(work, await meter.costOf(share, repeats, run));
  return costs;
}

/** A claim of so many due failures, rolled back: the next one finds them as they were. */
async function claimAndGiveBack(database: Database): Promise<void> {
  const options = { now: new Date(), limit: SHARE, cursors: new Map(), skippedStages: [] };
  await database
    .transaction(async (transaction) => {
      const { claimed } = await claimDueRetries(transaction, options);
      if (claimed.length < SHARE) throw new Error(`Only ${claimed.length} failures were claimed.`);
      throw new RolledBack();
    })
    .catch((error) => {
      if (!(error instanceof RolledBack)) throw error;
    });
}
