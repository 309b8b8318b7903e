import type { SQSClient } from '@aws-sdk/client-sqs';
import { Pool } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { compactRequests } from '../../lib/data-access/retention.ts';
import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { archiveRequests } from '../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../lib/flows/retention/drop-archived-months.ts';
import { runRetries } from '../../lib/flows/retry/run-retries.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { openArchiveBucket } from '../../test/support/archive-bucket.ts';
import { Workload } from '../ingest/workload.ts';
import { fillOldMonth } from '../maintain/fill-old-month.ts';
import { number, printTable } from '../report/print-table.ts';
import { seedRequests } from '../retry/seed-failures.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { LogMeter, type Written } from './log-meter.ts';

const BATCHES = [2, 5, 10, 50] as const;
const LIVE_REQUESTS = 1_000;
/** A queue that takes everything. */
const sqs = {
  send: async ({ input }: { input: { Entries: { Id: string }[] } }) => ({ Successful: input.Entries }),
} as unknown as SQSClient;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** How often each open request is looked at. */
const CHECKS = 10;
const RETRIES = 2_000;

/** What an event writes to the database's log from its recording until its month is dropped, which Aurora is paid for by the unit. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    // Aurora writes log records only, and never a page.
    await server.run('postgres', 'ALTER SYSTEM SET full_page_writes = off');
    await server.run('postgres', 'SELECT pg_reload_conf()');
    const rows: [string, Written][] = [];
    for (const batch of BATCHES) rows.push(...(await recording(server, batch, quick ? 5_000 : 40_000)));
    rows.push(...(await upkeep(server, quick ? 30_000 : 200_000)));
    printTable(
      'An event, a look, a retry: bytes of log, these in units of 4 KB if each transaction is sent by itself, and calls of 32 KB',
      ['', 'bytes', 'units', 'calls'],
      rows.map(([name, { bytes, units, calls }]) => [
        name,
        number(bytes),
        number(units, 2),
        number(calls, 2),
      ]),
    );
  } finally {
    await server.stop();
  }
}

/** Of one writer, after a first round that is not counted. */
async function recording(server: BenchServer, batch: number, events: number): Promise<[string, Written][]> {
  const name = `batch_${batch}`;
  await server.create(name);
  return metered(server, name, async (database, meter) => {
    const workload = new Workload(LIVE_REQUESTS, name);
    const record = async () => {
      for (const items of workload.batchesFor(1, batch, events / batch)[0] ?? [])
        await recordEvents(
          database,
          items.map(({ event }) => event),
          new Date(),
        );
    };
    await record();
    await server.vacuum(name);
    const rows: [string, Written][] = [
      [`an event recorded, ${batch} at a time`, shareOf(await meter.writtenBy(record), events)],
      ['  vacuum of what was', shareOf(await meter.writtenBy(() => server.vacuum(name), true), events)],
    ];
    if (batch === 10) rows.push(...(await minuteFlows(server.urlOf(name), database, meter)));
    return rows;
  });
}

async function minuteFlows(
  connectionString: string,
  database: Database,
  meter: LogMeter,
): Promise<[string, Written][]> {
  const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
  const from = Date.now();
  let looks = 0;
  const look = await meter.writtenBy(async () => {
    for (let turn = 1; turn <= CHECKS; turn++) {
      const now = new Date(from + turn * 11 * MINUTE_MS);
      looks += (await checkRequests(database, { rules, now })).checked;
    }
  });
  const pool = new Pool({ connectionString, max: 1 });
  await seedRequests(pool, RETRIES, true);
  await pool.end();
  let sent = 0;
  const retry = await meter.writtenBy(async () => {
    const { counts } = await runRetries({
      database,
      sqs,
      queues: () => 'queue',
      policy: defaultRetryPolicy,
      now: () => new Date(),
      leaseSeconds: 300,
      batchSize: 250,
      mayGoOn: () => true,
    });
    sent = counts.dispatched;
  });
  return [
    ['a look of stuck-alarm at a request', shareOf(look, looks)],
    ['a retry sent', shareOf(retry, sent)],
  ];
}

async function upkeep(server: BenchServer, most: number): Promise<[string, Written][]> {
  await server.create('month');
  const now = new Date();
  const events = await fillOldMonth(server, 'month', most, new Date(now.getTime() - 150 * DAY_MS));
  const archive = await openArchiveBucket();
  try {
    return await metered(server, 'month', async (database, meter) => {
      const options = { database, now, mayGoOn: () => true };
      const steps: Record<string, () => Promise<unknown>> = {
        'an event in both roll-ups, from nothing': async () => {
          await refreshSummary(options);
          await refreshFlow(options);
        },
        'an event compacted': () => compactRequests(options, 30),
        '  vacuum of what was': () => server.vacuum('month'),
        'an event archived': () => archiveRequests(options, archive, 90),
        'an event dropped with its month': () => dropArchivedMonths(options, archive, 90),
        '  vacuum after it': () => server.vacuum('month'),
      };
      const rows: [string, Written][] = [];
      for (const [name, work] of Object.entries(steps))
        rows.push([name, shareOf(await meter.writtenBy(work, name.includes('vacuum')), events)]);
      return rows;
    });
  } finally {
    await archive.close();
  }
}

async function metered<T>(
  server: BenchServer,
  name: string,
  work: (database: Database, meter: LogMeter) => Promise<T>,
): Promise<T> {
  const meter = new LogMeter(server.urlOf(name));
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  await meter.open();
  try {
    return await work(meter.over(database), meter);
  } finally {
    await meter.close();
    await close();
  }
}

function shareOf({ bytes, units, calls }: Written, among: number): Written {
  return { bytes: bytes / among, units: units / among, calls: calls / among };
}
