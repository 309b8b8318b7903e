import { Client } from 'pg';
import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { CostMeter } from '../growth/cost.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { print } from '../report/print.ts';
import { number, printTable } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { serverCpuOf } from '../server/server-cpu.ts';
import { fillYear } from './fill-year.ts';
import { type Question, questionsOf, type Subjects } from './questions.ts';
import { type RollUpCost, rollUp } from './roll-up.ts';

const EVENTS = Number(process.env.EVENTS ?? 10_000_000);
const QUICK_EVENTS = 300_000;
const YEAR_DAYS = 365;
const TENTH_DAYS = 36.5;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const WARM_UP = 2;
/** A heat lasts at least so long: the clock of a process's CPU time ticks coarsely. */
const HEAT_MS = 40;
const MOST_CALLS = 50;
const CHECKED_PAGES = 5;
const MOST_GROWTH = 1.3;
/** By then the retries of what failed last are due. */
const DUE_AFTER_MS = 300_000;
/** Below this a difference is no more than noise of the measurement. */
const NOISE_US = 500;

interface Opened {
  database: Database;
  subjects: Subjects;
  meter: CostMeter;
}

/**
 * What everything costs after a tenth of a year and after a whole one at the same rate of traffic, in one run, turn by turn.
 * DATA=DIR keeps both histories there for the next run, ASK=pattern asks only what it is found in.
 */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer(process.env.DATA);
  const events = quick ? QUICK_EVENTS : EVENTS;
  const closing: (() => Promise<void>)[] = [];
  try {
    const costs: RollUpCost[] = [];
    const opened: Opened[] = [];
    for (const [name, size, days] of [
      [`tenth_${events}`, events / 10, TENTH_DAYS],
      [`year_${events}`, events, YEAR_DAYS],
    ] as const) {
      if (!server.databases.has(name)) costs.push(await makeHistory(server, name, size, days));
      opened.push(await open(server, name, closing));
    }
    const [tenth, year] = opened as [Opened, Opened];
    if (costs.length === 2)
      printTable(
        "A whole backlog rolled up: µs of the server's CPU an event",
        ['', number(events / 10), number(events)],
        (['summary', 'flow'] as const).map((of) => [of, ...costs.map((cost) => number(cost[of], 1))]),
      );
    await compare(server, events, tenth, year);
  } finally {
    for (const close of closing) await close();
    await server.stop();
  }
}

async function makeHistory(
  server: BenchServer,
  name: string,
  events: number,
  days: number,
): Promise<RollUpCost> {
  const now = new Date();
  await server.create(name);
  const startedAt = performance.now();
  const stored = await fillYear(server, name, { events, days, now });
  const filledMs = performance.now() - startedAt;
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  await checkStates(database);
  await close();
  const cost = await rollUp(server, name, stored, now);
  print(
    `${name}: ${number(stored)} events of ${days} days in ${number(filledMs / 1000)} s, rolled up by ${number((performance.now() - startedAt) / 1000)} s`,
  );
  return cost;
}

/** What was copied is what the flow would have made of the same events. */
async function checkStates(database: Database): Promise<void> {
  let after: string | null = '';
  for (let page = 0; page < CHECKED_PAGES && after !== null; page++) {
    const { differences, next } = await compareStates(database, after);
    const [first] = differences;
    if (first !== undefined) throw new Error(`A copied request differs from its history in ${first.fields}.`);
    after = next;
  }
}

async function open(server: BenchServer, name: string, closing: (() => Promise<void>)[]): Promise<Opened> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const watcher = new Client({ connectionString: server.urlOf(name) });
  await watcher.connect();
  closing.push(close, () => watcher.end());
  // What parallel workers spend is gone with them.
  await database.execute('SET max_parallel_workers_per_gather = 0');
  const { rows: latest } = await watcher.query(
    'SELECT max(created_at) AS now FROM event_tracker WHERE received_on > (SELECT max(received_on) - 5 FROM request_tracker)',
  );
  const { rows: shown } = await watcher.query(
    `SELECT pagw_id AS "pagwId" FROM request_tracker
     WHERE tenant = 'anthem' AND received_on > (SELECT max(received_on) - 5 FROM request_tracker) ORDER BY failure_count DESC, last_sequence_no DESC LIMIT 1`,
  );
  const { rows: closed } = await watcher.query(
    `SELECT pagw_id AS "pagwId", tenant FROM request_tracker TABLESAMPLE system (2) WHERE completed_at IS NOT NULL LIMIT 5000`,
  );
  const subjects = { now: new Date(latest[0].now.getTime() + DUE_AFTER_MS), pagwId: shown[0].pagwId, closed };
  return { database, subjects, meter: new CostMeter(database, watcher) };
}

async function compare(server: BenchServer, events: number, tenth: Opened, year: Opened): Promise<void> {
  const table: string[][] = [];
  let flat = 0;
  const asked = process.env.ASK ?? '';
  const questions = questionsOf('').filter(({ name }) => new RegExp(asked).test(name));
  for (const [place, { name }] of questions.entries()) {
    const cpu: [number[], number[]] = [[], []];
    const pages: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [turn, of] of [tenth, year].entries()) {
        const question = questionsOf(of.subjects.pagwId).filter(({ name: one }) =>
          new RegExp(asked).test(one),
        )[place] as Question;
        const heat = await ask(server, question, of, round === 0);
        cpu[turn as 0 | 1].push(heat.us);
        pages[turn as 0 | 1].push(heat.pages);
      }
    }
    const growth = medianRatio(cpu[1], cpu[0]);
    // The same pages are the same work: what is left is a history that the server's buffers do not hold, or who else is there.
    const isFlat =
      growth < MOST_GROWTH ||
      median(cpu[1]) - median(cpu[0]) < NOISE_US ||
      median(pages[1]) < MOST_GROWTH * median(pages[0]);
    if (isFlat) flat += 1;
    const [before, after] = cpu.map((of) => number(median(of) / 1_000, 2));
    process.stderr.write(`  ${isFlat ? '✓' : '✗'} ${name}: ${before} → ${after} ms\n`);
    table.push([
      name,
      ...cpu.map((of) => number(median(of) / 1_000, 2)),
      number(growth, 2),
      ...pages.map((of) => number(median(of))),
      isFlat ? '✓' : '✗',
    ]);
  }
  printTable(
    "One call: milliseconds of the server's CPU, and pages of 8 KiB",
    [
      '',
      `ms at ${number(events / 10)}`,
      `at ${number(events)}`,
      '×',
      'pages',
      `at ${number(events)}`,
      'flat',
    ],
    table,
  );
  const aims: Aim[] = [
    {
      text: `questions that cost less than ${MOST_GROWTH} × after ten times the history`,
      reached: flat,
      least: questions.length,
      unit: `of ${questions.length}`,
    },
  ];
  printAims(aims);
}

async function ask(
  server: BenchServer,
  { ask: call }: Question,
  { database, subjects, meter }: Opened,
  isFirst: boolean,
) {
  if (isFirst) for (let time = 0; time < WARM_UP; time++) await call(database, subjects);
  let calls = 0;
  const { us, pages } = await meter.pagesOf(() =>
    serverCpuOf(server.processId, async () => {
      const startedAt = performance.now();
      do {
        await call(database, subjects);
        calls += 1;
      } while (performance.now() - startedAt < HEAT_MS && calls < MOST_CALLS);
    }),
  );
  return { us: us / calls, pages: pages / calls };
}
