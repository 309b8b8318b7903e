import { recordEvents } from '../../lib/data-access/ingest/record-events.ts';
import { Workload } from '../ingest/workload.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { quantile } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { fillHistory } from '../server/fill-history.ts';
import { openDirectDatabase, openEndpointDatabase } from '../server/open-databases.ts';
import { readWays } from './read-ways.ts';
import { serverTimes } from './server-times.ts';

const DATABASE = 'timeline';
const EVENTS_EACH = 40;
const SUBJECTS = 200;

/** What it takes to read one request's history among many. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    await server.create(DATABASE);
    process.stderr.write('  filling …\r');
    const subjects = await recordSubjects(server);
    const total = await fillHistory(server, DATABASE, quick ? 200_000 : 1_000_000);
    await measure(server, subjects, total, quick ? 1_000 : 5_000);
  } finally {
    await server.stop();
  }
}

/** Requests of 40 events each, recorded as ingest does: interleaved, so that a history is spread over many pages. */
async function recordSubjects(server: BenchServer): Promise<string[]> {
  const { database, close } = openDirectDatabase(server.urlOf(DATABASE), 1);
  const workload = new Workload(SUBJECTS, 'pagw-timeline', true);
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
      new Date(),
    );
  }
  await close();
  return [...recorded.keys()];
}

async function measure(server: BenchServer, subjects: string[], total: number, reads: number): Promise<void> {
  const direct = openDirectDatabase(server.urlOf(DATABASE), 1);
  const endpoint = openEndpointDatabase(server.dataApiUrl, DATABASE);
  const subjectOf = (read: number) => subjects[(read * 7919) % subjects.length] ?? '';
  const rows: string[][] = [];
  const aims: Aim[] = [];
  for (const { label, sql, read } of readWays) {
    const inServer = await serverTimes(
      server.urlOf(DATABASE),
      sql,
      Array.from({ length: reads }, (_, place) => subjectOf(place)),
    );
    rows.push([label, 'in the database', ...percentiles(inServer)]);
    const p99s = { database: quantile(inServer, 0.99), endpoint: 0 };
    for (const [where, { database }] of Object.entries({
      'called directly': direct,
      'through the endpoint': endpoint,
    })) {
      const times: number[] = [];
      for (let place = -200; place < reads; place++) {
        const startedAt = performance.now();
        const events = await read(database, subjectOf(place + 200));
        if (place >= 0) times.push(performance.now() - startedAt);
        if (events !== EVENTS_EACH)
          throw new Error(`A timeline of ${EVENTS_EACH} events came back with ${events}.`);
      }
      rows.push([label, where, ...percentiles(times)]);
      p99s.endpoint = quantile(times, 0.99);
    }
    aims.push({ text: `${label}: p99 in the database`, reached: p99s.database, below: 5, unit: 'ms' });
    aims.push({ text: `${label}: p99 through the endpoint`, reached: p99s.endpoint, below: 25, unit: 'ms' });
  }
  await direct.close();
  await endpoint.close();
  const title = `A timeline of ${EVENTS_EACH} events among ${number(total)} of the last 90 days, ms, ${number(reads)} reads each`;
  printTable(title, ['', '', 'p50', 'p99', 'highest'], rows);
  printAims(aims);
}

function percentiles(times: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((fraction) => number(quantile(times, fraction), 2));
}
