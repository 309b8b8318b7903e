import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDecisionPolicy, parseDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits, shortestLimit } from '../../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { arbitraryHistory, cutAnywhere, recordedAt } from '../../support/arbitrary-history.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { afterMinutes, recordHistory } from '../../support/history.ts';

const HISTORIES_A_RUN = 40;
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const verdicts = async (ids: string) =>
  (
    await db.database.execute(
      `SELECT pagw_id, status, completed_at, board, stuck_reason, stuck_stage, stuck_since, deadline_risk, incident_key,
         CASE WHEN clock_stopped_at IS NULL THEN decision_due_at END AS due_at
       FROM request_tracker WHERE pagw_id LIKE :ids ORDER BY pagw_id`,
      { ids },
    )
  ).rows;

/** Minutes until the next batch or run: within a limit, about one, hours or days later. */
const gap = fc.oneof(
  fc.integer({ min: 1, max: 14 }),
  fc.integer({ min: 14, max: 200 }),
  fc.integer({ min: 200, max: 5_000 }),
);

it('looks at every request before its verdict changes, however its events are cut and whenever it looked before', async () => {
  let run = 0;
  const histories = fc.array(arbitraryHistory('H', 12), {
    minLength: HISTORIES_A_RUN,
    maxLength: HISTORIES_A_RUN,
  });
  const steps = fc.array(fc.record({ cut: fc.nat(), minutes: gap, looks: fc.boolean() }), {
    minLength: 4,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(histories, steps, async (made, taken) => {
      const ids = `L${++run}-%`;
      let now = recordedAt;
      // The first events of all, then the second ones …
      const all = Array.from({ length: 12 }, (_, step) =>
        made.flatMap((history, place) =>
          history.slice(step, step + 1).map((event) => ({ ...event, pagwId: `L${run}-${place}` })),
        ),
      ).flat();
      const batches = cutAnywhere(
        all,
        taken.map(({ cut }) => cut),
      );
      for (const [place, batch] of batches.entries()) {
        await recordEvents(db.database, batch, now);
        const { minutes = 1, looks = true } = taken[place] ?? {};
        now = afterMinutes(now, minutes);
        if (looks) await checkRequests(db.database, { rules, now });
      }
      now = afterMinutes(now, shortestLimit(rules.limits) / 60);
      await checkRequests(db.database, { rules, now });
      const looked = await verdicts(ids);
      await db.database.execute(
        'UPDATE request_tracker SET watch_at = :now::timestamptz WHERE pagw_id LIKE :ids',
        { now, ids },
      );
      await checkRequests(db.database, { rules, now });
      expect(looked).toEqual(await verdicts(ids));
    }),
    { numRuns: 4, endOnFailure: true },
  );
}, 180_000);

describe('a pended request, which is looked at once a day', () => {
  const HOURS = 60;
  it.each([
    ['is for a drug', { request: { drug: 'medical' } }],
    [
      'was received long before',
      { request: { receivedAt: afterMinutes(recordedAt, -150 * HOURS).toISOString() } },
    ],
    [
      'is urgent',
      { request: { priority: 'EXPEDITED', receivedAt: afterMinutes(recordedAt, -1).toISOString() } },
    ],
    ['is the plan’s that has three days', { request: { plan: 'THREE' } }],
  ])('is looked at once when it turns out that it %s', async (said, fields) => {
    const pagwId = `PENDED-${said.replaceAll(/[^a-z]/gi, '')}`;
    const policy = parseDecisionPolicy('{"plans":{"THREE":{"standardHours":72}}}');
    const rulesOfPlans = { limits: defaultStageLimits, policy };
    const fold = { policy, believedDays: 90 };
    await recordHistory(
      db.database,
      { pagwId },
      recordedAt,
      [
        [0, 'REQUEST_RECEIVED'],
        [1, 'RESPONSE_OK', { metadata: { reviewAction: 'A4' } }],
      ],
      fold,
    );
    await checkRequests(db.database, { rules: rulesOfPlans, now: afterMinutes(recordedAt, 73 * HOURS) });
    await recordHistory(db.database, { pagwId }, recordedAt, [[73 * HOURS + 1, 'PARSE_OK', fields]], fold);
    await checkRequests(db.database, { rules: rulesOfPlans, now: afterMinutes(recordedAt, 73 * HOURS + 2) });
    expect((await verdicts(pagwId)).map(({ deadlineRisk }) => deadlineRisk)).toEqual(['breached']);
  });
});
