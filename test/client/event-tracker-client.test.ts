import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createEventTrackerClient,
  type EventTrackerClient,
  type EventTrackerClientOptions,
} from '../../lib/client/event-tracker-client.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { accountedFor } from './support/client-counts.ts';
import { type FakeQueue, fakeQueue, takenByRequest } from './support/fake-queue.ts';

/** Longer than a busy machine needs. */
const PATIENT = { deadlineMs: 20_000 };

const call = { pagwId: 'PAGW-20251226-00005-A7CEB2B3', stage: 'PARSER', eventType: 'PARSE_START' };
const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0 };

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

const sent = () => queue.taken.flatMap(({ events }) => events);

describe('the four calls', () => {
  it('say what the contract asks for', async () => {
    const service = { serviceName: 'pas-request-parser', workerId: 'pod-1' };
    tracker = open(service);
    tracker.logStageStart(call);
    tracker.logStageComplete({
      ...call,
      eventType: 'PARSE_OK',
      durationMs: 3470.6,
      metadata: '{"diagnosisCount":3,"procedureCount":5}',
    });
    tracker.logStageError({
      ...call,
      tenant: 'elevance',
      eventType: 'PARSE_FAIL',
      errorCode: 'PARSE_EXCEPTION',
      errorMessage: 'no closing bracket',
      retryable: true,
      nextRetryAt: new Date('2026-01-02T03:04:05Z'),
    });
    tracker.logRetryAttempt({ ...call, eventType: 'PARSE_RETRY', attempt: 2 });
    await tracker.flush(PATIENT);

    const [message] = queue.taken;
    const { events, rejections } = readMessage(
      JSON.stringify(message?.events),
      { messageId: 'm', sentAt: new Date(0) },
      rules,
    );
    expect(rejections).toEqual([]);
    expect(events).toMatchObject([
      { ...service, stage: 'PARSING', eventType: 'PARSE_START', status: 'STARTED', tenant: 'anthem' },
      { status: 'COMPLETED', durationMs: 3471, metadata: { diagnosisCount: 3, procedureCount: 5 } },
      {
        status: 'FAILED',
        tenant: 'elevance',
        errorCode: 'PARSE_EXCEPTION',
        retryable: true,
        nextRetryAt: '2026-01-02T03:04:05.000Z',
      },
      { eventType: 'PARSE_RETRY', status: 'RETRY_SCHEDULED', attempt: 2 },
    ]);
    expect(tracker.counts()).toMatchObject({ called: 4, delivered: 4, buffered: 0, queueError: null });
  });

  it('do nothing to the queue themselves', () => {
    for (let number = 0; number < 1_000; number++) tracker.logStageStart(call);
    expect(queue.batches).toEqual([]);
  });

  it.each([
    { options: {}, delivered: 1, dropped: [] },
    { options: { phiLevel: 'patterns' }, delivered: 1, dropped: [] },
    { options: { phiLevel: 'strict' }, delivered: 0, dropped: ['METADATA_PHI_SUSPECTED'] },
    { options: { phiLevel: 'strict', metadataKeys: ['callerWish'] }, delivered: 1, dropped: [] },
  ] as const)('judge free text as the stage does: $options', async ({ options, delivered, dropped }) => {
    const codes: string[] = [];
    tracker = open({ ...options, onDrop: ({ code }) => codes.push(code) });
    tracker.logStageComplete({ ...call, metadata: { callerWish: 'the aunt wants a call' } });
    await tracker.close(PATIENT);
    expect(tracker.counts()).toMatchObject({ delivered, dropped: { invalid: dropped.length } });
    expect(codes).toEqual(dropped);
  });

  it('refuse a level that does not exist when the client is made', () => {
    expect(() => open({ phiLevel: 'lax' as never })).toThrow(/level/);
  });

  it('name and date the event when it happens', async () => {
    const before = new Date().toISOString();
    tracker.logStageStart(call);
    const after = new Date().toISOString();
    tracker.logStageComplete(call);
    await tracker.flush(PATIENT);
    const [first, second] = sent() as [Record<string, string>, Record<string, string>];
    expect([before, first.occurredAt, after]).toEqual([before, first.occurredAt, after].toSorted());
    expect(first.eventId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(String(first.eventId) < String(second.eventId)).toBe(true);
  });

  it('keep what was said, whatever becomes of the object', async () => {
    const metadata = { diagnosisCount: 3, codes: ['a'] };
    tracker.logStageComplete({ ...call, metadata });
    metadata.diagnosisCount = 4;
    metadata.codes.push('b');
    await tracker.flush(PATIENT);
    expect(sent()).toMatchObject([{ metadata: { diagnosisCount: 3, codes: ['a'] } }]);
  });

  it('send no personal data of an error text', async () => {
    tracker.logStageError({ ...call, errorMessage: 'no member with ssn 123-45-6789' });
    await tracker.flush(PATIENT);
    expect(JSON.stringify(sent())).not.toContain('6789');
  });

  it('work on their own, without their client', async () => {
    const { logStageStart, flush, counts } = tracker;
    logStageStart(call);
    expect(await flush(PATIENT)).toBe(true);
    expect(counts().delivered).toBe(1);
  });
});

describe('on the way to the queue', () => {
  it('ten messages travel together, one of a request', async () => {
    for (let number = 0; number < 75; number++)
      tracker.logStageStart({ ...call, pagwId: `PAGW-${number % 25}` });
    await tracker.flush(PATIENT);
    expect(queue.batches).toEqual([10, 10, 5]);
    expect(queue.taken.map(({ events }) => events.length)).toEqual(Array(25).fill(3));
  });

  it('the order of each request stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 600, size: 'max' }),
        async (requests) => {
          queue.taken = [];
          const expected: Record<string, number[]> = {};
          for (const [number, request] of requests.entries()) {
            const pagwId = `PAGW-${request}`;
            tracker.logStageComplete({ ...call, pagwId, durationMs: number });
            expected[pagwId] = [...(expected[pagwId] ?? []), number];
          }
          expect(await tracker.flush(PATIENT)).toBe(true);
          expect(takenByRequest(queue, 'durationMs')).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('events that arrive without anybody waiting are sent all the same', async () => {
    const first = new Promise<void>((settle) => {
      queue.before = settle;
    });
    for (let number = 0; number < 10; number++) tracker.logStageStart(call);
    await first;
    expect(await tracker.flush(PATIENT)).toBe(true);
    expect(tracker.counts().delivered).toBe(10);
  });

  it('what the contract refuses is dropped with its place, and told without its content', async () => {
    const drops: unknown[] = [];
    tracker = open({ onDrop: (drop) => drops.push(drop) });
    tracker.logStageStart(call);
    tracker.logStageStart({ ...call, pagwId: 'x'.repeat(65) });
    tracker.logStageStart({ ...call, eventType: '' });
    for (let count = 0; count < 3; count++)
      tracker.logStageComplete({ ...call, metadata: { memberName: 'Jane Doe' } });
    tracker.logStageComplete({ ...call, metadata: { text: 'x'.repeat(20_000) } });
    const counts = await tracker.close(PATIENT);
    expect(counts).toMatchObject({ called: 7, delivered: 1, dropped: { invalid: 6 }, buffered: 0 });
    expect(drops).toHaveLength(4);
    expect(drops).toEqual(
      expect.arrayContaining([
        { reason: 'invalid', code: 'FIELD_INVALID', path: '/pagwId', count: 1 },
        { reason: 'invalid', code: 'FIELD_MISSING', path: '/eventType', count: 1 },
        { reason: 'invalid', code: 'METADATA_PHI_SUSPECTED', path: '/metadata/memberName', count: 3 },
        { reason: 'invalid', code: 'METADATA_TOO_LARGE', path: '/metadata', count: 1 },
      ]),
    );
  });
});

describe('closing', () => {
  it('delivers what waits, then takes nothing more', async () => {
    tracker.logStageStart(call);
    const closing = tracker.close(PATIENT);
    tracker.logStageStart(call);
    const counts = await closing;
    tracker.logStageStart(call);
    expect(counts).toMatchObject({ called: 2, delivered: 1, dropped: { closed: 1 }, buffered: 0 });
    expect(tracker.counts()).toMatchObject({ called: 3, delivered: 1, dropped: { closed: 2 } });
    expect(accountedFor(tracker.counts())).toBe(3);
    expect(await tracker.close(PATIENT)).toEqual(counts);
  });
});

it.each([
  [{ queueUrl: '' }, 'queueUrl'],
  [{ bufferLimit: 0 }, 'bufferLimit'],
  [{ flushIntervalMs: Number.NaN }, 'flushIntervalMs'],
])('options that cannot be right are refused at the start: %o', (options, name) => {
  expect(() => open(options)).toThrow(name);
});
