import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalClock } from '../../lib/local/local-clock.ts';

let file: string;

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'pagw-clock-')), 'clock.json');
});

afterEach(() => rm(join(file, '..'), { recursive: true, force: true }));

describe('the local clock', () => {
  it('begins at the machine’s time and goes on from wherever it was moved to', async () => {
    const clock = await openLocalClock(file);
    expect(clock.aheadSeconds).toBe(0);
    const before = clock.now().getTime();
    await clock.advance(900);
    expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(900_000);
    await clock.advance(100);
    expect((await openLocalClock(file)).aheadSeconds).toBe(1_000);
  });

  it.each([0, -1, 0.5, Number.NaN, 1e12])('does not move by %s seconds', async (seconds) => {
    const clock = await openLocalClock(file);
    await expect(clock.advance(seconds)).rejects.toThrow(RangeError);
    expect(clock.aheadSeconds).toBe(0);
  });

  it('takes a file that makes no sense for none', async () => {
    await writeFile(file, '{"aheadSeconds":"yesterday"}');
    expect((await openLocalClock(file)).aheadSeconds).toBe(0);
    await writeFile(file, '{"ahead');
    expect((await openLocalClock(file)).aheadSeconds).toBe(0);
  });
});
