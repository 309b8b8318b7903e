import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEventTrackerClient } from '../../lib/client/event-tracker-client.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/local/local-environment.ts';
import { drainQueue } from './support/drain-queue.ts';
import { type LocalEventsQueue, openLocalEventsQueue } from './support/local-events-queue.ts';

let queue: LocalEventsQueue;
beforeAll(async () => {
  queue = await openLocalEventsQueue();
});
afterAll(() => queue.remove());

it('a queue that goes away and comes back has every event once and in order', async () => {
  const { queueUrl } = queue;
  const sqs = new SQSClient({
    endpoint: new URL(queueUrl).origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const tracker = createEventTrackerClient({ queueUrl, sqs, tenant: 'anthem' });
  const expected: Record<string, number[]> = {};
  const report = (from: number, to: number) => {
    for (let number = from; number < to; number++) {
      const pagwId = `PAGW-${number % 12}`;
      tracker.logStageComplete({ pagwId, eventType: 'VAL_OK', durationMs: number });
      expected[pagwId] = [...(expected[pagwId] ?? []), number];
    }
  };
  report(0, 100);
  expect(await tracker.flush({ deadlineMs: 20_000 })).toBe(true);
  await queue.goAway();
  report(100, 300);
  expect(await tracker.flush({ deadlineMs: 100 })).toBe(false);
  expect(tracker.counts()).toMatchObject({ delivered: 100, buffered: 200 });
  await queue.comeBack();
  expect(await tracker.close({ deadlineMs: 20_000 })).toMatchObject({
    called: 300,
    delivered: 300,
    buffered: 0,
  });
  expect(await drainQueue(queue.sqs, queueUrl, 'durationMs')).toEqual(expected);
  sqs.destroy();
});
