import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { viewRoutes } from '../../lib/local/console/get-view.tsx';
import { viewNames } from '../../lib/reports/place.ts';
import { readRules } from '../../lib/views/read-rules.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import { TestBed } from '../simulation/test-bed.ts';
import { impossiblePositions, impossibleTexts, oddTexts } from '../support/impossible-values.ts';
import { addressQuery, messageBody } from './grammar.ts';

/**
 * `npm run fuzz -- --seconds 60 --seed 1`: half of the time messages through what ingest reads them with, half of it
 * addresses through every view over a real database. Anything but an answer that says what was wrong ends the run.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const half = (Number(values.seconds) * 1_000) / 2;
const seed = Number(values.seed);
const BATCH = 2_000;
/** PostgreSQL's own words, or the driver's. */
const RAW_ERROR = /SQLSTATE|invalid (input|byte)|out of range|syntax error|pgstate|INTERNAL_ERROR/i;
const SLOW_MS = 2_000;

const messages = readMessages();
const views = await askViews();
console.log(
  `${messages.toLocaleString('en-US')} messages and ${views.toLocaleString('en-US')} addresses from seed ${seed}`,
);
process.exit(0);

function readMessages(): number {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
  const sentAt = new Date('2026-03-01T12:00:00Z');
  const ends = Date.now() + half;
  let read = 0;
  let settled = 0;
  for (let batch = 0; Date.now() < ends; batch++) {
    for (const body of fc.sample(messageBody, { numRuns: BATCH, seed: seed + batch })) {
      const began = performance.now();
      const { events, rejections } = readMessage(body, { messageId: 'm', sentAt }, rules);
      if (events.length + rejections.length === 0) throw new Error(`Neither read nor refused: ${body}`);
      if (performance.now() - began > SLOW_MS) throw new Error(`Read for over ${SLOW_MS} ms: ${body}`);
      read += 1;
    }
    if (batch === 20) settled = process.memoryUsage().heapUsed;
  }
  const grown = (process.memoryUsage().heapUsed - settled) / 1024 ** 2;
  if (settled > 0 && grown > 300) throw new Error(`The heap grew by ${Math.round(grown)} MiB.`);
  return read;
}

async function askViews(): Promise<number> {
  const bed = await TestBed.start();
  const { database } = bed.open(await bed.newDatabase());
  const now = new Date('2026-03-01T12:00:00Z');
  const clock = { now: () => now, aheadSeconds: 0, advance: async () => undefined };
  const routes = viewRoutes({ database, clock, rules: readRules({}) });
  const texts = [...impossibleTexts, ...impossiblePositions].map(([, text]) => text.toWellFormed());
  const ends = Date.now() + half;
  let asked = 0;
  for (let batch = 0; Date.now() < ends; batch++)
    for (const view of viewNames) {
      const query = addressQuery(['tenant', ...viewPages[view].filters], [...texts, ...oddTexts]);
      for (const search of fc.sample(query, { numRuns: 10, seed: seed + batch })) {
        const path = view === 'overview' ? '/' : `/${view}`;
        const url = new URL(`http://localhost${path}?${search}`);
        const answer = await routes[`GET ${path}`]?.({ url, body: '', cookies: '', port: 0 });
        asked += 1;
        if (answer === undefined || answer.status >= 500 || RAW_ERROR.test(answer.body))
          throw new Error(`${answer?.status} for ${url.href.slice(0, 500)}`);
      }
    }
  await bed.stop();
  return asked;
}
