import { afterEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/ingest.ts';
import { LONGEST_REST_SECONDS, MOST_DELIVERIES } from '../../lib/runtime/redelivery.ts';
import { startAwsDouble, UNAVAILABLE } from '../support/aws-double.ts';
import { databaseOfFile } from '../support/database.ts';
import { runEventSource } from '../support/event-source.ts';
import { FifoQueue, type FifoQueueOptions } from '../support/fifo-queue.ts';
import { forFile } from '../support/for-file.ts';
import { lambdaContext } from '../support/lambda.ts';
import { ingestBehind } from '../support/lambda-environment.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T08:00:00Z') / 1_000;
const GROUPS = 2;
const EVENTS = 12;
/** The queue as it is deployed. */
const DEPLOYED: FifoQueueOptions = {
  visibilitySeconds: LONGEST_REST_SECONDS,
  maxReceiveCount: MOST_DELIVERIES,
};
const db = await databaseOfFile();
const aws = await forFile(startAwsDouble());
let now = START;
const handler = createHandler(ingestBehind(aws, db), { now: () => new Date(now * 1_000) });

afterEach(async () => {
  aws.refusesVisibility = false;
  await db.database.execute('TRUNCATE request_tracker CASCADE');
});

/** Each group's events, spread from shortly before the outage to shortly after it, groups in turn. */
function arrivalsAround(outageSeconds: number) {
  const span = outageSeconds + 4 * MINUTE;
  const types = ['PARSE_START', 'PARSE_OK', 'VAL_START', 'VAL_OK'];
  return Array.from({ length: GROUPS * EVENTS }, (_, place) => {
    const pagwId = `PAGW-OUTAGE-${place % GROUPS}`;
    const eventId = `${pagwId}-${Math.floor(place / GROUPS)}`;
    const eventType = types[Math.floor(place / GROUPS) % types.length];
    return {
      at: START - 2 * MINUTE + Math.floor((place * span) / (GROUPS * EVENTS)),
      groupId: pagwId,
      body: JSON.stringify({ eventId, tenant: 'anthem', pagwId, eventType }),
    };
  });
}

/** Lets the database be gone for so long, on this queue; a call takes `failSeconds` to fail. */
async function goThrough(outageSeconds: number, options: FifoQueueOptions, failSeconds = 1) {
  const queue = new FifoQueue(options);
  const end = START + outageSeconds;
  let invocations = 0;
  const emptyAt = await runEventSource({
    queue,
    pollers: 5,
    arrivals: arrivalsAround(outageSeconds),
    until: end + 20 * DAY,
    invoke: async (event, at) => {
      now = at;
      invocations += 1;
      const down = at >= START && at < end;
      aws.fault = () => (down ? UNAVAILABLE : undefined);
      const response = await handler(event, lambdaContext('ingest'));
      return { response, seconds: down ? failSeconds : 0.1, visibility: aws.visibility.splice(0) };
    },
  });
  return { queue, invocations, catchUpSeconds: Math.max(0, emptyAt - end) };
}

/** By request, the numbers of its events in the order in which they were recorded. */
async function recorded(): Promise<number[][]> {
  const { rows } = await db.database.execute<{ events: number[] }>(
    `SELECT json_agg(substring(event_id from '[0-9]+$')::int ORDER BY sequence_no) AS events
     FROM event_tracker GROUP BY pagw_id`,
  );
  return rows.map(({ events }) => events);
}

const inOrder = Array.from({ length: GROUPS }, () => Array.from({ length: EVENTS }, (_, n) => n));

describe('an outage of the database', () => {
  it.each([
    ['10 minutes', 10 * MINUTE, 2 * MINUTE],
    ['6 hours', 6 * HOUR, 10 * MINUTE],
    ['4 days', 4 * DAY, 22 * MINUTE],
  ])('of %s costs no event and no order, and is made up for in time', async (name, seconds, mostCatchUp) => {
    const { queue, invocations, catchUpSeconds } = await goThrough(seconds, DEPLOYED);
    process.stdout.write(
      `outage of ${name}: ${invocations} invocations, caught up ${Math.round(catchUpSeconds)} s after it\n`,
    );
    expect({ dead: queue.deadLetters, expired: queue.expired, left: queue.size }).toEqual({
      dead: [],
      expired: [],
      left: 0,
    });
    expect(await recorded()).toEqual(inOrder);
    expect(catchUpSeconds).toBeLessThan(mostCatchUp);
  });

  it('costs nothing where each call hangs until the Data API gives up', async () => {
    const { queue, catchUpSeconds } = await goThrough(HOUR, DEPLOYED, 45);
    expect(queue.deadLetters).toEqual([]);
    expect(await recorded()).toEqual(inOrder);
    expect(catchUpSeconds).toBeLessThan(6 * MINUTE);
  });

  it('costs nothing where the queue does not let a message rest as asked', async () => {
    aws.refusesVisibility = true;
    const { queue, catchUpSeconds } = await goThrough(6 * HOUR, DEPLOYED);
    expect(queue.deadLetters).toEqual([]);
    expect(await recorded()).toEqual(inOrder);
    expect(catchUpSeconds).toBeLessThanOrEqual(LONGEST_REST_SECONDS);
  });

  it('would empty a queue into its dead letters that gives up after ten deliveries of six minutes', async () => {
    aws.refusesVisibility = true;
    const { queue } = await goThrough(6 * HOUR, { visibilitySeconds: 360, maxReceiveCount: 10 });
    expect(queue.deadLetters.length).toBeGreaterThan(GROUPS);
  });
});
