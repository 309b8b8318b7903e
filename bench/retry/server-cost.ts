import { Pool } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import type { Aim } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { serverCpuOf } from '../server/server-cpu.ts';
import { bareWrites } from './contestants/bare-writes.ts';
import { retriesOver } from './contestants/retries-over.ts';
import { seedRequests } from './seed-failures.ts';

const HISTORY = 20_000;

/** The statements of a retry, by what only their text has. */
const STEPS = {
  'FROM claim_due_retries': 'claim',
  external_reference_id: 'read what commands say of their requests',
  read_request_states: 'read the states',
  append_events: 'append the event, clear the failure and its claim, advance the request',
} as const;
const REST = 'once a run: end old claims, pull back';

/**
 * What each step of a retry costs the server's processors, one sender alone, beside the bare writes of the same rows. Unlike
 * a rate it leaves out what the sender itself does on the same machine.
 */
export async function benchServerCost(server: BenchServer, quick: boolean): Promise<Aim[]> {
  const jobs = quick ? 5_000 : 20_000;
  const rounds = quick ? 2 : 5;
  const ours: number[] = [];
  const floor: number[] = [];
  const steps = new Map<string, number[]>([...Object.values(STEPS), REST].map((step) => [step, []]));
  const oursOn = await database(server, 'retry_cost_ours');
  const bareOn = await database(server, 'retry_cost_bare');
  const spent = new Map<string, number>();
  const { database: direct, close } = openDirectDatabase(oursOn, 1);
  const sender = retriesOver({ database: measured(direct, server, spent), close }, oursOn, 1);
  const bare = await bareWrites(
    'clear',
    'append',
    'advance',
  )({
    connectionString: bareOn,
    database: 'retry_cost_bare',
    dataApiUrl: server.dataApiUrl,
  });
  try {
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      await sender.prepare(jobs);
      spent.clear();
      const sent = await sender.work();
      await sender.verify();
      await bare.prepare(jobs);
      const bareMicros = await serverCpuOf(server.processId, () => bare.work());
      await bare.verify();
      if (round === 0) continue;
      for (const [step, costs] of steps) costs.push((spent.get(step) ?? 0) / sent);
      ours.push([...spent.values()].reduce((sum, micros) => sum + micros) / sent);
      floor.push(bareMicros / jobs);
    }
  } finally {
    await sender.close();
    await bare.close();
  }
  printTable(
    `Server CPU of a retry (µs): ${number(jobs)} due, one sender, median of ${rounds} rounds (lowest–highest)`,
    ['step', 'µs'],
    [...steps, ['ours in all', ours] as const, ['bare UPDATE, INSERT, UPDATE', floor] as const].map(
      ([step, costs]) => [step, withSpread(median(costs), costs)],
    ),
  );
  return [
    {
      text: 'server CPU of the bare writes, against that of ours with history',
      reached: medianRatio(floor, ours),
      least: 0.85,
    },
  ];
}

async function database(server: BenchServer, name: string): Promise<string> {
  await server.create(name);
  const connectionString = server.urlOf(name);
  const pool = new Pool({ connectionString, max: 1 });
  await seedRequests(pool, HISTORY, false);
  await pool.query('VACUUM (ANALYZE)');
  await pool.end();
  return connectionString;
}

/** The same database, adding what each statement costs the server to its step. */
function measured(inner: Database, server: BenchServer, spent: Map<string, number>): Database {
  return {
    execute: async (sql, values) => {
      const answers: Awaited<ReturnType<typeof inner.execute<never>>>[] = [];
      const micros = await serverCpuOf(server.processId, async () => {
        answers.push(await inner.execute<never>(sql, values));
      });
      const step = Object.entries(STEPS).find(([text]) => sql.includes(text))?.[1] ?? REST;
      spent.set(step, (spent.get(step) ?? 0) + micros);
      return answers[0] as never;
    },
    transaction: (work) => inner.transaction((transaction) => work(measured(transaction, server, spent))),
  };
}
