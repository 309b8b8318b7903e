import { Pool } from 'pg';
import { type Aim, printAims } from '../report/aim.ts';
import { printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { type Child, startChild } from '../server/child.ts';
import { benchClaimCost } from './claim-cost.ts';
import { WORKERS } from './contestant.ts';
import type { ContestantRequest } from './contestant-process.ts';
import { seedRequests } from './seed-failures.ts';
import { benchServerCost } from './server-cost.ts';

const CONTESTANTS = {
  'ours-direct': 'ours: claim, send, settle with an event in the history',
  'ours-endpoint': 'the same through the Data API endpoint',
  'bare-settle': 'bare UPDATE, INSERT, UPDATE that leave the same rows: the floor of it',
  'ours-without-history': 'ours, claim and clear only: what the peers do',
  'bare-clear': 'bare UPDATE that clears the failure: the floor of that',
  'pg-boss': 'pg-boss: fetch(100), complete(100)',
  'graphile-worker': 'graphile-worker: local queue of 500, completions in batches',
} as const;
type Name = keyof typeof CONTESTANTS;

interface Runner {
  name: Name;
  child: Child<ContestantRequest, number>;
  jobsPerSecond: number[];
}

/** How fast due failures are claimed, dispatched and settled, beside job queues; and what a claim costs as history grows. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    const aims = await benchThroughput(server, quick);
    aims.push(...(await benchServerCost(server, quick)), ...(await benchClaimCost(server, quick)));
    printAims(aims);
  } finally {
    await server.stop();
  }
}

async function benchThroughput(server: BenchServer, quick: boolean): Promise<Aim[]> {
  const jobs = quick ? 5_000 : 20_000;
  const rounds = quick ? 2 : 5;
  const history = quick ? 5_000 : 50_000;
  const runners: Runner[] = [];
  try {
    for (const name of Object.keys(CONTESTANTS) as Name[]) runners.push(await start(server, name, history));
    // The first round warms up and is not counted; who comes first changes.
    for (let round = 0; round <= rounds; round++)
      for (const runner of [
        ...runners.slice(round % runners.length),
        ...runners.slice(0, round % runners.length),
      ]) {
        const jobsPerSecond = await runner.child.ask({ ask: 'heat', jobs });
        if (round > 0) runner.jobsPerSecond.push(jobsPerSecond);
      }
  } finally {
    for (const { child } of runners) await child.stop();
  }
  printTable(
    `Retries a second: ${jobs.toLocaleString('en-US')} due, ${WORKERS} workers, median of ${rounds} rounds (lowest–highest)`,
    ['contestant', 'retries/s'],
    runners.map(({ name, jobsPerSecond }) => [
      CONTESTANTS[name],
      withSpread(median(jobsPerSecond), jobsPerSecond),
    ]),
  );
  return aimsOf(runners);
}

async function start(server: BenchServer, name: Name, history: number): Promise<Runner> {
  const database = `retry_${name.replaceAll('-', '_')}`;
  await server.create(database);
  const connectionString = server.urlOf(database);
  if (name.startsWith('ours') || name.startsWith('bare')) {
    const pool = new Pool({ connectionString, max: 1 });
    await seedRequests(pool, history, false);
    await pool.query('VACUUM (ANALYZE)');
    await pool.end();
  }
  const file = new URL('./contestant-process.ts', import.meta.url);
  const child = startChild<ContestantRequest, number>(file, [name]);
  await child.ask({ ask: 'open', arena: { connectionString, database, dataApiUrl: server.dataApiUrl } });
  return { name, child, jobsPerSecond: [] };
}

function aimsOf(runners: readonly Runner[]): Aim[] {
  const of = (name: Name) => runners.find((runner) => runner.name === name)?.jobsPerSecond ?? [];
  const peers = [of('pg-boss'), of('graphile-worker')];
  const better = of('ours-direct').map((_, round) =>
    Math.max(...peers.map((peer) => peer[round] ?? Number.NaN)),
  );
  const against = (name: Name, others: readonly number[]) => medianRatio(of(name), others);
  return [
    {
      text: 'claim, dispatch and settle with history, against the floor',
      reached: against('ours-direct', of('bare-settle')),
      least: 0.85,
    },
    {
      text: 'claim, dispatch and settle with history, against the better peer',
      reached: against('ours-direct', better),
      least: 1.3,
    },
    {
      text: 'claim and clear only, against the better peer',
      reached: against('ours-without-history', better),
      least: 1.3,
    },
  ];
}
