import type { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import { takeWatchedRequests, writeVerdicts } from '../../lib/data-access/stuck-alarm.ts';
import { listStuckRequests } from '../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { judgeRequest } from '../../lib/domain/request-verdict.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { reviewStuckQuery } from '../../test/support/review-stuck-query.ts';

export const PAGE = 100;

export type ContestantName = 'review' | 'list' | 'listEndpoint' | 'pass' | 'read' | 'detect';

export const LABELS: Readonly<Record<ContestantName, string>> = {
  review: "the review's query, as written",
  list: `a page of ${PAGE} stuck requests`,
  listEndpoint: 'the same page through the endpoint',
  pass: 'the detector: all open requests passed over, none due',
  read: `the detector: ${PAGE} due requests read`,
  detect: `the detector: ${PAGE} due requests read, judged, written`,
};

export interface Field {
  client: Client;
  direct: Database;
  endpoint: Database;
}

const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };

/** Long before anything was due. */
const EARLY = new Date(0);

/**
 * What each does once; answers the number of requests it found. `now` moves on by more than the time between checks, so
 * that the same requests are due again.
 */
export const contestants: Readonly<Record<ContestantName, (field: Field, now: Date) => Promise<number>>> = {
  review: async ({ client }) => (await client.query(reviewStuckQuery)).rows.length,
  list: async ({ direct }) => (await listStuckRequests(direct, { tenant: 'anthem' }, PAGE)).rows.length,
  listEndpoint: async ({ endpoint }) =>
    (await listStuckRequests(endpoint, { tenant: 'anthem' }, PAGE)).rows.length,
  pass: async ({ direct }) => PAGE + (await takeWatchedRequests(direct, PAGE, EARLY)).rows.length,
  read: async ({ direct }, now) => (await takeWatchedRequests(direct, PAGE, now)).rows.length,
  detect: async ({ direct }, now) => {
    const { rows: requests } = await takeWatchedRequests(direct, PAGE, now);
    return writeVerdicts(
      direct,
      requests.map((request) => ({ ...request, ...judgeRequest(request, rules, now) })),
      now,
    );
  },
};
