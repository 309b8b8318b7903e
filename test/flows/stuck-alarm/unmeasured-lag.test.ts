import { expect, it } from 'vitest';
import { readCheck } from '../../../lib/data-access/stuck-alarm.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { type IngestLag, runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes, recordHistory } from '../../support/history.ts';

const start = new Date('2026-03-02T08:00:00Z');
const failing = () => Promise.reject(new Error('SQS is away'));
const never = () => new Promise<IngestLag>(() => undefined);
const db = await databaseOfFile();

/** A run that far after the start, and the tenants it told of. */
async function runAt(minute: number, measureLag: () => Promise<IngestLag>) {
  const told: string[] = [];
  const run = await runStuckAlarm(db.database, {
    now: afterMinutes(start, minute),
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag,
    measureWithinMs: measureLag === never ? 1 : 60_000,
    publish: async ({ tenants }) => void told.push(...tenants),
  });
  return { ...run, told };
}

async function hang(tenant: string, minute: number): Promise<void> {
  const request = { pagwId: `PAGW-LAG-${tenant}`, tenant };
  await recordHistory(db.database, request, afterMinutes(start, minute), [
    [0, 'APP_OK'],
    [1, 'PARSE_START'],
  ]);
}

it.each([
  ['fails', failing, 0],
  ['never answers', never, 100],
])('the alarm goes out where measuring the lag %s', async (_what, measureLag, minute) => {
  const tenant = `tenant${minute}`;
  await hang(tenant, minute);
  const run = await runAt(minute + 20, measureLag);
  expect(run).toMatchObject({ heldBack: false, lagSeconds: null });
  expect(run.told).toContain(tenant);
});

it('an unmeasured lag goes on holding back what a measured one held back, and no longer', async () => {
  await hang('held', 200);
  expect(await runAt(220, async () => ({ waiting: 9, seconds: 900 }))).toMatchObject({ heldBack: true });
  expect(await runAt(225, failing)).toMatchObject({ heldBack: true, told: [] });
  expect(await readCheck(db.database)).toMatchObject({
    lagSeconds: 900,
    laggingSince: afterMinutes(start, 220),
  });
  const run = await runAt(250, failing);
  expect(run.heldBack).toBe(false);
  expect(run.told).toContain('held');
});
