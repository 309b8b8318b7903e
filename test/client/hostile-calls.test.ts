import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Drop } from '../../lib/client/client-counts.ts';
import { createEventTrackerClient, type EventTrackerClient } from '../../lib/client/event-tracker-client.ts';
import type { StageCall } from '../../lib/client/stage-event.ts';
import { accountedFor } from './support/client-counts.ts';
import { type FakeQueue, fakeQueue } from './support/fake-queue.ts';

/** Longer than a busy machine needs. */
const PATIENT = { deadlineMs: 20_000 };

let queue: FakeQueue;
let tracker: EventTrackerClient;
let drops: Drop[];

beforeEach(() => {
  queue = fakeQueue();
  drops = [];
  tracker = createEventTrackerClient({
    queueUrl: queue.queueUrl,
    sqs: queue.sqs,
    tenant: 'anthem',
    onDrop: (drop) => drops.push(drop),
  });
});
afterEach(() => tracker.close({ deadlineMs: 1 }));

const call = { pagwId: 'PAGW-TEST-12345', eventType: 'PARSE_OK' };
const thrower = (): never => {
  throw new Error('Jane Doe');
};
const circular: Record<string, unknown> = { name: 'loop' };
circular.self = circular;
const endless: object = new Proxy(
  {},
  {
    get: () => endless,
    ownKeys: () => ['more'],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  },
);
const endlessMap = new Map<string, unknown>();
endlessMap.set('more', endlessMap);
const withGetter = (key: string) =>
  Object.defineProperty({ ...call }, key, { get: thrower, enumerable: true });

describe('metadata that is no plain JSON', () => {
  it.each<[string, () => unknown, string, string]>([
    ['goes in a circle', () => circular, 'METADATA_TOO_DEEP', '/metadata'],
    ['has no end', () => endless, 'METADATA_TOO_DEEP', '/metadata'],
    ['has a getter that throws', () => ({ a: withGetter('b') }), 'EVENT_UNREADABLE', '/metadata/a/b'],
    ['has a toJSON that throws', () => ({ when: { toJSON: thrower } }), 'EVENT_UNREADABLE', '/metadata/when'],
    ['is a revoked proxy', () => revoked(), 'EVENT_UNREADABLE', '/metadata'],
    ['is binary', () => Buffer.alloc(50 * 1024 * 1024), 'EVENT_UNREADABLE', '/metadata'],
    [
      'is an array of a thousand million holes',
      () => ({ list: new Array(1e9) }),
      'METADATA_TOO_LARGE',
      '/metadata',
    ],
    ['is a text of 100 MB', () => ({ text: 'x'.repeat(100_000_000) }), 'METADATA_TOO_LARGE', '/metadata'],
    ['is a BigInt of a million digits', () => ({ big: 1n << 3_000_000n }), 'METADATA_TOO_LARGE', '/metadata'],
    ['is an endless Map', () => endlessMap, 'METADATA_TOO_DEEP', '/metadata'],
    ['is a Map of objects', () => new Map([[{ toString: thrower }, 1]]), 'EVENT_UNREADABLE', '/metadata'],
    [
      'is a long Set',
      () => new Set(Array.from({ length: 20_000 }, (_, n) => n)),
      'METADATA_TOO_LARGE',
      '/metadata',
    ],
    ['is a list', () => [1, 2], 'FIELD_INVALID', '/metadata'],
    ['is a text that is no JSON', () => 'Jane Doe', 'FIELD_INVALID', '/metadata'],
    ['holds NUL', () => ({ text: 'a\u0000b' }), 'FIELD_INVALID', '/metadata/text'],
    ['is a number', () => 42, 'FIELD_INVALID', '/metadata'],
  ])('that %s is dropped as %s', async (_, metadata, code, path) => {
    tracker.logStageComplete({ ...call, metadata: metadata() } as StageCall);
    await tracker.close(PATIENT);
    expect(drops).toEqual([{ reason: 'invalid', code, path, count: 1 }]);
  });

  it('is written as JSON would write it, BigInts as text, Maps as objects, Sets as lists', async () => {
    const when = new Date('2026-01-02T03:04:05Z');
    const metadata = JSON.parse('{"__proto__":{"count":1}}') as Record<string, unknown>;
    Object.assign(metadata, {
      big: 12_345_678_901_234_567_890n,
      when,
      never: undefined,
      list: [undefined, () => 1, Symbol('s'), Number.NaN, new Map([[1, new Set(['a'])]])],
    });
    tracker.logStageComplete({ ...call, metadata });
    await tracker.flush(PATIENT);
    expect(JSON.stringify(queue.taken[0]?.events[0]?.metadata)).toBe(
      '{"__proto__":{"count":1},"big":"12345678901234567890","when":"2026-01-02T03:04:05.000Z",' +
        '"list":[null,null,null,null,{"1":["a"]}]}',
    );
  });
});

