import { Client } from 'pg';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openEndpointDatabase } from '../server/open-databases.ts';
import { type History, makeHistories } from '../year/histories.ts';
import { ExplainingDatabase } from './explaining-database.ts';
import { pageViews } from './page-views.ts';
import { views } from './views.ts';

const ROUNDS = 15;
const WARM_UP = 3;
const MOST_MS = 100;
/** The most of the history that a view may touch. */
const MOST_OF_HISTORY = 0.25;
/** Of a smaller history the pages that every view touches are a large share. */
const SMALLEST_SHARED = 1_000_000;

/**
 * What each view asks of the database after a tenth of a year and after a whole one, the histories of `bench -- year`.
 * DATA=DIR keeps both there for the next run, ASK=pattern asks only what it is found in.
 */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer(process.env.DATA);
  try {
    const aims: Aim[] = [];
    for (const history of await makeHistories(server, quick)) aims.push(...(await measure(server, history)));
    printAims(aims);
  } finally {
    await server.stop();
  }
}

async function measure(server: BenchServer, { name: database, events, days, subjects }: History) {
  const client = new Client({ connectionString: server.urlOf(database) });
  await client.connect();
  const { rows: sizes } = await client.query(
    `SELECT sum(pg_relation_size(inhrelid) / 8192)::int AS pages FROM pg_inherits WHERE inhparent = 'event_tracker'::regclass`,
  );
  const historyPages: number = sizes[0].pages;
  const endpoint = openEndpointDatabase(server.dataApiUrl, database);
  const table: string[][] = [];
  const aims: Aim[] = [];
  const asked = new RegExp(process.env.ASK ?? '');
  for (const { name, read } of [...views, ...pageViews(subjects.pagwId)]) {
    if (!asked.test(name)) continue;
    const inDatabase: number[] = [];
    const throughEndpoint: number[] = [];
    let cost = { statements: 0, ms: 0, pages: 0 };
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const explaining = new ExplainingDatabase(client, endpoint.database);
      await read(explaining, subjects.now);
      const startedAt = performance.now();
      await read(endpoint.database, subjects.now);
      if (round < 0) continue;
      throughEndpoint.push(performance.now() - startedAt);
      cost = explaining.cost;
      inDatabase.push(cost.ms);
    }
    const share = (100 * cost.pages) / historyPages;
    table.push([
      name,
      ...[median(inDatabase), Math.max(...inDatabase), median(throughEndpoint)].map((ms) => number(ms, 1)),
      number(cost.statements),
      number(cost.pages),
      `${number(share, 1)} %`,
    ]);
    const at = `${name}, at ${number(events)}`;
    aims.push({
      text: `${at}: median in the database`,
      reached: median(inDatabase),
      below: MOST_MS,
      unit: 'ms',
    });
    if (events < SMALLEST_SHARED) continue;
    aims.push({
      text: `${at}: pages, as a share of the history's`,
      reached: share,
      below: 100 * MOST_OF_HISTORY,
      unit: '%',
    });
  }
  await client.end();
  await endpoint.close();
  printTable(
    `Each report and each whole page among ${number(events)} events of ${number(days, 1)} days, ms, ${ROUNDS} times each (history: ${number(historyPages)} pages)`,
    ['', 'median', 'highest', 'through the endpoint', 'statements', 'pages touched', 'of the history'],
    table,
  );
  return aims;
}
