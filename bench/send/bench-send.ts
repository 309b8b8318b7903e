import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { kindOf, writeJourney } from '../../lib/local/demo/journeys.ts';
import { findFreePorts } from '../../test/local/free-ports.ts';
import { type RunningStack, startStack } from '../../test/local/running-stack.ts';
import { printAims } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import { processUsage } from '../server/process-usage.ts';
import { serverCpuOf } from '../server/server-cpu.ts';

const LEAST_EVENTS_A_SECOND = 3_000;
const REQUESTS = 500;
const PAGW = fileURLToPath(new URL('../../bin/start-pagw.mjs', import.meta.url));
const LOOK_MS = 50;

interface Event {
  pagwId: string;
  eventId: string;
}

interface Sent {
  seconds: number;
  /** CPU seconds of each part. */
  program: number;
  tracker: number;
  database: number;
}

/** `pagw event send` of a packed log to `npm start`, from the program's start until the last event is recorded. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 3 : 7;
  const events = process.env.LOG ? await readLog(process.env.LOG) : madeUpLog();
  const directory = await mkdtemp(join(tmpdir(), 'pagw-send-'));
  const stack = await startStack(await findFreePorts(4), join(directory, 'data'), '--no-demo');
  const sent: Sent[] = [];
  try {
    // The first two rounds warm up and are not counted.
    for (let round = 0; round < rounds + 2; round++) {
      const file = join(directory, 'log.jsonl.gz');
      const own = events.map((event) => ({
        ...event,
        pagwId: `${event.pagwId}-${round}`,
        eventId: `${event.eventId}-${round}`,
      }));
      await writeFile(file, gzipSync(own.map((event) => JSON.stringify(event)).join('\n')));
      const measured = await send(stack, directory, file, events.length);
      if (round >= 2) sent.push(measured);
    }
  } finally {
    await stack.kill('SIGINT');
    await rm(directory, { recursive: true, force: true });
  }
  const rates = sent.map(({ seconds }) => events.length / seconds);
  const row = (what: string, values: readonly number[], digits: number) => [
    what,
    withSpread(median(values), values, digits),
  ];
  printTable(
    `${number(events.length)} events of ${number(new Set(events.map(({ pagwId }) => pagwId)).size)} requests, ${process.env.LOG ? 'a log of services' : 'made up'}: median of ${rounds} rounds (lowest–highest)`,
    ['', 'reached'],
    [
      row('events a second, from the start of `pagw` until recorded', rates, 0),
      row(
        'seconds',
        sent.map(({ seconds }) => seconds),
        2,
      ),
      ...(['program', 'tracker', 'database'] as const).map((part) =>
        row(
          `CPU seconds of the ${part}`,
          sent.map((one) => one[part]),
          2,
        ),
      ),
    ],
  );
  printAims([
    {
      text: 'pagw event send to recorded',
      reached: median(rates),
      least: LEAST_EVENTS_A_SECOND,
      unit: 'events/s',
    },
  ]);
}

async function send(stack: RunningStack, directory: string, file: string, events: number): Promise<Sent> {
  const [postmaster] = (
    await readFile(join(directory, 'data/postgres/cluster/postmaster.pid'), 'utf8')
  ).split('\n');
  const before = await recorded(stack);
  const trackerBefore = (await processUsage(stack.child.pid ?? 0))?.cpuSeconds ?? 0;
  const startedAt = performance.now();
  let program = 0;
  const database = await serverCpuOf(Number(postmaster), async () => {
    const child = spawn(process.execPath, [PAGW, 'event', 'send', '-f', file, '--url', stack.url], {
      stdio: 'ignore',
    });
    const exit = once(child, 'exit');
    const look = async () => {
      program = (await processUsage(child.pid ?? 0))?.cpuSeconds ?? program;
    };
    const watch = setInterval(() => void look(), LOOK_MS);
    const [code] = await exit;
    clearInterval(watch);
    if (code !== 0) throw new Error(`pagw event send ended with ${code}.`);
    while ((await recorded(stack)) < before + events) await delay(LOOK_MS);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const tracker = ((await processUsage(stack.child.pid ?? 0))?.cpuSeconds ?? 0) - trackerBefore;
  return { seconds, program, tracker, database: database / 1e6 };
}

async function recorded({ database }: RunningStack): Promise<number> {
  const { rows } = await database.execute<{ events: number }>(
    'SELECT coalesce(sum(last_sequence_no), 0)::int AS events FROM request_tracker',
  );
  return rows[0]?.events ?? 0;
}

async function readLog(file: string): Promise<Event[]> {
  const bytes = await readFile(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

/** A request after the other, as the demo's stage workers report them. */
function madeUpLog(): Event[] {
  return Array.from({ length: REQUESTS }, (_, request) => {
    const { pagwId, segments } = writeJourney(request, kindOf(request), new Date());
    return segments
      .flatMap(({ steps }) => steps)
      .map(({ event }, place) => ({ ...event, pagwId, eventId: `${pagwId}-${place}` }));
  }).flat();
}
