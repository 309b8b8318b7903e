import type { Database, SqlResult, SqlValues } from '../../lib/data-access/database.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import type { WorkloadEvent } from '../ingest/contestant.ts';
import { open as openReference } from '../ingest/contestants/review-insert.ts';
import { Workload } from '../ingest/workload.ts';
import { printAims } from '../report/aim.ts';
import { printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { type BenchServer, REVIEW, startBenchServer } from '../server/bench-server.ts';
import { DirectDatabase } from '../server/direct-database.ts';
import { openPool } from '../server/open-pool.ts';
import { backendCpuOf, serverCpuOf } from '../server/server-cpu.ts';
import { LEFT_OUT } from './left-out.ts';

const LIVE_REQUESTS = 1_000;
const BATCHES = { 10: 300, 100: 60 } as const;
const WARM_UP_BATCHES = 200;
const SEED = 'parts';
const WHOLE = 'all of it';
const REFERENCE = '(r) the reference';

/** Microseconds of the server an event, of each round. */
interface Costs {
  read: number[];
  append: number[];
  all: number[];
}

interface Contestant {
  name: string;
  database: string;
  costs: Costs;
  record(batches: readonly WorkloadEvent[][]): Promise<{ read: number; append: number; all: number }>;
  batchesOf(size: number, count: number): WorkloadEvent[][];
  close(): Promise<void>;
}

/** What recording consists of: its cost without one thing after another, and without all of them, beside the reference. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    const contestants = [await openReview(server), await openOurs(server, WHOLE, [])];
    const everything: string[] = [];
    for (const [name, statements] of Object.entries(LEFT_OUT)) {
      contestants.push(await openOurs(server, `without ${name}`, await statements()));
    }
    for (const statements of Object.values(LEFT_OUT)) everything.push(...(await statements()));
    contestants.push(await openOurs(server, 'without all of these', everything));
    for (const contestant of contestants) {
      await contestant.record(contestant.batchesOf(100, WARM_UP_BATCHES));
      await server.vacuum(contestant.database);
    }
    for (const size of [10, 100] as const) await compare(contestants, size, quick ? 2 : 6, quick ? 0.3 : 1);
    for (const { close } of contestants) await close();
  } finally {
    await server.stop();
  }
}

async function compare(
  contestants: readonly Contestant[],
  size: keyof typeof BATCHES,
  rounds: number,
  share: number,
): Promise<void> {
  for (const contestant of contestants) contestant.costs = { read: [], append: [], all: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { record, batchesOf, costs } of contestants) {
      const batches = batchesOf(size, Math.round(BATCHES[size] * share));
      const spent = await record(batches);
      if (round === 0) continue;
      for (const part of ['read', 'append', 'all'] as const)
        costs[part].push(spent[part] / (size * batches.length));
    }
  }
  const reference = contestants[0]?.costs.all ?? [];
  printTable(
    `CPU of the server, µs an event: one writer, batches of ${size}, median of ${rounds} rounds (lowest–highest)`,
    ['', 'states read', 'written', 'in all', 'to the reference'],
    contestants.map(({ name, costs }) => [
      name,
      ...(name === REFERENCE ? ['', ''] : [cell(costs.read), cell(costs.append)]),
      cell(costs.all),
      `${medianRatio(costs.all, reference).toFixed(2)} ×`,
    ]),
  );
  const least = contestants.at(-1)?.costs.all ?? [];
  printAims([
    {
      text: `batch ${size}: CPU an event without all of these / ${REFERENCE}`,
      reached: medianRatio(least, reference),
      below: size === 10 ? 2.2 : 1.9,
    },
  ]);
}

const cell = (values: readonly number[]) => withSpread(median(values), values, 1);

let made = 0;

async function openOurs(
  server: BenchServer,
  name: string,
  statements: readonly string[],
): Promise<Contestant> {
  made += 1;
  const database = `parts_${made}`;
  await server.create(database);
  await server.run(database, ...statements);
  // One connection for good: what a session has planned stays.
  const pool = openPool(server.urlOf(database), 1, '', 0);
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const metered = new MeteredDatabase(new DirectDatabase(pool), rows[0]?.pid ?? 0);
  const workload = new Workload(LIVE_REQUESTS, SEED);
  return {
    name,
    database,
    costs: { read: [], append: [], all: [] },
    batchesOf: (size, count) => workload.batchesFor(1, size, count)[0] ?? [],
    record: async (batches) => {
      metered.spent = { read: 0, append: 0 };
      for (const batch of batches)
        await recordEvents(
          metered,
          batch.map(({ event }) => event),
          new Date(),
        );
      const { read, append } = metered.spent;
      return { read, append, all: read + append };
    },
    close: () => pool.end(),
  };
}

async function openReview(server: BenchServer): Promise<Contestant> {
  const database = 'parts_reference';
  await server.create(database, REVIEW);
  const reference = await openReference({
    connectionString: server.urlOf(database),
    connections: 1,
    database,
    dataApiUrl: server.dataApiUrl,
    serverPid: server.processId,
  });
  const workload = new Workload(LIVE_REQUESTS, SEED);
  return {
    name: REFERENCE,
    database,
    costs: { read: [], append: [], all: [] },
    batchesOf: (size, count) => workload.batchesFor(1, size, count)[0] ?? [],
    record: async (batches) => {
      await reference.prepare?.(batches.flat());
      const all = await serverCpuOf(server.processId, async () => {
        for (const batch of batches) await reference.record(batch, 0);
      });
      return { read: 0, append: 0, all };
    },
    close: () => reference.close(),
  };
}

/** Sums up what the server spends on each of recording's two calls. */
class MeteredDatabase implements Database {
  spent = { read: 0, append: 0 };
  readonly #inner: Database;
  readonly #backendPid: number;

  constructor(inner: Database, backendPid: number) {
    this.#inner = inner;
    this.#backendPid = backendPid;
  }

  async execute<Row>(sql: string, values?: SqlValues) {
    const call = sql.includes('read_request_states') ? 'read' : 'append';
    let result: SqlResult<Row> | undefined;
    this.spent[call] += await backendCpuOf(this.#backendPid, async () => {
      result = await this.#inner.execute<Row>(sql, values);
    });
    if (result === undefined) throw new Error('The call was not made.');
    return result;
  }

  transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    return this.#inner.transaction(work);
  }
}