describe('a call', () => {
  it.each<[string, () => unknown, string, string]>([
    ['of nothing', () => undefined, 'EVENT_UNREADABLE', ''],
    ['of null', () => null, 'EVENT_UNREADABLE', ''],
    ['of a text', () => 'PAGW-TEST-12345', 'EVENT_UNREADABLE', ''],
    ['whose request cannot be read', () => withGetter('pagwId'), 'EVENT_UNREADABLE', '/pagwId'],
    ['of a revoked proxy', () => revoked(), 'EVENT_UNREADABLE', '/tenant'],
    ['whose request is an object', () => ({ ...call, pagwId: {} }), 'FIELD_INVALID', '/pagwId'],
    [
      'whose request is a text of 100 MB',
      () => ({ ...call, pagwId: 'x'.repeat(1e8) }),
      'FIELD_INVALID',
      '/pagwId',
    ],
    ['whose time is none', () => ({ ...call, occurredAt: 'yesterday' }), 'FIELD_INVALID', '/occurredAt'],
    ['whose attempt is a fraction', () => ({ ...call, attempt: 1.5 }), 'FIELD_INVALID', '/attempt'],
  ])('%s is dropped with its place', async (_, argument, code, path) => {
    tracker.logStageStart(argument() as StageCall);
    await tracker.close(PATIENT);
    expect(drops).toEqual([{ reason: 'invalid', code, path, count: 1 }]);
  });

  it.each([
    ['a duration that is no number is left out', { durationMs: Number.NaN }, undefined],
    ['a duration of a clock that ran back counts as 0', { durationMs: -3 }, 0],
    ['a date that is none is left out', { startedAt: new Date(Number.NaN) }, undefined],
  ])('%s', async (_, extra, durationMs) => {
    tracker.logStageComplete({ ...call, ...extra });
    await tracker.flush(PATIENT);
    expect(queue.taken[0]?.events[0]?.durationMs ?? undefined).toBe(durationMs);
  });

  it('that leaves a field blank has what stands for it by default', async () => {
    for (const blank of ['', '  ', null, undefined, new Date(Number.NaN)])
      tracker.logStageStart({ ...call, tenant: blank, eventId: blank, occurredAt: blank } as StageCall);
    await tracker.flush(PATIENT);
    const events = queue.taken.flatMap((message) => message.events);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(5);
    for (const event of events)
      expect(event).toMatchObject({ tenant: 'anthem', occurredAt: expect.stringMatching(/^20.*Z$/) });
  });

  it('takes all that the contract reads of a decision, times as Dates too', async () => {
    const at = new Date('2026-03-04T10:00:00Z');
    tracker.logStageComplete({
      ...call,
      request: {
        ...{ plan: 'H1234', delegate: 'carelon', drug: 'none', receivedAt: at, notifiedAt: at },
        lines: { approved: 1, denied: 1 },
        extension: { days: 14, by: 'plan', at },
        appeal: { receivedAt: at },
      },
    });
    tracker.logStageComplete({ ...call, request: { extension: { until: 'soon' } } });
    await tracker.close(PATIENT);
    expect(queue.taken[0]?.events[0]?.request).toMatchObject({
      receivedAt: at.toISOString(),
      extension: { days: 14, by: 'plan', at: at.toISOString() },
    });
    expect(drops).toMatchObject([{ code: 'FIELD_INVALID', path: '/request/extension/until' }]);
  });

  it('with an error text of any length is delivered with at most 4,000 characters of it', async () => {
    for (const length of [3_999, 20_000, 20_001, 900_000, 50_000_000]) {
      tracker.logStageError({ ...call, errorMessage: 'boom! '.repeat(length / 6) });
    }
    await tracker.flush(PATIENT);
    const lengths = queue.taken.flatMap(({ events }) =>
      events.map((event) => String(event.errorMessage).length),
    );
    expect(lengths).toHaveLength(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4_000);
  });

  it('of any shape at all neither throws nor is lost', async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withTypedArray: true,
      withNullPrototype: true,
    });
    let called = 0;
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (value, metadata, request) => {
        const { logStageStart, logStageComplete, logStageError, logRetryAttempt } = tracker;
        for (const log of [logStageStart, logStageComplete, logStageError, logRetryAttempt]) {
          log(value as never);
          log({ ...call, metadata, request, errorMessage: value, pagwId: value } as never);
          called += 2;
        }
        expect(accountedFor(tracker.counts())).toBe(called);
        expect(await tracker.flush(PATIENT)).toBe(true);
        expect(tracker.counts().buffered).toBe(0);
      }),
    );
  });
});

