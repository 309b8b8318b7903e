import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Drop } from '../../lib/client/client-counts.ts';
import {
  createEventTrackerClient,
  type EventTrackerClient,
  type EventTrackerClientOptions,
} from '../../lib/client/event-tracker-client.ts';
import { accountedFor } from './support/client-counts.ts';
import { type FakeQueue, fakeQueue, takenByRequest } from './support/fake-queue.ts';

/** Longer than a busy machine needs. */
const PATIENT = { deadlineMs: 20_000 };

let queue: FakeQueue;
let tracker: EventTrackerClient;

beforeEach(() => {
  queue = fakeQueue();
  tracker = open();
});
afterEach(() => tracker.close({ deadlineMs: 1 }));

function open(options: Partial<EventTrackerClientOptions> = {}): EventTrackerClient {
  return createEventTrackerClient({ queueUrl: queue.queueUrl, sqs: queue.sqs, tenant: 'anthem', ...options });
}

function report(count: number, pagwId = 'PAGW-TEST-12345', from = 0): void {
  for (let number = from; number < from + count; number++) {
    tracker.logStageComplete({ pagwId, eventType: 'PARSE_OK', durationMs: number });
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);
const connectionRefused = () => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
};

describe('while the queue is dead', () => {
  it('events wait, in order, until it is back', async () => {
    const asked = Promise.withResolvers<void>();
    queue.before = () => {
      asked.resolve();
      connectionRefused();
    };
    report(150);
    await asked.promise;
    expect(await tracker.flush({ deadlineMs: 1 })).toBe(false);
    expect(tracker.counts()).toMatchObject({
      called: 150,
      delivered: 0,
      buffered: 150,
      queueError: 'ECONNREFUSED',
    });
    report(5, undefined, 150);
    queue.before = () => undefined;
    expect(await tracker.flush(PATIENT)).toBe(true);
    expect(takenByRequest(queue, 'durationMs')).toEqual({ 'PAGW-TEST-12345': upTo(155) });
    expect(tracker.counts()).toMatchObject({ delivered: 155, buffered: 0, queueError: null });
  });

  it('it is asked again without anybody waiting', async () => {
    const recovered = Promise.withResolvers<void>();
    let calls = 0;
    queue.before = () => {
      if (++calls < 3) connectionRefused();
      recovered.resolve();
    };
    report(10);
    await recovered.promise;
    expect(await tracker.flush(PATIENT)).toBe(true);
    expect(calls).toBe(3);
  });

  it('a full buffer drops the newest and keeps the order of the rest', async () => {
    const drops: Drop[] = [];
    queue.before = connectionRefused;
    tracker = open({ bufferLimit: 20, onDrop: (drop) => drops.push(drop) });
    report(50);
    expect(tracker.counts()).toMatchObject({ called: 50, buffered: 20, dropped: { 'buffer-full': 30 } });
    queue.before = () => undefined;
    await tracker.close(PATIENT);
    expect(takenByRequest(queue, 'durationMs')).toEqual({ 'PAGW-TEST-12345': upTo(20) });
    expect(drops).toEqual([{ reason: 'buffer-full', code: 'BUFFER_FULL', path: '', count: 30 }]);
  });

  it('the buffer is bounded in bytes too, and has room again once events have left', async () => {
    tracker = open({ bufferBytes: 100_000 });
    const metadata = { text: 'x'.repeat(10_000) };
    const large = () => tracker.logStageComplete({ pagwId: 'PAGW-1', eventType: 'PARSE_OK', metadata });
    for (let count = 0; count < 10; count++) large();
    expect(tracker.counts()).toMatchObject({ buffered: 4, dropped: { 'buffer-full': 6 } });
    await tracker.flush(PATIENT);
    large();
    expect(tracker.counts()).toMatchObject({ delivered: 4, buffered: 1, dropped: { 'buffer-full': 6 } });
  });

  it('closing drops what is left, and counts it', async () => {
    queue.before = connectionRefused;
    report(7);
    const counts = await tracker.close({ deadlineMs: 20 });
    expect(counts).toMatchObject({ called: 7, delivered: 0, dropped: { closed: 7 }, buffered: 0 });
  });
});

