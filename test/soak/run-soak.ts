import '../../lib/runtime/require-node.ts';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { findFreePorts } from '../local/free-ports.ts';
import { startStack } from '../local/running-stack.ts';
import { drawSoak, type Sample } from './draw-soak.ts';
import { MixedLoad } from './mixed-load.ts';

/**
 * `npm run soak -- --minutes 60`: `npm start` in a process of its own, under mixed load; every few seconds the memory of all
 * its processes, how long events take to their rows, and how many messages wait. In the end nothing may be lost, and every
 * request must be what its history makes of it. `--write` draws docs/soak.svg and puts the figures into docs/faults.md.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const SAMPLE_MS = 5_000;
const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const MARKS = ['<!-- Written by npm run soak -- --write. -->', '<!-- end of the soak -->'] as const;
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

const directory = await mkdtemp(join(tmpdir(), 'pagw-soak-'));
const port = await findFreePorts(4);
const stack = await startStack(port, directory, '--empty', '--no-demo');
const environment = (await (await fetch(`${stack.url}/environment`)).json()) as Record<string, string>;
const load = new MixedLoad({
  url: stack.url,
  sqs: new SQSClient({ endpoint: `http://127.0.0.1:${port + 2}`, ...LOCAL }),
  eventsQueueUrl: environment.EVENTS_QUEUE_URL ?? '',
  retryQueueUrl: environment.RETRY_QUEUE_URL ?? '',
  eventsPerSecond: Number(values.rate),
  seed: values.seed,
});
const beganAt = Date.now();
const endsAt = beganAt + Number(values.minutes) * 60_000;
const samples: Sample[] = [];
let sampledAt = beganAt;
while (Date.now() < endsAt) {
  const second = delay(1_000);
  await load.second();
  if (Date.now() - sampledAt >= SAMPLE_MS) await takeSample();
  await second;
}
for (let looks = 0; (await load.depth()) > 0 && looks < 600; looks++) await delay(500);
const lost = await countLost(stack.database, load.sent);
const different = await countDifferent(stack.database);
await stack.kill('SIGTERM');
await rm(directory, { recursive: true, force: true });
const text = summary();
console.log(text);
if (values.write) await write(text);
process.exit(lost + different > 0 ? 1 : 0);

async function takeSample(): Promise<void> {
  const since = new Date(sampledAt);
  sampledAt = Date.now();
  const { rows } = await stack.database.execute<{ p50: number | null; p95: number | null }>(
    `SELECT
       percentile_cont(0.5) WITHIN GROUP (ORDER BY wait)::float8 AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY wait)::float8 AS p95
     FROM (
       SELECT extract(epoch FROM created_at - occurred_at) * 1000 AS wait
       FROM event_tracker
       WHERE created_at >= :since::timestamptz AND event_id LIKE 'soak-%'
     ) AS waits`,
    { since },
  );
  samples.push({
    seconds: (sampledAt - beganAt) / 1_000,
    ...(await readMemory(stack.child.pid ?? 0)),
    queueDepth: await load.depth(),
    recordedP50Ms: rows[0]?.p50 ?? null,
    recordedP95Ms: rows[0]?.p95 ?? null,
    pageP95Ms: quantile(load.pageMs, 0.95),
  });
  load.pageMs = [];
}

/** Of the stack's process and of its PostgreSQL's; what these share is counted once. */
async function readMemory(stackId: number): Promise<Pick<Sample, 'stackMiB' | 'postgresMiB'>> {
  const memory = { stackMiB: 0, postgresMiB: 0 };
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  for (const id of ids) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    parents.set(id, Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0));
  }
  for (const id of ids) {
    const depth = depthBelow(id, stackId, parents);
    if (depth === undefined) continue;
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
    const mebibytes = Number(/^Pss:\s*(\d+)/m.exec(rollup)?.[1] ?? 0) / 1_024;
    if (depth === 0) memory.stackMiB += mebibytes;
    else memory.postgresMiB += mebibytes;
  }
  return memory;
}

function depthBelow(id: number, ancestor: number, parents: ReadonlyMap<number, number>): number | undefined {
  for (let [one, depth] = [id, 0]; one > 1; one = parents.get(one) ?? 0, depth++)
    if (one === ancestor) return depth;
  return undefined;
}

function quantile(numbers: readonly number[], share: number): number | null {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

async function countLost(database: Database, sent: ReadonlySet<string>): Promise<number> {
  const missing = new Set(sent);
  for (let after = ''; ; ) {
    const { rows } = await database.execute<{ eventId: string }>(
      `SELECT event_id FROM event_tracker WHERE event_id LIKE 'soak-%' AND event_id > :after COLLATE "C" ORDER BY event_id COLLATE "C" LIMIT 5000`,
      { after },
    );
    for (const { eventId } of rows) missing.delete(eventId);
    after = rows.at(-1)?.eventId ?? '';
    if (rows.length < 5_000) return missing.size;
  }
}

async function countDifferent(database: Database): Promise<number> {
  let count = 0;
  for (let after: string | null = ''; after !== null; ) {
    const page = await compareStates(database, after);
    count += page.differences.length;
    after = page.next;
  }
  return count;
}

function summary(): string {
  const minutes = Math.round((samples.at(-1)?.seconds ?? 0) / 60);
  const of = (part: readonly Sample[], value: (sample: Sample) => number | null) =>
    Math.round(
      quantile(
        part.map(value).filter((one) => one !== null),
        0.5,
      ) ?? 0,
    );
  const [early, late] = [samples.slice(12, 36), samples.slice(-24)];
  const { events, poison, repeated, retries, pages, failedPages, failedPosts } = load.counts;
  return [
    `${minutes} minutes at ${values.rate} events a second, seed ${values.seed}, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores beside other work, Node ${process.versions.node}:`,
    `${events} events, ${repeated} sent again, ${poison} of poison, ${retries} retry commands answered, ${pages} pages;`,
    `${lost} lost, ${different} requests other than their history makes them, ${failedPosts} posts and ${failedPages} pages failed.`,
    `Memory in the second and third minute and in the last two (medians): \`npm start\` ${of(early, ({ stackMiB }) => stackMiB)} and ${of(late, ({ stackMiB }) => stackMiB)} MiB,`,
    `PostgreSQL ${of(early, ({ postgresMiB }) => postgresMiB)} and ${of(late, ({ postgresMiB }) => postgresMiB)} MiB.`,
    `From an event to its row ${of(samples, ({ recordedP50Ms }) => recordedP50Ms)} ms (median of p50) and ${of(samples, ({ recordedP95Ms }) => recordedP95Ms)} ms (of p95); at most ${Math.max(...samples.map(({ queueDepth }) => queueDepth))} messages waited.`,
  ].join('\n');
}

async function write(figures: string): Promise<void> {
  await writeFile(`${DOCS}/soak.svg`, drawSoak(samples));
  const page = await readFile(`${DOCS}/faults.md`, 'utf8');
  const [before = '', rest = ''] = page.split(MARKS[0]);
  const after = rest.split(MARKS[1])[1] ?? '';
  await writeFile(`${DOCS}/faults.md`, `${before}${MARKS[0]}\n\n${figures}\n\n${MARKS[1]}${after}`);
}
