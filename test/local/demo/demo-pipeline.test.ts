import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventToSend } from '../../../lib/client/pack-messages.ts';
import { readEventLines } from '../../../lib/client/read-event-lines.ts';
import { stages } from '../../../lib/domain/event-catalogue.ts';
import { type DemoPipeline, startDemoPipeline } from '../../../lib/local/demo/demo-pipeline.ts';
import { JOURNEY_KINDS, writeJourney } from '../../../lib/local/demo/journeys.ts';

const BEGAN = Date.parse('2026-01-05T12:00:00.000Z');
const MINUTE = 60_000;

let directory: string;
let now: number;
let sent: EventToSend[];
let pipeline: DemoPipeline | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pagw-demo-'));
  now = BEGAN;
  sent = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(async () => {
  await pipeline?.stop();
  pipeline = undefined;
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

const sendNow = async (events: EventToSend[]) => void sent.push(...events);

/** As far as a start comes that is cut off while the first requests are recorded. */
async function begin(send = sendNow): Promise<DemoPipeline> {
  pipeline = await startDemoPipeline({
    clock: { now: () => new Date(now) },
    send,
    stateFile: join(directory, 'demo.json'),
  });
  return pipeline;
}

async function start(send = sendNow): Promise<DemoPipeline> {
  const begun = await begin(send);
  await begun.admitNew();
  return begun;
}

/** Lets the workers work, second by second. */
async function pass(milliseconds: number): Promise<void> {
  const until = now + milliseconds;
  while (now < until) {
    now = Math.min(until, now + 1_000);
    await vi.advanceTimersByTimeAsync(500);
    await pipeline?.settled();
  }
}

function requestOf({ event }: EventToSend): {
  pagwId: string;
  eventId: string;
  eventType: string;
  occurredAt: string;
} {
  return event as ReturnType<typeof requestOf>;
}

function eventIds(pagwId: string): string[] {
  return sent.filter((event) => event.pagwId === pagwId).map((event) => event.eventId ?? '');
}

describe('the demo pipeline', () => {
  it('begins with a day’s requests, none of them from the future', async () => {
    const { isNew } = await start();
    expect(isNew).toBe(true);
    expect(new Set(sent.map(({ pagwId }) => pagwId)).size).toBe(120);
    const times = sent.map((event) => Date.parse(requestOf(event).occurredAt));
    expect(Math.max(...times)).toBeLessThanOrEqual(now);
    expect(Math.min(...times)).toBeGreaterThan(now - 25 * 60 * MINUTE);
  });

  it('has its first requests recorded by the next start, where one is cut off before or after they are sent', async () => {
    await expect(begin(() => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
    for (const startAgain of [begin, start]) {
      now += 10 * MINUTE;
      const { isNew, stop } = await startAgain();
      expect(isNew).toBe(true);
      await stop();
    }
    expect(new Set(sent.map(({ pagwId }) => pagwId)).size).toBe(120);
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(sent.length);
    expect((await start()).isNew).toBe(false);
  });

  it('keeps adding requests that go through all eleven stages, each event valid', async () => {
    await start();
    await pass(20 * MINUTE);
    expect(new Set(sent.map(({ pagwId }) => pagwId)).size).toBeGreaterThan(120 + 60);
    const { accepted, rejected } = readEventLines(JSON.stringify(sent.map(({ event }) => event)));
    expect(rejected).toEqual([]);
    expect(accepted).toHaveLength(sent.length);
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(sent.length);
    const seen = JSON.stringify(
      new Set(sent.map(({ event }) => (event as { eventType: string }).eventType)).size,
    );
    expect(Number(seen)).toBeGreaterThan(25);
  });

  it('sends the same again for the same clock', async () => {
    await start();
    const first = sent;
    await pipeline?.stop();
    await rm(join(directory, 'demo.json'));
    sent = [];
    await start();
    expect(sent).toEqual(first);
  });

  it('goes on after a stop where it was, without the time in between', async () => {
    await start();
    await pass(MINUTE);
    const onTheirWay = new Set(sent.map(({ pagwId }) => pagwId));
    await pipeline?.stop();
    now += 600 * MINUTE;
    const stoppedAt = sent.length;
    const { isNew } = await start();
    expect(isNew).toBe(false);
    await pass(3 * MINUTE);
    const later = sent.slice(stoppedAt);
    expect(later.some(({ pagwId }) => onTheirWay.has(pagwId))).toBe(true);
    expect(Math.min(...later.map((event) => Date.parse(requestOf(event).occurredAt)))).toBeGreaterThan(
      now - 5 * MINUTE,
    );
    for (const pagwId of onTheirWay) expect(eventIds(pagwId)).toEqual([...eventIds(pagwId)].sort());
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(sent.length);
  });

  it('sends again what did not reach the queue', async () => {
    let refusals = 0;
    const complete: EventToSend[] = [];
    await start(async (events) => {
      if (sent.length > 0 && refusals < 3) {
        refusals += 1;
        throw new Error('no queue');
      }
      sent.push(...events);
      complete.push(...events);
    });
    await pass(2 * MINUTE);
    expect(refusals).toBe(3);
    expect(pipeline?.trouble).toBeUndefined();
    const latest = [...new Set(complete.map(({ pagwId }) => pagwId))].at(-1) ?? '';
    expect(eventIds(latest)[0]).toMatch(/-E001$/);
  });

  it('starts from the beginning when its notes are not readable', async () => {
    await writeFile(join(directory, 'demo.json'), '{"nextNum');
    expect((await start()).isNew).toBe(true);
  });

  it('catches up when the clock is moved, with a single new request', async () => {
    await start();
    await pass(MINUTE);
    const before = new Set(sent.map(({ pagwId }) => pagwId)).size;
    now += 900_000;
    await pass(1_000);
    expect(new Set(sent.map(({ pagwId }) => pagwId)).size - before).toBeLessThanOrEqual(2);
  });

  it('works on a failed stage again when it is told to, and only then', async () => {
    await start();
    await pass(10 * MINUTE);
    const failed = sent.map(requestOf).findLast(({ pagwId }) => {
      const number = Number(pagwId.split('-')[2]);
      return number <= 117 && number % 13 === 0;
    });
    const before = eventIds(failed?.pagwId ?? '');
    const stage = { DOWNSTREAM: 'API_CONNECTOR', ENRICH: 'ENRICHMENT', CONVERT: 'CONVERSION' }[
      failed?.eventType.split('_')[0] ?? ''
    ];
    const command = { token: 'first', pagwId: failed?.pagwId ?? '', stage: stage ?? '' };
    expect(await pipeline?.retry({ ...command, stage: 'PARSING' })).toBe(false);
    expect(await pipeline?.retry(command)).toBe(true);
    expect(await pipeline?.retry(command)).toBe(false);
    await pass(2 * MINUTE);
    const after = eventIds(failed?.pagwId ?? '');
    expect(after.length).toBeGreaterThan(before.length);
    expect(after).toEqual([...after].sort());
  });
});

describe('what becomes of a request', () => {
  it('covers every stage and every way to end', () => {
    const events = JOURNEY_KINDS.flatMap((kind) =>
      writeJourney(1, kind, new Date(BEGAN)).segments.flatMap(({ steps }) => steps.map(({ event }) => event)),
    );
    expect(readEventLines(JSON.stringify(events)).rejected).toEqual([]);
    const names = events.map((event) => String(event.serviceName));
    expect(new Set(names).size).toBe(stages.length);
  });

  it('is about 32 events on the happy path, in the places the running system has them', () => {
    const [segment] = writeJourney(1, 'answered', new Date(BEGAN)).segments;
    const types = segment?.steps.map(({ event }) => event.eventType) ?? [];
    expect([types[7], types[8], types[11], types[15], types[19], types[23], types[27]]).toEqual([
      ...['PARSE_START', 'PARSE_OK', 'VAL_START', 'ENRICH_START', 'CONVERT_START', 'DOWNSTREAM_START'],
      'RESPONSE_START',
    ]);
    expect(types.length).toBeGreaterThanOrEqual(32);
  });
});
