import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { compactRequests } from '../../lib/data-access/retention.ts';
import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { findRequest, readTimeline } from '../../lib/data-access/timeline.ts';
import { archiveRequests } from '../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../lib/flows/retention/drop-archived-months.ts';
import { readHistory } from '../../lib/flows/retention/read-history.ts';
import { openArchiveBucket } from '../../test/support/archive-bucket.ts';
import { printAims } from '../report/aim.ts';
import { print } from '../report/print.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openEndpointDatabase } from '../server/open-databases.ts';
import { serverCpuOf } from '../server/server-cpu.ts';
import { fillOldMonth } from './fill-old-month.ts';

const EVENTS = 500_000;
const QUICK_EVENTS = 100_000;
const ROUNDS = 3;
const READS = 20;
const DAY_MS = 86_400_000;
/** A day of a million events, within the 14 minutes of one run: upkeep that is behind by days catches up within hours. */
const LEAST_EVENTS_PER_SECOND = 1_000_000 / (14 * 60);
/** Per cent of a day that upkeep may take at such a load, by the cost of an event. */
const BUSY_EVENTS_PER_SECOND = 1_000;
const MOST_OF_DAY = 25;
/** Of an event as recorded, with every index. */
const MOST_BYTES = { plainBytes: 650, compactedBytes: 400, parquetBytes: 45 };
/** Ingest waits for it. PostgreSQL lets a lock wait for as long before it looks for a deadlock. */
const DROP_BELOW_MS = 1_000;

/** In milliseconds and bytes, over one month of events. */
interface Round {
  compact: number;
  archive: number;
  drop: number;
  copy: number;
  delete: number;
  plainBytes: number;
  compactedBytes: number;
  parquetBytes: number;
  copyBytes: number;
  archivedRead: number;
  storedRead: number;
  merged: number;
  /** Microseconds of CPU, of the database and of this process, which does what maintain's function does. */
  summaryCpu: number;
  compactCpu: number;
  archiveCpu: number;
}

/** A month's way out of the database, beside what costs least: COPY through gzip, unverified, and DELETE. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  const rounds: Round[] = [];
  let events = 0;
  try {
    const now = new Date();
    await server.create('filled');
    events = await fillOldMonth(
      server,
      'filled',
      quick ? QUICK_EVENTS : EVENTS,
      new Date(now.getTime() - 150 * DAY_MS),
    );
    for (let round = 1; round <= (quick ? 1 : ROUNDS); round++) {
      process.stderr.write(`  round ${round}: ${number(events)} events …\n`);
      rounds.push(await runRound(server, now));
    }
  } finally {
    await server.stop();
  }
  const of = (key: keyof Round) => rounds.map((round) => round[key]);
  const rate = (key: keyof Round) => {
    const rates = of(key).map((ms) => (events / ms) * 1_000);
    return withSpread(median(rates), rates);
  };
  const each = (key: keyof Round) => number(median(of(key)) / events, 1);
  printTable(
    `One month of ${number(events)} events`,
    ['', 'events/s'],
    [
      ['compaction: START/OK pairs merged', rate('compact')],
      ['DELETE of the whole month, to compare', rate('delete')],
      ['archive: Parquet, stored, read back, compared (through the endpoint)', rate('archive')],
      ['COPY … | gzip, not compared, to compare', rate('copy')],
    ],
  );
  printTable(
    'Bytes an event as recorded',
    ['', 'bytes'],
    [
      ['in PostgreSQL, with its indexes', each('plainBytes')],
      ['compacted, after VACUUM FULL', each('compactedBytes')],
      ['as Parquet, of compacted rows', each('parquetBytes')],
      ['as CSV through gzip, of the same rows', each('copyBytes')],
    ],
  );
  printTable(
    'Milliseconds',
    ['', 'ms'],
    [
      ['dropping the month', withSpread(median(of('drop')), of('drop'), 1)],
      [
        'one timeline from the database, a page through the endpoint',
        withSpread(median(of('storedRead')), of('storedRead'), 1),
      ],
      [
        'the same from the archive: an object of a thousand requests',
        withSpread(median(of('archivedRead')), of('archivedRead'), 1),
      ],
    ],
  );
  const cpu = (key: 'summaryCpu' | 'compactCpu' | 'archiveCpu') => median(of(key)) / events;
  const cpuAll = cpu('summaryCpu') + cpu('compactCpu') + cpu('archiveCpu');
  printTable(
    `CPU of an event as recorded, µs, database and function; and its share of a day at ${number(BUSY_EVENTS_PER_SECOND)} events a second`,
    ['', 'µs', 'of a day'],
    (
      [
        ['both roll-ups, from nothing', cpu('summaryCpu')],
        ['compaction', cpu('compactCpu')],
        ['archive', cpu('archiveCpu')],
        ['all', cpuAll],
      ] as const
    ).map(([name, us]) => [name, number(us, 1), `${number(shareOfDay(us), 1)} %`]),
  );
  const out = median(of('compact')) + median(of('archive'));
  printAims([
    {
      text: `of a day, all of it at ${number(BUSY_EVENTS_PER_SECOND)} events a second, by CPU`,
      reached: shareOfDay(cpuAll),
      below: MOST_OF_DAY,
      unit: '%',
    },
    {
      text: 'compaction and archive, one after the other',
      reached: (events / out) * 1_000,
      least: Math.ceil(LEAST_EVENTS_PER_SECOND),
      unit: 'events/s',
    },
    { text: 'dropping the month', reached: median(of('drop')), below: DROP_BELOW_MS, unit: 'ms' },
    ...(
      [
        ['as recorded', 'plainBytes'],
        ['compacted', 'compactedBytes'],
        ['in the archive', 'parquetBytes'],
      ] as const
    ).map(([what, key]) => ({
      text: `an event ${what}`,
      reached: median(of(key)) / events,
      below: MOST_BYTES[key],
      unit: 'bytes',
    })),
  ]);
  print(`Compaction merges ${number((100 * median(of('merged'))) / events, 1)} % of the events into others.`);
}

/** Each second brings so many events, and each costs so many microseconds of it. */
function shareOfDay(us: number): number {
  return (100 * BUSY_EVENTS_PER_SECOND * us) / 1e6;
}