describe('a wait', () => {
  it.each([Number.POSITIVE_INFINITY, 3e9, Number.NaN, -1, '5', null, 5n])(
    'of %s lasts until what waits is delivered, and never rejects',
    async (deadlineMs) => {
      queue.before = () => new Promise((resume) => setTimeout(resume, 20));
      tracker.logStageStart(call);
      expect(await tracker.flush({ deadlineMs } as never)).toBe(true);
      expect(await tracker.flush(null as never)).toBe(true);
      tracker.logStageStart(call);
      expect(await tracker.close(null as never)).toMatchObject({ delivered: 2 });
    },
  );

  it('that no timer can hold is refused as an option', () => {
    const options = { queueUrl: queue.queueUrl, sqs: queue.sqs };
    for (const name of ['flushIntervalMs', 'sendTimeoutMs', 'exitDeadlineMs'])
      expect(() => createEventTrackerClient({ ...options, [name]: 2 ** 31 })).toThrow(
        `${name} must be 2147483647 at most`,
      );
  });
});

describe('a report of drops', () => {
  it.each([
    ['throws', thrower],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('that %s troubles nobody', async (_, onDrop) => {
    tracker = createEventTrackerClient({ queueUrl: queue.queueUrl, sqs: queue.sqs, onDrop });
    tracker.logStageStart(undefined as never);
    tracker.logStageStart({ ...call, tenant: 'anthem' });
    expect(await tracker.close(PATIENT)).toMatchObject({ called: 2, delivered: 1, dropped: { invalid: 1 } });
  });

  it('runs outside the call', () => {
    tracker.logStageStart(undefined as never);
    expect(drops).toEqual([]);
  });

  it('names a bounded number of places', async () => {
    for (let number = 0; number < 1_000; number++) {
      const metadata = { [`key${'abcdefghij'[number % 10]}${'x'.repeat(number % 60)}`]: { toJSON: thrower } };
      tracker.logStageComplete({ ...call, metadata });
    }
    await tracker.close(PATIENT);
    expect(drops.length).toBeLessThanOrEqual(101);
    expect(drops.reduce((total, { count }) => total + count, 0)).toBe(1_000);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
