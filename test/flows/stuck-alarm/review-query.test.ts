import { describe, expect, it } from 'vitest';
import { listStuckRequests } from '../../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { afterMinutes, recordHistory, type Step } from '../../support/history.ts';
import { reviewStuckQuery } from '../../support/review-stuck-query.ts';

/** The review's query reads the database's own clock, so these histories end an hour before it. */
const start = afterMinutes(new Date(), -120);
const now = afterMinutes(start, 120);
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
const db = await databaseOfFile();

interface Trap {
  steps: readonly Step[];
  /** Whether the review's query reports the request. */
  review: boolean;
  /** The reason ours gives; null when it rightly keeps silent. */
  ours: string | null;
}

const begun: Step[] = [
  [0, 'REQUEST_RECEIVED'],
  [0, 'PARSE_OK'],
];
const converted: Step[] = [...begun, [0, 'VAL_OK'], [0, 'ENRICH_OK'], [0, 'CONVERT_OK']];
const timeout = { errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } };
const answered: Step = [1, 'RESPONSE_OK', { metadata: { outcome: 'approved' } }];

/** Kept in step with docs/stuck.md, which has a row for each. */
const traps: Readonly<Record<string, Trap>> = {
  'a lost hand-off ends in a success': {
    steps: [...begun, [1, 'VAL_START'], [1, 'VAL_OK']],
    review: false,
    ours: 'hand-off-lost',
  },
  'a retry that was sent and never begun ends in RETRY_SCHEDULED': {
    steps: [
      ...converted,
      [1, 'DOWNSTREAM_TIMEOUT', timeout],
      [2, 'DOWNSTREAM_RETRY', { stage: 'API_CONNECTOR', status: 'RETRY_SCHEDULED' }],
    ],
    review: false,
    ours: 'retry-overdue',
  },
  'a side-lane row after the stall masks it': {
    steps: [...begun, [1, 'VAL_START'], [1, 'PUBLISH_START'], [2, 'PUBLISH_OK']],
    review: false,
    ours: 'no-result',
  },
  'a success that is recorded late masks the next stage’s stall': {
    steps: [...begun.slice(0, 1), [0, 'PARSE_START'], [1, 'VAL_START'], [2, 'PARSE_OK']],
    review: false,
    ours: 'no-result',
  },
  'a notification without subscribers never closes': {
    steps: [...converted, answered, [2, 'NOTIFY_START']],
    review: true,
    ours: null,
  },
  'a failure beside an answered request is no stall': {
    steps: [...converted, answered, [2, 'ATTACH_FAIL', { errorCode: 'INVALID_NPI' }]],
    review: true,
    ours: null,
  },
  'a failure whose retry is planned is under way': {
    steps: [
      ...converted,
      [1, 'DOWNSTREAM_TIMEOUT', { ...timeout, nextRetryAt: afterMinutes(now, 5).toISOString() }],
    ],
    review: true,
    ours: null,
  },
  'documents being pulled may take hours': {
    steps: [[0, 'CDEX_PULL_START']],
    review: true,
    ours: null,
  },
  'a pended answer is no decision': {
    steps: [
      [
        0,
        'REQUEST_RECEIVED',
        { lateMinutes: 0, skewMinutes: -4 * 24 * 60, request: { priority: 'EXPEDITED' } },
      ],
      [1, 'RESPONSE_OK', { metadata: { outcome: 'pended' } }],
    ],
    review: false,
    ours: 'deadline-breached',
  },
  'both see a stage that began and gave no result': {
    steps: [...begun, [1, 'VAL_START']],
    review: true,
    ours: 'no-result',
  },
};

describe("the review's stuck query, as written, and ours", () => {
  it.each(Object.entries(traps))('%s', async (_name, { steps, review, ours }) => {
    const pagwId = `PAGW-TRAP-${Object.values(traps).findIndex((trap) => trap.steps === steps)}`;
    await recordHistory(db.database, { pagwId }, start, steps);
    await checkRequests(db.database, { rules, now });
    // Its interval column is none the Data API can give: the customer's tools run it over a connection of their own.
    const reported = await withDirectConnections(db.connectionString, 1, async ([client]) => {
      const answer = await client?.query<{ pagw_id: string }>(reviewStuckQuery);
      return answer?.rows.map((row) => row.pagw_id);
    });
    expect(reported?.includes(pagwId)).toBe(review);
    const { rows: stuck } = await listStuckRequests(db.database, { tenant: 'anthem' }, 100);
    expect(stuck.find((request) => request.pagwId === pagwId)?.reason ?? null).toBe(ours);
  });

  it('reads each request once it is due, and never one that is closed and decided', async () => {
    const { rows } = await db.database.execute<{ watched: number }>(
      `SELECT count(*) AS watched FROM request_tracker WHERE watch_at IS NOT NULL AND completed_at IS NOT NULL AND status <> 'PENDING'`,
    );
    expect(rows).toEqual([{ watched: 0 }]);
    expect(await checkRequests(db.database, { rules, now })).toMatchObject({ checked: 0 });
  });
});