async function runRound(server: BenchServer, now: Date): Promise<Round> {
  const archive = await openArchiveBucket();
  const directory = await mkdtemp(join(tmpdir(), 'pagw-copy-'));
  await chmod(directory, 0o777);
  await server.create('month', 'filled');
  await server.create('deleted', 'filled');
  const { database, close } = openEndpointDatabase(server.dataApiUrl, 'month');
  const client = new Client({ connectionString: server.urlOf('month') });
  await client.connect();
  const options = { database, now, mayGoOn: () => true };
  const bytes = async () =>
    Number(
      (
        await client.query(
          `SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'event_tracker'::regclass`,
        )
      ).rows[0].sum,
    );
  try {
    const { cpu: summaryCpu } = await timedCpu(server, async () => {
      await refreshSummary(options);
      await refreshFlow(options);
    });
    const plainBytes = await bytes();
    let merged = 0;
    const { ms: compact, cpu: compactCpu } = await timedCpu(server, async () => {
      merged = (await compactRequests(options, 30)).eventsMerged;
    });
    await client.query('VACUUM FULL ANALYZE event_tracker');
    await client.query('VACUUM ANALYZE request_tracker');
    const compactedBytes = await bytes();
    const file = join(directory, 'month.csv.gz');
    const copy = await timed(() =>
      client.query(`COPY (SELECT * FROM event_tracker) TO PROGRAM 'gzip -c > ${file}' (FORMAT csv)`),
    );
    const copyBytes = (await stat(file)).size;
    const [{ pagw_id: pagwId }] = (
      await client.query('SELECT pagw_id FROM request_tracker ORDER BY md5(pagw_id) LIMIT 1')
    ).rows;
    const request = await findRequest(database, pagwId);
    if (request === undefined) throw new Error('The benchmark lost its request.');
    const storedRead = await timedReads(() => readTimeline(database, request));
    let parquetBytes = 0;
    const { ms: archiveMs, cpu: archiveCpu } = await timedCpu(server, async () => {
      parquetBytes = (await archiveRequests(options, archive, 90)).archiveBytes;
    });
    let monthsDropped = 0;
    const drop = await timed(async () => {
      ({ monthsDropped } = await dropArchivedMonths(options, archive, 90));
    });
    if (monthsDropped === 0) throw new Error('The month was not dropped: something of it is not archived.');
    const archived = await findRequest(database, pagwId);
    if (archived === undefined) throw new Error('The benchmark lost its request.');
    const archivedRead = await timedReads(() => readHistory(database, archive.s3, archived));
    const deleteMs = await timed(() => server.run('deleted', 'DELETE FROM event_tracker'));
    return {
      compact,
      archive: archiveMs,
      drop,
      copy,
      delete: deleteMs,
      plainBytes,
      compactedBytes,
      parquetBytes,
      copyBytes,
      archivedRead,
      storedRead,
      merged,
      summaryCpu,
      compactCpu,
      archiveCpu,
    };
  } finally {
    await client.end();
    await close();
    await server.drop('month');
    await server.drop('deleted');
    await archive.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Of the database's processes and of this one; the endpoint between them is AWS's. */
async function timedCpu(
  server: BenchServer,
  work: () => Promise<unknown>,
): Promise<{ ms: number; cpu: number }> {
  const own = process.cpuUsage();
  let ms = 0;
  const database = await serverCpuOf(server.processId, async () => {
    ms = await timed(work);
  });
  const { user, system } = process.cpuUsage(own);
  return { ms, cpu: database + user + system };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function timedReads(read: () => AsyncIterable<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < READS; turn++)
    times.push(
      await timed(async () => {
        for await (const _ of read());
      }),
    );
  return median(times);
}
