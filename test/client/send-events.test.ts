import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventToSend } from '../../lib/client/pack-messages.ts';
import { SendInterruptedError, sendEvents } from '../../lib/client/send-events.ts';
import { mockedClient } from '../support/mocked-client.ts';

const sqs = mockedClient(SQSClient);
const target = {
  sqs: sqs as unknown as SQSClient,
  queueUrl: 'http://queue.test/000000000000/pagw-events.fifo',
};

interface SentEntry {
  Id: string;
  MessageBody: string;
  MessageGroupId: string;
  MessageDeduplicationId: string;
}

let accepted: SentEntry[];
let batches: SentEntry[][];

beforeEach(() => {
  sqs.reset();
  accepted = [];
  batches = [];
  answer(() => undefined);
});

/** Takes every entry but those for which `failureOf` names a failure. */
function answer(failureOf: (entry: SentEntry) => { SenderFault: boolean; Code: string } | undefined): void {
  sqs.on(SendMessageBatchCommand).callsFake((input: { Entries: SentEntry[] }) => {
    batches.push(input.Entries);
    const Failed = input.Entries.flatMap((entry) => {
      const failure = failureOf(entry);
      if (failure === undefined) accepted.push(entry);
      return failure === undefined ? [] : { Id: entry.Id, ...failure };
    });
    const refused = new Set(Failed.map(({ Id }) => Id));
    return {
      Successful: input.Entries.filter(({ Id }) => !refused.has(Id)).map(({ Id }) => ({ Id })),
      Failed,
    };
  });
}

function event(pagwId: string, number: number, extra: Record<string, unknown> = {}): EventToSend {
  const eventId = `${pagwId}-${number}`;
  return { pagwId, eventId, event: { eventId, pagwId, tenant: 'anthem', eventType: 'PARSE_OK', ...extra } };
}

function idsByRequest(): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const entry of accepted) {
    const events = [JSON.parse(entry.MessageBody)].flat() as { eventId: string }[];
    ids[entry.MessageGroupId] = [
      ...(ids[entry.MessageGroupId] ?? []),
      ...events.map(({ eventId }) => eventId),
    ];
  }
  return ids;
}

