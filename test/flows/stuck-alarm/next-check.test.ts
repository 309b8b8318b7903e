import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits, shortestLimit } from '../../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import {
  arbitraryDeadlines,
  arbitraryHistory,
  cutAnywhere,
  recordedAt,
} from '../../support/arbitrary-history.ts';
import { databaseOfFile } from '../../support/database.ts';
import { afterMinutes, recordHistory, type Step } from '../../support/history.ts';

const HISTORIES_A_RUN = 40;
const policy = parseDecisionPolicy('{"plans":{"THREE":{"standardHours":72},"FREE":"off"}}');
const rules = { limits: defaultStageLimits, policy };
const fold = { policy, believedDays: 90 };
const db = await databaseOfFile();

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

let run = 0;
it.each([
  ['of any kind', arbitraryHistory],
  ['of deadlines that come, move and go', arbitraryDeadlines],
])(
  'checks every request before its verdict changes, however its events, %s, are cut and whenever it checked before',
  async (_, arbitrary) => {
    const histories = fc.array(arbitrary('H', 12), {
      minLength: HISTORIES_A_RUN,
      maxLength: HISTORIES_A_RUN,
    });
    const steps = fc.array(fc.record({ cut: fc.nat(), minutes: gap, checks: fc.boolean() }), {
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
          await recordEvents(db.database, batch, now, fold);
          const { minutes = 1, checks = true } = taken[place] ?? {};
          now = afterMinutes(now, minutes);
          if (checks) await checkRequests(db.database, { rules, now });
        }
        now = afterMinutes(now, shortestLimit(rules.limits) / 60);
        await checkRequests(db.database, { rules, now });
        const checked = await verdicts(ids);
        await db.database.execute(
          'UPDATE request_tracker SET watch_at = :now::timestamptz WHERE pagw_id LIKE :ids',
          { now, ids },
        );
        await checkRequests(db.database, { rules, now });
        expect(checked).toEqual(await verdicts(ids));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  },
);

describe('a pended request, which is checked once a day', () => {
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
  ])('is checked at once when it turns out that it %s', async (said, fields) => {
    const pagwId = `PENDED-${said.replaceAll(/[^a-z]/gi, '')}`;
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
    await checkRequests(db.database, { rules, now: afterMinutes(recordedAt, 73 * HOURS) });
    await recordHistory(db.database, { pagwId }, recordedAt, [[73 * HOURS + 1, 'PARSE_OK', fields]], fold);
    await checkRequests(db.database, { rules, now: afterMinutes(recordedAt, 73 * HOURS + 2) });
    expect((await verdicts(pagwId)).map(({ deadlineRisk }) => deadlineRisk)).toEqual(['breached']);
  });

  const DAYS = 24 * HOURS;
  const unfit: Step[] = [
    [1, 'PARSE_FAIL'],
    [3, 'RESPONSE_OK', { metadata: { outcome: 'not a word for it' } }],
  ];
  const foundFit: Step = [2, 'PARSE_OK', { lateMinutes: 8 * DAYS }];
  it.each<[string, Step[], Step, object]>([
    [
      'its update is taken back, and nothing binds what is left',
      [
        [0, 'REQUEST_RECEIVED', { request: { drug: 'pharmacy' } }],
        ...unfit,
        [8 * DAYS, 'REQUEST_UPDATED', { request: { drug: false } }],
      ],
      foundFit,
      { dueAt: null, deadlineRisk: null },
    ],
    [
      'its update is taken back, and what is left is overdue',
      [[0, 'REQUEST_RECEIVED'], ...unfit, [8 * DAYS, 'REQUEST_UPDATED']],
      foundFit,
      { dueAt: new Date('2026-03-17T23:59:59.999Z'), deadlineRisk: 'breached' },
    ],
    [
      'it was expedited and that denied at one instant',
      [
        [2 * DAYS, 'REQUEST_RECEIVED'],
        [2 * DAYS + 1, 'RESPONSE_OK', { metadata: { reviewAction: 'A4' } }],
        [8 * DAYS, 'EXPEDITED', { request: { priority: 'EXPEDITED' } }],
      ],
      [8 * DAYS, 'EXPEDITE_DENIED', { request: { priority: 'STANDARD' }, lateMinutes: 2 }],
      { dueAt: new Date('2026-03-19T23:59:59.999Z'), deadlineRisk: 'at-risk' },
    ],
  ])('is checked at once when %s', async (said, steps, late, expected) => {
    const pagwId = `LATE-${said.replaceAll(/[^a-z]/gi, '').slice(0, 40)}`;
    await recordHistory(db.database, { pagwId }, recordedAt, steps, fold);
    await checkRequests(db.database, { rules, now: afterMinutes(recordedAt, 8 * DAYS + 1) });
    expect(await verdicts(pagwId)).toMatchObject([{ stuckReason: null, deadlineRisk: null }]);
    await recordHistory(db.database, { pagwId }, recordedAt, [late], fold);
    await checkRequests(db.database, { rules, now: afterMinutes(recordedAt, 8 * DAYS + 4) });
    expect(await verdicts(pagwId)).toMatchObject([expected]);
  });
});
