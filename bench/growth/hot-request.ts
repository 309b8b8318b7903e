import { Client } from 'pg';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import type { Aim } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { type Cost, CostMeter } from './cost.ts';
import { failuresOf } from './failures.ts';

const SIZES = [1_000, 10_000, 100_000];
const QUICK_SIZES = [1_000, 10_000];
const BATCH = 500;
const REPEATS = 5;
const HOT = 'PAGW-20260301-00001-0000HOT0';

/** What one more failure costs a request that has had so many; all of them recorded by the flow itself. */
export async function benchHotRequest(server: BenchServer, quick: boolean): Promise<Aim[]> {
  await server.create('hot');
  const { database, close } = openDirectDatabase(server.urlOf('hot'), 1);
  const watcher = new Client({ connectionString: server.urlOf('hot') });
  await watcher.connect();
  const meter = new CostMeter(database, watcher);
  const costs: Cost[] = [];
  const sizes = quick ? QUICK_SIZES : SIZES;
  let recorded = 0;
  const record = async () => {
    const failures = failuresOf(Array.from({ length: BATCH }, () => HOT));
    const answers = await recordEvents(database, failures, new Date());
    if (answers.some(({ outcome }) => outcome !== 'RECORDED')) throw new Error('A failure was not recorded.');
    recorded += BATCH;
  };
  try {
    for (const size of sizes) {
      process.stderr.write(`  filling a request up to ${number(size)} events …\n`);
      while (recorded < size) await record();
      await server.vacuum('hot');
      costs.push(await meter.costOf(BATCH, REPEATS, record));
    }
  } finally {
    await watcher.end();
    await close();
    await server.drop('hot');
  }
  printTable(
    `One more failure of a request that holds so many, recorded ${BATCH} a call`,
    ['events it holds', 'ms an event', 'pages an event'],
    sizes.map((size, place) => [
      number(size),
      number(costs[place]?.ms ?? 0, 3),
      number(costs[place]?.pages ?? 0, 1),
    ]),
  );
  const pages = costs.map((cost) => cost.pages);
  return [
    {
      text: `pages of an event at ${number(sizes.at(-1) ?? 0)} events in a request against ${number(sizes[0] ?? 0)}`,
      reached: (pages.at(-1) ?? 0) / (pages[0] ?? 0),
      below: 2,
    },
  ];
}