describe('sending events to the queue', () => {
  it('keeps the order of each request, however requests interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 400 }), async (requests) => {
        accepted = [];
        const events = requests.map((request, number) => event(`PAGW-${request}`, number));
        const counts = await sendEvents(events, target);
        expect(counts.events).toBe(events.length);
        const expected: Record<string, string[]> = {};
        for (const { pagwId, eventId } of events)
          expected[pagwId] = [...(expected[pagwId] ?? []), eventId ?? ''];
        expect(idsByRequest()).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('packs at most 100 events or 200 KiB into a message and at most ten messages or 1 MiB into a batch', async () => {
    const long = 'x'.repeat(30 * 1024);
    const large = Array.from({ length: 130 }, (_, number) =>
      event(`PAGW-LARGE-${number % 13}`, number, { long }),
    );
    const many = Array.from({ length: 250 }, (_, number) => event('PAGW-MANY', number));
    await sendEvents([...large, ...many], target);
    for (const batch of batches) {
      const sizes = batch.map((entry) => Buffer.byteLength(entry.MessageBody));
      expect(batch.length).toBeLessThanOrEqual(10);
      expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThanOrEqual(1024 * 1024);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(200 * 1024);
      expect(new Set(batch.map((entry) => entry.MessageGroupId)).size).toBe(batch.length);
    }
    const packed = accepted.filter((entry) => entry.MessageGroupId === 'PAGW-MANY');
    expect(packed.map((entry) => JSON.parse(entry.MessageBody).length)).toEqual([100, 100, 50]);
  });

  it('gives an array with the same first event and another tail an id of its own', async () => {
    await sendEvents([event('PAGW-1', 1), event('PAGW-1', 2)], target);
    await sendEvents([event('PAGW-1', 1), event('PAGW-1', 3)], target);
    await sendEvents([event('PAGW-1', 1), event('PAGW-1', 2)], target);
    const [first, second, third] = accepted.map((entry) => entry.MessageDeduplicationId);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
  });

  it('gives events of two requests ids of their own, though they are numbered alike', async () => {
    await sendEvents(
      [event('PAGW-1', 1), { ...event('PAGW-2', 1), eventId: event('PAGW-1', 1).eventId }],
      target,
    );
    expect(new Set(accepted.map((entry) => entry.MessageDeduplicationId)).size).toBe(2);
  });

  it('takes an event without an id for a new one each time', async () => {
    const anonymous = { ...event('PAGW-1', 1), eventId: null };
    await sendEvents([anonymous], target);
    await sendEvents([anonymous], target);
    expect(new Set(accepted.map((entry) => entry.MessageDeduplicationId)).size).toBe(2);
  });

  it('sends what the queue failed to take again, before its successors', async () => {
    let failures = 3;
    answer((entry) =>
      entry.MessageGroupId === 'PAGW-A' && failures-- > 0
        ? { SenderFault: false, Code: 'InternalError' }
        : undefined,
    );
    const events = Array.from({ length: 220 }, (_, number) => event('PAGW-A', number));
    const counts = await sendEvents([...events, event('PAGW-B', 1)], target);
    expect(counts).toEqual({ events: 221, messages: 4, refused: [] });
    expect(idsByRequest()['PAGW-A']).toEqual(events.map(({ eventId }) => eventId));
  });

  it('sends again what the answer names in neither list', async () => {
    let calls = 0;
    sqs.on(SendMessageBatchCommand).callsFake((input: { Entries: SentEntry[] }) => {
      calls++;
      return calls === 1 ? {} : { Successful: input.Entries.map(({ Id }) => ({ Id })) };
    });
    await sendEvents([event('r', 1)], target);
    expect(calls).toBe(2);
  });

  it('reports what the queue refuses, holds back the rest of that request, and sends the others', async () => {
    answer((entry) =>
      entry.MessageGroupId === 'PAGW-A' ? { SenderFault: true, Code: 'InvalidMessageContents' } : undefined,
    );
    const events = Array.from({ length: 120 }, (_, number) => event('PAGW-A', number));
    const counts = await sendEvents([...events, event('PAGW-B', 1)], target);
    expect(counts.refused).toEqual([{ pagwId: 'PAGW-A', events: 120, code: 'InvalidMessageContents' }]);
    expect(Object.keys(idsByRequest())).toEqual(['PAGW-B']);
  });

  it('fills a call up to 1 MiB to the byte, and begins another with the next one', async () => {
    const around = JSON.stringify(event('PAGW-A', 1, { text: '' }).event).length;
    const room = 512 * 1024 - around;
    const half = { text: 'é'.repeat(room / 2) + 'x'.repeat(room % 2) };
    const [a, b, c] = ['PAGW-A', 'PAGW-B', 'PAGW-C'].map((id) => event(id, 1, half));
    await sendEvents(
      [a, b, c].flatMap((one) => one ?? []),
      target,
    );
    expect(batches.map((entries) => entries.length)).toEqual([2, 1]);
    const bytes = batches.map((entries) =>
      entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0),
    );
    expect(bytes).toEqual([1024 * 1024, 512 * 1024]);
    expect(
      await sendEvents([event('PAGW-D', 1, { text: 'x'.repeat(1024 * 1024 - around) })], target),
    ).toEqual({
      ...{ events: 1, messages: 1, refused: [] },
    });
  });

  it('refuses a message above 1 MiB without troubling the queue', async () => {
    const counts = await sendEvents([event('PAGW-A', 1, { text: 'x'.repeat(1024 * 1024) })], target);
    expect(counts.refused).toEqual([{ pagwId: 'PAGW-A', events: 1, code: 'MessageTooLong' }]);
    expect(batches).toEqual([]);
  });

  it('has several calls under way, and of no request more than one', async () => {
    let under = 0;
    let most = 0;
    const busy = new Set<string>();
    sqs.on(SendMessageBatchCommand).callsFake(async (input: { Entries: SentEntry[] }) => {
      most = Math.max(most, ++under);
      for (const { MessageGroupId } of input.Entries) {
        expect(busy).not.toContain(MessageGroupId);
        busy.add(MessageGroupId);
      }
      await new Promise((resolve) => setImmediate(resolve));
      for (const { MessageGroupId } of input.Entries) busy.delete(MessageGroupId);
      under -= 1;
      return { Successful: input.Entries.map(({ Id }) => ({ Id })) };
    });
    const events = Array.from({ length: 9_000 }, (_, number) => event(`PAGW-${number % 45}`, number));
    expect(await sendEvents(events, target)).toMatchObject({ events: 9_000, messages: 90 });
    expect(most).toBe(4);
  });

  it('awaits every call under way when the queue stops answering one', async () => {
    let calls = 0;
    sqs.on(SendMessageBatchCommand).callsFake(async (input: { Entries: SentEntry[] }) => {
      if (++calls === 1) throw new Error('connection refused');
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return { Successful: input.Entries.map(({ Id }) => ({ Id })) };
    });
    const events = Array.from({ length: 100 }, (_, number) => event(`PAGW-${number}`, 1));
    await expect(sendEvents(events, target)).rejects.toMatchObject({ sent: { events: 30 } });
    expect(calls).toBe(4);
  });

  it('says how far it came when the queue stops answering', async () => {
    let calls = 0;
    sqs.on(SendMessageBatchCommand).callsFake((input: { Entries: SentEntry[] }) => {
      if (++calls > 1) throw new Error('connection refused');
      return { Successful: input.Entries.map(({ Id }) => ({ Id })), Failed: [] };
    });
    const events = Array.from({ length: 15 }, (_, number) => event(`PAGW-${number}`, 1));
    const failure = await sendEvents(events, target).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SendInterruptedError);
    expect(failure).toMatchObject({ sent: { events: 10, messages: 10 } });
  });

  it('writes characters that a queue may refuse as JSON escapes, without loss', async () => {
    const text = 'a😀b\u0000c\ufffed\ud800';
    await sendEvents([event('PAGW-A', 1, { text })], target);
    expect(accepted[0]?.MessageBody).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(accepted[0]?.MessageBody ?? '')).toMatchObject({ text });
  });
});
