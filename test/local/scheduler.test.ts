import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalClock } from '../../lib/local/local-clock.ts';
import { type LocalFlow, type Scheduler, startScheduler } from '../../lib/local/scheduler.ts';

let aheadMs: number;
let ran: string[];
let scheduler: Scheduler | undefined;
const clock = { now: () => new Date(Date.now() + aheadMs) } as LocalClock;

beforeEach(() => {
  vi.useFakeTimers();
  aheadMs = 0;
  ran = [];
});
afterEach(async () => {
  await scheduler?.stop();
  vi.useRealTimers();
});

const flow = (name: string, work: () => Promise<void> = async () => undefined): LocalFlow => ({
  name,
  handler: async () => {
    ran.push(name);
    await work();
  },
});

describe('the local schedule', () => {
  it('runs the flows in their order each minute, the first time a minute after the start', async () => {
    scheduler = startScheduler({ clock, flows: [flow('a'), flow('b')] });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(ran).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ran).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ran).toEqual(['a', 'b', 'a', 'b']);
  });

  it('makes one round at once when the clock is moved', async () => {
    scheduler = startScheduler({ clock, flows: [flow('a')] });
    aheadMs = 900_000;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ran).toEqual(['a']);
  });

  it('never runs two rounds at once', async () => {
    let finish = () => {};
    const slow = () => new Promise<void>((settle) => (finish = settle));
    scheduler = startScheduler({ clock, flows: [flow('slow', slow), flow('next')] });
    await vi.advanceTimersByTimeAsync(200_000);
    expect(ran).toEqual(['slow']);
    finish();
    await vi.advanceTimersByTimeAsync(1);
    expect(ran.slice(0, 2)).toEqual(['slow', 'next']);
    finish();
  });

  it('goes on after a failure, and tells it once until it is well again', async () => {
    const troubles: string[] = [];
    let broken = true;
    const failing = async () => {
      if (broken) throw new TypeError('secret');
    };
    const flows = [flow('a', failing), flow('b')];
    scheduler = startScheduler({ clock, flows, onTrouble: (sentence) => troubles.push(sentence) });
    await vi.advanceTimersByTimeAsync(121_000);
    expect(ran).toEqual(['a', 'b', 'a', 'b']);
    expect(troubles).toEqual(['a failed: TypeError.']);
    expect(scheduler.trouble).toBe('a failed: TypeError.');
    broken = false;
    await vi.advanceTimersByTimeAsync(61_000);
    expect(scheduler.trouble).toBeUndefined();
  });

  it('tells a flow that is under way at the stop that its time is up', async () => {
    let left: (() => number) | undefined;
    let finish = () => {};
    const handler: LocalFlow['handler'] = (_event, context) => {
      left = () => context.getRemainingTimeInMillis();
      return new Promise<void>((settle) => (finish = settle));
    };
    scheduler = startScheduler({ clock, flows: [{ name: 'long', handler }, flow('never')] });
    await vi.advanceTimersByTimeAsync(61_000);
    expect(left?.()).toBeGreaterThan(0);
    const stopped = scheduler.stop();
    expect(left?.()).toBe(0);
    finish();
    await stopped;
    expect(ran).toEqual([]);
  });
});
