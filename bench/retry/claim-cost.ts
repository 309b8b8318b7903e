import { Pool } from 'pg';
import type { Aim } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { median, quantile } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { seedRequests } from './seed-failures.ts';

const DUE = 100;
const CLAIMS = 60;
const WARM_UP = 10;
const EVENTS_PER_REQUEST = 10;

/** What a claim of 100 due failures takes among ever more events; each one is rolled back and done again. */
export async function benchClaimCost(server: BenchServer, quick: boolean): Promise<Aim[]> {
  const sizes = quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
  await server.create('claim_cost');
  const pool = new Pool({ connectionString: server.urlOf('claim_cost'), max: 1 });
  const medians: number[] = [];
  const rows: string[][] = [];
  try {
    await seedRequests(pool, DUE, true);
    let events = DUE * EVENTS_PER_REQUEST;
    for (const size of sizes) {
      await seedRequests(pool, (size - events) / EVENTS_PER_REQUEST, false);
      events = size;
      await pool.query('VACUUM (ANALYZE)');
      const times = await timeClaims(pool);
      medians.push(median(times));
      rows.push([number(size), number(median(times), 2), number(quantile(times, 0.95), 2)]);
    }
  } finally {
    await pool.end();
    await server.drop('claim_cost');
  }
  printTable(`Claiming ${DUE} due failures (ms)`, ['events', 'median', 'p95'], rows);
  const reached = Math.max(...medians) / Math.min(...medians);
  return [
    {
      text: `slowest claim against the fastest, ${number(sizes[0] ?? 0)} to ${number(sizes.at(-1) ?? 0)} events`,
      reached,
      below: 2,
    },
  ];
}

async function timeClaims(pool: Pool): Promise<number[]> {
  const client = await pool.connect();
  const times: number[] = [];
  try {
    for (let round = 0; round < CLAIMS + WARM_UP; round++) {
      await client.query('BEGIN');
      const began = performance.now();
      const { rows } = await client.query({
        name: 'claim',
        text: `SELECT * FROM claim_due_retries(now(), $1::int, '[]', '[]')`,
        values: [DUE * 2],
      });
      const elapsed = performance.now() - began;
      await client.query('ROLLBACK');
      if (rows.length !== DUE) throw new Error(`A claim took ${rows.length} of ${DUE} due failures.`);
      if (round >= WARM_UP) times.push(elapsed);
    }
  } finally {
    client.release();
  }
  return times;
}
