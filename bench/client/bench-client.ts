import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPackage, packPackage } from '../../test/published/installed-package.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { quantile } from '../report/statistics.ts';
import { type Situation, situations } from './situations.ts';

const CALLS = { quick: 5_000, full: 40_000 };
/** Calls between two turns of the event loop, in which deliveries go on. */
const CALLS_A_TURN = 20;
const LONGEST_CALL_US = 1_000;

type PublishedClient = typeof import('../../lib/published/client.ts');

/** How long one call of the producer client, as it is published, holds the business code, whatever the queue does. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const packed = await packPackage();
  const project = await installPackage(packed, ['@aws-sdk/client-sqs']);
  try {
    const client = createRequire(join(project.folder, 'index.js')).resolve('pagw-event-tracker/client');
    await measureAll(await import(pathToFileURL(client).href), quick);
  } finally {
    await project.remove();
    await packed.remove();
  }
}

async function measureAll(client: PublishedClient, quick: boolean): Promise<void> {
  const rows: string[][] = [];
  const aims: Aim[] = [];
  for (const situation of situations) {
    const { micros, counts } = await measure(client, situation, quick ? CALLS.quick : CALLS.full);
    const p99 = quantile(micros, 0.99);
    const dropped = Object.values(counts.dropped).reduce((total, count) => total + count, 0);
    rows.push([
      situation.name,
      ...[0.5, 0.99, 0.999, 1].map((fraction) => number(quantile(micros, fraction), 1)),
      ...[counts.called, counts.delivered, dropped].map((count) => number(count)),
    ]);
    aims.push({ text: `p99 of a call, ${situation.name}`, reached: p99, below: LONGEST_CALL_US, unit: 'µs' });
    aims.push({
      text: `called − delivered − dropped, ${situation.name}`,
      reached: counts.called - counts.delivered - dropped,
      below: 1,
      unit: 'events',
    });
  }
  printTable(
    'One call of the producer client (µs)',
    ['situation', 'p50', 'p99', 'p99.9', 'max', 'called', 'delivered', 'dropped'],
    rows,
  );
  printAims(aims);
}

async function measure({ createEventTrackerClient }: PublishedClient, situation: Situation, calls: number) {
  const { options, close } = await situation.open();
  const { logStageError, close: closeClient } = createEventTrackerClient(options);
  const micros: number[] = [];
  for (let call = 0; call < calls; call++) {
    const event = situation.call(call);
    const startedAt = performance.now();
    logStageError(event);
    micros.push((performance.now() - startedAt) * 1_000);
    if (call % CALLS_A_TURN === 0) await new Promise((resume) => setImmediate(resume));
  }
  const counts = await closeClient({ deadlineMs: situation.delivers ? 120_000 : 100 });
  await close();
  return { micros, counts };
}
