import { beforeEach, describe, expect, it } from 'vitest';
import { claimDueRetries, endOldClaims } from '../../lib/data-access/retry.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { afterMinutes, recordHistory } from '../support/history.ts';
import { failedEvent } from '../support/tracked-event.ts';

/** By which the database goes, too: only what lies ahead of both clocks is taken back. */
const start = new Date();
const db = await databaseOfFile();
beforeEach(() =>
  db.database.execute(
    `TRUNCATE request_tracker, event_tracker, retry_claim, incident, incident_notification, stuck_check CASCADE`,
  ),
);

/** A run of stuck-alarm; answers the kinds that were told. */
async function runAt(minute: number): Promise<string[]> {
  const told: string[] = [];
  await runStuckAlarm(db.database, {
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ seconds: 0, waiting: 0 }),
    publish: async ({ kind }) => void told.push(kind),
    now: afterMinutes(start, minute),
  });
  return told;
}

const hang = (fields = {}) =>
  recordHistory(db.database, { pagwId: 'PAGW-AHEAD' }, start, [
    [0, 'PARSE_OK', fields],
    [0, 'VAL_START', fields],
  ]);

describe.each([
  ['an hour', 60],
  ['a day', 24 * 60],
])('after one run with a clock %s ahead', (_, ahead) => {
  it('an incident that it opened is closed and told by runs with the right clock', async () => {
    await hang();
    expect(await runAt(ahead + 15)).toEqual(['opened']);
    await runAt(16);
    await recordHistory(db.database, { pagwId: 'PAGW-AHEAD' }, start, [
      [17, 'VAL_OK'],
      [17, 'WORKFLOW_COMPLETE'],
    ]);
    expect(await runAt(18)).toEqual([]);
    expect(await runAt(23)).toEqual(['closed']);
    const { rows } = await db.database.execute('SELECT opened_at, closed_at FROM incident');
    expect(rows).toEqual([{ openedAt: afterMinutes(start, 16), closedAt: afterMinutes(start, 23) }]);
  });

  it('an incident is reminded of in its time', async () => {
    await hang();
    await runAt(15);
    await runAt(ahead + 15);
    expect(await runAt(16)).toEqual([]);
    expect(await runAt(80)).toEqual(['reminder']);
  });

  it('a request that it looked at is looked at by the next', async () => {
    await hang();
    await runAt(ahead);
    await runAt(1);
    const { rows } = await db.database.execute('SELECT stuck_reason FROM request_tracker');
    expect(rows).toEqual([{ stuckReason: null }]);
  });

  it('what its claims held is due at once', async () => {
    await recordEvents(db.database, [failedEvent({ pagwId: 'PAGW-AHEAD' })], start);
    const claim = (now: Date) =>
      claimDueRetries(db.database, { now, limit: 10, cursors: new Map(), skippedStages: [] });
    expect((await claim(afterMinutes(start, ahead))).claimed).toHaveLength(1);
    await endOldClaims(db.database, 300, afterMinutes(start, 2));
    expect((await claim(afterMinutes(start, 2))).claimed).toHaveLength(1);
  });
});
