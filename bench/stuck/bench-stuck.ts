import { Client } from 'pg';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { simulateWeek, tellWeek } from '../../test/support/simulate-week.ts';
import { printAims } from '../report/aim.ts';
import { print } from '../report/print.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openDirectDatabase, openEndpointDatabase } from '../server/open-databases.ts';
import { type ContestantName, contestants, LABELS, PAGE } from './contestants.ts';
import { EVENTS_PER_REQUEST, fillHistory } from './fill-history.ts';

const FULL_SIZE = 5_000_000;
const SIZES = [100_000, 1_000_000, FULL_SIZE] as const;
const QUICK_SIZES = [100_000, 500_000] as const;
const ROUNDS = 7;
const WARM_UP = 1;
/** Ours are short: each round takes the median of so many, after one that warms the cache up again. */
const REPEATS = 5;
/** Longer than the time between two checks: what was looked at is due again in the next round. */
const STEP_MS = 11 * 60_000;

type Series = Record<ContestantName, number[]>;

/** The detector and the stuck list against the review's query, as the history grows; then a week with an outage. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    await server.create('stuck');
    const results = new Map<number, Series>();
    let requests = 0;
    for (const size of quick ? QUICK_SIZES : SIZES) {
      process.stderr.write(`  filling up to ${number(size)} events …\n`);
      await fillHistory(server, 'stuck', requests, size / EVENTS_PER_REQUEST);
      requests = size / EVENTS_PER_REQUEST;
      results.set(size, await measure(server));
    }
    printSizes(results);
    await server.create('week');
    await benchWeek(server, quick ? 0.1 : 1);
  } finally {
    await server.stop();
  }
}

async function measure(server: BenchServer): Promise<Series> {
  const client = new Client({ connectionString: server.urlOf('stuck') });
  await client.connect();
  const direct = openDirectDatabase(server.urlOf('stuck'), 1);
  const endpoint = openEndpointDatabase(server.dataApiUrl, 'stuck');
  const field = { client, direct: direct.database, endpoint: endpoint.database };
  const series: Series = { review: [], list: [], listEndpoint: [], pass: [], read: [], detect: [] };
  let now = new Date();
  await checkRequests(direct.database, {
    now,
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
  });
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const name of Object.keys(LABELS) as ContestantName[]) {
      const times: number[] = [];
      for (let repeat = name === 'review' ? 1 : 0; repeat <= (name === 'review' ? 1 : REPEATS); repeat++) {
        now = new Date(now.getTime() + STEP_MS);
        const startedAt = performance.now();
        const found = await contestants[name](field, now);
        if (repeat > 0) times.push(performance.now() - startedAt);
        if (found < PAGE) throw new Error(`${LABELS[name]} found ${found} requests of at least ${PAGE}.`);
      }
      if (round >= 0) series[name].push(median(times));
    }
  }
  await client.end();
  await direct.close();
  await endpoint.close();
  return series;
}

function printSizes(results: ReadonlyMap<number, Series>): void {
  const sizes = [...results.keys()];
  printTable(
    `Stuck requests, ms warm: median (lowest–highest of ${ROUNDS} rounds); ${EVENTS_PER_REQUEST} events a request, 0.5 % of requests open`,
    ['', ...sizes.map((size) => `${number(size)} events`)],
    (Object.keys(LABELS) as ContestantName[]).map((name) => [
      LABELS[name],
      ...sizes.map((size) => {
        const times = results.get(size)?.[name] ?? [];
        return withSpread(median(times), times, 2);
      }),
    ]),
  );
  const smallest = results.get(sizes[0] ?? 0);
  const largest = results.get(sizes.at(-1) ?? 0);
  if (smallest === undefined || largest === undefined) return;
  const growth = (name: ContestantName) => {
    const medians = [...results.values()].map((series) => median(series[name]));
    return Math.max(...medians) / Math.min(...medians);
  };
  const size = sizes.at(-1) ?? 0;
  const faster = (what: string, name: ContestantName) => ({
    text: `${what} against the review's query at ${number(size)}`,
    reached: medianRatio(largest.review, largest[name]),
    least: 500,
  });
  printAims([
    { text: `the stuck list's growth over that range`, reached: growth('list'), below: 2 },
    { text: `the detector's page read: growth over that range`, reached: growth('read'), below: 2 },
    { text: `the detector's page read, judged, written: growth`, reached: growth('detect'), below: 2 },
    // The review's query reads everything: how much faster we are says something at full size only.
    ...(size < FULL_SIZE
      ? []
      : [
          faster('the stuck list', 'list'),
          faster("the detector's page read", 'read'),
          faster("the detector's page read, judged, written", 'detect'),
        ]),
  ]);
}

async function benchWeek(server: BenchServer, share: number): Promise<void> {
  const { database, close } = openDirectDatabase(server.urlOf('week'), 1);
  let compared = 0;
  const week = await simulateWeek(database, share, (said, expected, at) => {
    compared += 1;
    for (const [pagwId, reason] of expected)
      if (said.get(pagwId) !== reason) throw new Error(`${pagwId} is unexplained at ${at.toISOString()}.`);
    for (const pagwId of said.keys())
      if (!expected.has(pagwId))
        throw new Error(`${pagwId} is alarmed at ${at.toISOString()} though it is well.`);
  });
  await close();
  print(
    `${tellWeek(week)}\nAt ${number(compared)} moments: no request unexplained, none alarmed that was well.`,
  );
}