describe('while the queue is slow', () => {
  it('calls go on, and every moment accounts for all of them', async () => {
    const slow = Promise.withResolvers<void>();
    queue.before = () => slow.promise;
    report(30);
    const flushed = tracker.flush(PATIENT);
    report(40, undefined, 30);
    expect(accountedFor(tracker.counts())).toBe(70);
    slow.resolve();
    expect(await flushed).toBe(true);
    await tracker.flush(PATIENT);
    expect(takenByRequest(queue, 'durationMs')).toEqual({ 'PAGW-TEST-12345': upTo(70) });
  });

  it('a flush waits for the calls before it, not for those after', async () => {
    const second = Promise.withResolvers<void>();
    queue.before = () => (queue.batches.length > 1 ? second.promise : undefined);
    report(1);
    const flushed = tracker.flush(PATIENT);
    report(1, 'PAGW-LATER');
    expect(await flushed).toBe(true);
    second.resolve();
  });

  it('a call without an answer is given up, and its messages are offered again unchanged', async () => {
    tracker = open({ sendTimeoutMs: 20 });
    const never = Promise.withResolvers<void>();
    const offered: string[] = [];
    queue.refuse = ({ deduplicationId }) => {
      offered.push(deduplicationId);
      return undefined;
    };
    queue.before = () => (queue.batches.length === 1 ? never.promise : undefined);
    report(3);
    expect(await tracker.flush(PATIENT)).toBe(true);
    report(1);
    never.resolve();
    await tracker.flush(PATIENT);
    expect(tracker.counts()).toMatchObject({ called: 4, delivered: 4 });
    expect(offered).toHaveLength(3);
    expect(new Set(offered.filter((id) => id === offered[0])).size).toBe(1);
    expect(offered.filter((id) => id === offered[0])).toHaveLength(2);
  });

  it('closing does not wait for an answer that never comes', async () => {
    queue.before = () => Promise.withResolvers<void>().promise;
    report(3);
    const counts = await tracker.close({ deadlineMs: 20 });
    expect(counts).toMatchObject({ called: 3, delivered: 0, dropped: { closed: 3 }, buffered: 0 });
  });
});

describe('when the queue takes some messages and not others', () => {
  it.each([
    { SenderFault: false, Code: 'InternalError' },
    { SenderFault: true, Code: 'RequestThrottled' },
    { SenderFault: true, Code: 'KmsThrottled' },
    { SenderFault: true, Code: 'KMS.DisabledException' },
    { SenderFault: true, Code: 'AccessDeniedException' },
  ])('those it failed to take for $Code follow, before their successors', async (failure) => {
    let failures = 4;
    queue.refuse = ({ group }) => (group === 'PAGW-A' && failures-- > 0 ? failure : undefined);
    report(250, 'PAGW-A');
    report(120, 'PAGW-B');
    expect(await tracker.flush(PATIENT)).toBe(true);
    expect(takenByRequest(queue, 'durationMs')).toEqual({ 'PAGW-A': upTo(250), 'PAGW-B': upTo(120) });
  });

  it('those it refuses for good are dropped with its code', async () => {
    const drops: Drop[] = [];
    tracker = open({ onDrop: (drop) => drops.push(drop) });
    queue.refuse = ({ group }) =>
      group === 'PAGW-A' ? { SenderFault: true, Code: 'InvalidMessageContents' } : undefined;
    report(3, 'PAGW-A');
    report(2, 'PAGW-B');
    const counts = await tracker.close(PATIENT);
    expect(counts).toMatchObject({ called: 5, delivered: 2, dropped: { refused: 3 } });
    expect(drops).toEqual([{ reason: 'refused', code: 'InvalidMessageContents', path: '', count: 3 }]);
  });
});

it('whatever the queue does, every call is accounted for', async () => {
  let seed = 7;
  const chance = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  queue.before = () => (chance() < 0.3 ? connectionRefused() : undefined);
  queue.refuse = () =>
    chance() < 0.2
      ? { SenderFault: chance() < 0.5, Code: chance() < 0.5 ? 'Throttled' : 'Other' }
      : undefined;
  tracker = open({ bufferLimit: 300 });
  let called = 0;
  for (let round = 0; round < 20; round++) {
    const count = Math.floor(chance() * 60);
    called += count;
    report(count, `PAGW-${Math.floor(chance() * 15)}`);
    await tracker.flush({ deadlineMs: 5 });
    expect(accountedFor(tracker.counts())).toBe(called);
  }
  const counts = await tracker.close(PATIENT);
  expect(accountedFor(counts)).toBe(called);
  expect(counts.delivered).toBe(queue.taken.reduce((total, { events }) => total + events.length, 0));
});
