import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { TestBed } from '../simulation/test-bed.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { openDoors } from './doors.ts';
import { messageBody } from './grammar.ts';

/**
 * `npm run fuzz -- --seconds 60 --seed 1`: a quarter of the time messages through what ingest reads them with, the rest of it, over a
 * real database and all at once, addresses of every view, every act by hand, what is posted, and every verb with any of its options. Anything
 * but an answer that says what was wrong ends the run.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    door: { type: 'string', default: '' },
  },
});
const quarter = (Number(values.seconds) * 1_000) / 4;
const seed = Number(values.seed);
const BATCH = 2_000;
const SLOW_MS = 2_000;

const messages = readMessages();
const asked = await askDoors();
const counts = [['messages', messages] as const, ...asked].map(
  ([name, count]) => `${count.toLocaleString('en-US')} ${name}`,
);
console.log(`${counts.join(', ')} from seed ${seed}`);
process.exit(0);

function readMessages(): number {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
  const sentAt = new Date('2026-03-01T12:00:00Z');
  const ends = Date.now() + quarter;
  let read = 0;
  let settled = 0;
  for (let batch = 0; Date.now() < ends; batch++) {
    for (const body of fc.sample(messageBody, { numRuns: BATCH, seed: seed + batch })) {
      const began = process.cpuUsage();
      const { events, rejections } = readMessage(body, { messageId: 'm', sentAt }, rules);
      if (events.length + rejections.length === 0) throw new Error(`Neither read nor refused: ${body}`);
      // Of its own time: the machine's other work slows no message.
      const { user, system } = process.cpuUsage(began);
      if (user + system > SLOW_MS * 1_000) throw new Error(`Read for over ${SLOW_MS} ms: ${body}`);
      read += 1;
    }
    if (batch === 20) settled = process.memoryUsage().heapUsed;
  }
  const grown = (process.memoryUsage().heapUsed - settled) / 1024 ** 2;
  if (settled > 0 && grown > 300) throw new Error(`The heap grew by ${Math.round(grown)} MiB.`);
  return read;
}

/** Each by turns with a seed of its own. Most of the time goes into waiting for PostgreSQL. */
async function askDoors(): Promise<Map<string, number>> {
  const bed = await TestBed.start();
  const { database } = bed.open(await bed.newDatabase());
  const now = new Date('2026-03-01T12:00:00Z');
  const names = [1, 2].map((place) => `PAGW-FUZZ-${place}`);
  await recordEvents(
    database,
    names.flatMap((pagwId) => [trackedEvent({ pagwId }), failedEvent({ pagwId })]),
    now,
  );
  const doors = openDoors(database, now).filter(({ name }) => name.includes(values.door));
  const ends = Date.now() + 3 * quarter;
  const counts = await Promise.all(
    doors.map(async (door) => {
      let asked = 0;
      for (let turn = 0; Date.now() < ends; turn++) asked += await door.ask(seed + turn);
      return [door.name, asked] as const;
    }),
  );
  await bed.stop();
  return new Map(counts);
}
