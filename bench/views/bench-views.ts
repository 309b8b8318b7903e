import { Client } from 'pg';
import { refreshFlow } from '../../lib/data-access/refresh-flow.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { print } from '../report/print.ts';
import { number, printTable } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openDirectDatabase, openEndpointDatabase } from '../server/open-databases.ts';
import { ExplainingDatabase } from './explaining-database.ts';
import { fillMonth, HISTORY_DAYS } from './fill-month.ts';
import { pageViews } from './page-views.ts';
import { views } from './views.ts';

const DATABASE = 'views';
const FULL_EVENTS = 1_000_000;
const ROUNDS = 15;
const WARM_UP = 3;
/** The most of the history that a view may touch. */
const MOST_OF_HISTORY = 0.25;

/** What each view asks of the database among a month's events. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer();
  try {
    await server.create(DATABASE);
    process.stderr.write('  filling …\r');
    const events = await fillMonth(server, DATABASE, quick ? FULL_EVENTS / 10 : FULL_EVENTS);
    await refreshRollUps(server, events);
    await measure(server, events);
  } finally {
    await server.stop();
  }
}

/** What the scheduled flows would have done by now. */
async function refreshRollUps(server: BenchServer, events: number): Promise<void> {
  const { database, close } = openDirectDatabase(server.urlOf(DATABASE), 1);
  const now = new Date();
  const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
  await checkRequests(database, { rules, now });
  await server.run(DATABASE, 'VACUUM (ANALYZE)');
  const startedAt = performance.now();
  const first = await refreshSummary({ database, now, mayGoOn: () => true });
  const firstMs = performance.now() - startedAt;
  const flowAt = performance.now();
  const flow = await refreshFlow({ database, now, mayGoOn: () => true });
  const flowMs = performance.now() - flowAt;
  // Twice: what is young is looked at again until every transaction of its time is over.
  await refreshSummary({ database, now, mayGoOn: () => true });
  await server.run(
    DATABASE,
    `INSERT INTO event_summary_changed_hour
     SELECT DISTINCT date_trunc('hour', created_at, 'UTC') FROM event_tracker WHERE created_at > now() - interval '3 hours'`,
  );
  const againAt = performance.now();
  const again = await refreshSummary({ database, now, mayGoOn: () => true });
  const againMs = performance.now() - againAt;
  const flowAgainAt = performance.now();
  const flowAgain = await refreshFlow({ database, now, mayGoOn: () => true });
  const flowAgainMs = performance.now() - flowAgainAt;
  await close();
  print(
    `Summary: ${number(events)} events in ${first.hoursSummarised} hours rolled up in ${number(firstMs / 1000, 1)} s; ` +
      `the latest ${again.hoursSummarised} hours rebuilt in ${number(againMs)} ms`,
  );
  print(
    `Flow: ${number(flow.flowsFolded)} requests folded into ${number(flow.flowHoursRolledUp)} hours in ${number(flowMs / 1000, 1)} s; ` +
      `the latest ${number(flowAgain.flowsFolded)} of them again in ${number(flowAgainMs)} ms`,
  );
  await server.run(DATABASE, 'VACUUM (ANALYZE)');
}

async function measure(server: BenchServer, events: number): Promise<void> {
  const client = new Client({ connectionString: server.urlOf(DATABASE) });
  await client.connect();
  const { rows: sizes } = await client.query(
    `SELECT sum(pg_relation_size(inhrelid) / 8192)::int AS pages FROM pg_inherits WHERE inhparent = 'event_tracker'::regclass`,
  );
  const historyPages: number = sizes[0].pages;
  const { rows: requests } = await client.query(
    `SELECT pagw_id FROM request_tracker WHERE tenant = 'anthem' ORDER BY failure_count DESC, last_sequence_no DESC LIMIT 1`,
  );
  const endpoint = openEndpointDatabase(server.dataApiUrl, DATABASE);
  const now = new Date();
  const table: string[][] = [];
  const aims: Aim[] = [];
  for (const { name, read } of [...views, ...pageViews(requests[0].pagw_id)]) {
    const inDatabase: number[] = [];
    const throughEndpoint: number[] = [];
    let cost = { statements: 0, ms: 0, pages: 0 };
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const explaining = new ExplainingDatabase(client, endpoint.database);
      await read(explaining, now);
      const startedAt = performance.now();
      await read(endpoint.database, now);
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
    aims.push({
      text: `${name}: median in the database`,
      reached: median(inDatabase),
      below: 100,
      unit: 'ms',
    });
    // Of a small history the pages that every view touches are a large share.
    if (events < FULL_EVENTS) continue;
    aims.push({
      text: `${name}: pages, as a share of the history's`,
      reached: share,
      below: 100 * MOST_OF_HISTORY,
      unit: '%',
    });
  }
  await client.end();
  await endpoint.close();
  printTable(
    `Each report and each whole page among ${number(events)} events of ${HISTORY_DAYS} days, ms, ${ROUNDS} times each (history: ${number(historyPages)} pages)`,
    ['', 'median', 'highest', 'through the endpoint', 'statements', 'pages touched', 'of the history'],
    table,
  );
  printAims(aims);
}
