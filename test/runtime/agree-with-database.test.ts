import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../../lib/data-access/database.ts';
import { agreeWithDatabase } from '../../lib/runtime/open-database.ts';
import { openLogger, openMetrics } from '../../lib/runtime/telemetry.ts';
import { databaseOfFile } from '../support/database.ts';

const db = await databaseOfFile();

function agree(skewSeconds: number, isMachineClock = true, database: Database = db.database) {
  const logger = openLogger('test');
  const metrics = openMetrics('test');
  const warn = vi.spyOn(logger, 'warn').mockImplementation(() => undefined);
  const addMetric = vi.spyOn(metrics, 'addMetric');
  const clock = { now: () => new Date(Date.now() + skewSeconds * 1_000), isMachineClock };
  return { warn, addMetric, agreed: agreeWithDatabase(clock, { database, logger, metrics }) };
}

const aheadSeconds = (now: Date) => Math.round((now.getTime() - Date.now()) / 10_000) * 10 + 0;

describe('the time of a flow', () => {
  it.each([3_600, 86_400, -3_600, 90])('is the database’s when the machine is off by %i s', async (skew) => {
    const { agreed, warn, addMetric } = agree(skew);
    for (let call = 1; call <= 2; call++) {
      expect(aheadSeconds((await agreed()).now())).toBe(0);
      expect(addMetric).toHaveBeenCalledTimes(call);
    }
    // What is certain of it: less by how long the answer took.
    const [name, unit, told] = addMetric.mock.calls[0] ?? [];
    expect([name, unit]).toEqual(['ClockSkewSeconds', 'Seconds']);
    expect(Math.abs(Number(told) - Math.abs(skew))).toBeLessThan(20);
    expect(warn).toHaveBeenCalled();
  });

  it('is the earlier of the two for what nothing brings back', async () => {
    for (const [skew, earlier] of [
      [3_600, 0],
      [-3_600, -3_600],
      [30, 30],
    ] as const)
      expect(aheadSeconds((await agree(skew).agreed()).earliest())).toBe(earlier);
  });

  it.each([30, -30])('is the machine’s when it is off by %i s', async (skew) => {
    const { agreed, addMetric } = agree(skew);
    expect(aheadSeconds((await agreed()).now())).toBe(skew);
    expect(addMetric).not.toHaveBeenCalled();
  });

  it('is that of a clock moved on purpose', async () => {
    expect(aheadSeconds((await agree(3_600, false).agreed()).now())).toBe(3_600);
  });

  it('is the machine’s while the database does not answer, which is asked once a minute otherwise', async () => {
    const execute = vi
      .fn()
      .mockRejectedValueOnce(new Error('down'))
      .mockImplementation(db.database.execute.bind(db.database));
    const { agreed } = agree(3_600, true, { ...db.database, execute } as Database);
    expect(aheadSeconds((await agreed()).now())).toBe(3_600);
    for (let call = 0; call < 3; call++) expect(aheadSeconds((await agreed()).now())).toBe(0);
    expect(execute).toHaveBeenCalledTimes(2);
  });
});
