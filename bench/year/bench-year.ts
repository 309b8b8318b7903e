import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { CostMeter } from '../growth/cost.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { serverCpuOf } from '../server/server-cpu.ts';
import { type History, makeHistories, type Subjects } from './histories.ts';
import { type Question, questionsOf } from './questions.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const WARM_UP = 2;
/** A heat lasts at least so long: the clock of a process's CPU time ticks coarsely. */
const HEAT_MS = 40;
const MOST_CALLS = 50;
const MOST_GROWTH = 1.3;
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
  const closing: (() => Promise<void>)[] = [];
  try {
    const [tenth, year] = await makeHistories(server, quick);
    await compare(server, year.events, await open(server, tenth, closing), await open(server, year, closing));
  } finally {
    for (const close of closing) await close();
    await server.stop();
  }
}

async function open(
  server: BenchServer,
  { name, subjects }: History,
  closing: (() => Promise<void>)[],
): Promise<Opened> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const watcher = new Client({ connectionString: server.urlOf(name) });
  await watcher.connect();
  closing.push(close, () => watcher.end());
  // What parallel workers spend is gone with them.
  await database.execute('SET max_parallel_workers_per_gather = 0');
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
