import type { Database } from '../../lib/data-access/database.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { Workload } from '../ingest/workload.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { quantile } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { fillHistory } from '../server/fill-history.ts';
import { openDirectDatabase, openEndpointDatabase } from '../server/open-databases.ts';
import { type ReadWay, readWays } from './read-ways.ts';
import { serverTimes } from './server-times.ts';

const DATABASE = 'timeline';
const EVENTS_EACH = 40;
const SUBJECTS = 200;
/** Walks through the subjects out of order. */
const STRIDE = 7919;
const WARM_UP = 200;

/** What it takes to read one request's history among many. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    await server.create(DATABASE);
    process.stderr.write('  filling …\r');
    const subjects = await recordSubjects(server);
    const total = await fillHistory(server, DATABASE, quick ? 200_000 : 1_000_000);
    await measure(server, subjects, total, quick ? 1_000 : 3_000);
  } finally {
    await server.stop();
  }
}

/** Requests of 40 events each, recorded as ingest does: interleaved, so that a history is spread over many pages. */
async function recordSubjects(server: BenchServer): Promise<string[]> {
  const { database, close } = openDirectDatabase(server.urlOf(DATABASE), 1);
  const workload = new Workload(SUBJECTS, 'pagw-timeline', true);
  const now = new Date();
  const recorded = new Map<string, number>();
  while (recorded.size < SUBJECTS || [...recorded.values()].some((events) => events < EVENTS_EACH)) {
    const [[batch = []] = []] = workload.batchesFor(1, 100, 1);
    const wanted = batch.filter(({ event }) => {
      const events = recorded.get(event.pagwId) ?? 0;
      if (events < EVENTS_EACH) recorded.set(event.pagwId, events + 1);
      return events < EVENTS_EACH;
    });
    await recordEvents(
      database,
      wanted.map(({ event }) => event),
      now,
    );
  }
  await close();
  return [...recorded.keys()];
}

async function measure(
  server: BenchServer,
  subjects: readonly string[],
  total: number,
  reads: number,
): Promise<void> {
  const asked = Array.from(
    { length: reads },
    (_, read) => subjects[(read * STRIDE) % subjects.length],
  ).flatMap((subject) => subject ?? []);
  const direct = openDirectDatabase(server.urlOf(DATABASE), 1);
  const endpoint = openEndpointDatabase(server.dataApiUrl, DATABASE);
  const rows: string[][] = [];
  const aims: Aim[] = [];
  for (const way of readWays) {
    const { label, statement, below } = way;
    const inDatabase = await serverTimes(
      server.urlOf(DATABASE),
      statement.sql,
      asked.map((pagwId) => statement.values(pagwId)),
    );
    rows.push([`${label}, in the database`, ...percentiles(inDatabase)]);
    rows.push([`${label}, called directly`, ...percentiles(await readTimes(direct.database, way, asked))]);
    const times = await readTimes(endpoint.database, way, asked);
    rows.push([`${label}, through the endpoint`, ...percentiles(times)]);
    aims.push(
      { text: `${label}, p99 in the database`, reached: quantile(inDatabase, 0.99), below: 5, unit: 'ms' },
      { text: `${label}, p99 through the endpoint`, reached: quantile(times, 0.99), below, unit: 'ms' },
    );
  }
  await direct.close();
  await endpoint.close();
  const title = `A timeline of ${EVENTS_EACH} events among ${number(total)} of the last 90 days, in ms, ${number(reads)} reads`;
  printTable(title, ['', 'p50', 'p99', 'highest'], rows);
  printAims(aims);
}

/** What the client waits for each answer, in ms. */
async function readTimes(database: Database, way: ReadWay, asked: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const [place, pagwId] of [...asked.slice(0, WARM_UP), ...asked].entries()) {
    const startedAt = performance.now();
    const events = await way.read(database, pagwId);
    if (place >= WARM_UP) times.push(performance.now() - startedAt);
    if (events !== EVENTS_EACH)
      throw new Error(`A timeline of ${EVENTS_EACH} events came back with ${events}.`);
  }
  return times;
}

function percentiles(times: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((fraction) => number(quantile(times, fraction), 2));
}
