import { describe, expect, it } from 'vitest';
import { listStuckRequests } from '../../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultFoldRules } from '../../../lib/domain/request-fold.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { DEFAULT_BELIEVED_DAYS } from '../../../lib/domain/stated-time.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes, recordHistory } from '../../support/history.ts';
import { histories } from './histories.ts';

const start = new Date('2026-03-02T08:00:00Z');
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
const db = await databaseOfFile();

async function verdictOn(pagwId: string) {
  const { rows: requests } = await listStuckRequests(db.database, {}, 1_000);
  const found = requests.find((request) => request.pagwId === pagwId);
  return found
    ? {
        reason: found.reason,
        stage: found.stage,
        sinceMinute: (found.since.getTime() - start.getTime()) / 60_000,
      }
    : null;
}

describe('the verdict on a history', () => {
  it.each(Object.entries(histories))('%s', async (_name, { steps, at, stuck, imported }) => {
    const pagwId = `PAGW-H-${Object.values(histories).findIndex((history) => history.steps === steps && history.at === at)}`;
    // Looked at before each event too, as every minute's run does: an earlier check must not put off a later verdict.
    for (const step of steps) {
      await checkRequests(db.database, { rules, now: afterMinutes(start, step[0]) });
      const believedDays = imported ? Number.POSITIVE_INFINITY : DEFAULT_BELIEVED_DAYS;
      await recordHistory(db.database, { pagwId }, start, [step], { ...defaultFoldRules, believedDays });
    }
    await checkRequests(db.database, { rules, now: afterMinutes(start, at) });
    expect(await verdictOn(pagwId)).toEqual(stuck);
    await db.database.execute('DELETE FROM request_tracker WHERE pagw_id = :id', { id: pagwId });
  });
});
