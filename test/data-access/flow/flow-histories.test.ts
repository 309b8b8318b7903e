import { beforeEach, describe, expect, it } from 'vitest';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { type RequestStep, recordSteps } from '../../support/history.ts';
import { flowDatabaseOfFile, NOW, START } from './flow-database.ts';

const db = await flowDatabaseOfFile();

beforeEach(() => db.empty());

/** As the report is described, over every event. */
async function exact(lanes: 'main' | 'all', since: Date, until: Date | null, tenant: string | null) {
  const values = { since, until, tenant, lanes };
  const requests = `request AS (
    SELECT pagw_id
    FROM event_history
    WHERE :tenant::text IS NULL OR tenant = :tenant
    GROUP BY pagw_id
    HAVING (array_agg(created_at ORDER BY sequence_no DESC))[1] >= :since::timestamptz
      AND (:until::timestamptz IS NULL OR (array_agg(created_at ORDER BY sequence_no DESC))[1] < :until::timestamptz)
  ), neighbour AS (
    SELECT pagw_id, stage, sequence_no, occurred_at, status,
      lag(stage) OVER in_order AS before, lag(occurred_at) OVER in_order AS before_at, lag(status) OVER in_order AS before_status
    FROM event_history
    JOIN request USING (pagw_id)
    WHERE :lanes = 'all' OR stage_lane(stage) = 'main'
    WINDOW in_order AS (PARTITION BY pagw_id ORDER BY sequence_no)
  )`;
  const edges = await db.database.execute<ExactEdge>(
    `WITH ${requests}, wait AS (
       SELECT before::text AS from, stage::text AS to, before_status,
         greatest(0, 1000 * extract(epoch FROM occurred_at - before_at))::float8 AS ms
       FROM neighbour
       WHERE before <> stage
     )
     SELECT "from", "to", count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS median_wait_ms,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95_wait_ms,
       max(ms) AS max_wait_ms,
       (count(*) FILTER (WHERE before_status = 'FAILED') / count(*)::float8)::float8 AS failed_share
     FROM wait GROUP BY 1, 2`,
    values,
  );
  const variants = await db.database.execute<{ path: string; count: number }>(
    `WITH ${requests}, path AS (
       SELECT pagw_id, array_to_json(array_agg(stage ORDER BY sequence_no))::text AS path
       FROM neighbour WHERE before IS DISTINCT FROM stage GROUP BY pagw_id
     )
     SELECT path, count(*) AS count FROM path GROUP BY path`,
    values,
  );
  const endToEnd = await db.database.execute<Record<string, number>>(
    `WITH ${requests}
     SELECT count(completed_at) AS answered, count(decided_at) AS decided,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM completed_at - received_at)::float8 * 1000) AS answer_p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - received_at)::float8 * 1000) AS decision_p95
     FROM request JOIN request_tracker USING (pagw_id)`,
    values,
  );
  return { edges: edges.rows, variants: variants.rows, endToEnd: endToEnd.rows[0] };
}

const near = (value: number | null, truth: number | null) =>
  value === truth || Math.abs((value ?? 0) - (truth ?? 0)) <= Math.max(1, 0.03 * (truth ?? 0));

interface ExactEdge {
  from: string;
  to: string;
  count: number;
  medianWaitMs: number;
  p95WaitMs: number;
  maxWaitMs: number;
  failedShare: number;
}

async function expectExact(lanes: 'main' | 'all', since: Date, until: Date | null, tenant: string | null) {
  const truth = await exact(lanes, since, until, tenant);
  const flow = await db.read({ lanes, since, until: until ?? undefined, tenant });
  const label = `${lanes} ${since.toISOString()} ${until?.toISOString()} ${tenant}`;
  const found = new Map(flow.edges.map((edge) => [`${edge.from}>${edge.to}`, edge]));
  expect(found.size, label).toBe(truth.edges.length);
  for (const edge of truth.edges) {
    const told = found.get(`${edge.from}>${edge.to}`);
    expect(told, label).toMatchObject({ count: edge.count, failedShare: edge.failedShare });
    expect(near(told?.medianWaitMs ?? -1, edge.medianWaitMs), label).toBe(true);
    expect(near(told?.p95WaitMs ?? -1, edge.p95WaitMs), label).toBe(true);
  }
  expect(flow.variants.map(({ path, count }) => `${JSON.stringify(path)} ${count}`).sort(), label).toEqual(
    truth.variants.map(({ path, count }) => `${path} ${count}`).sort(),
  );
  const { answered, decided, answerP50, decisionP95 } = truth.endToEnd ?? {};
  expect(flow.endToEnd, label).toMatchObject({
    toAnswer: { count: answered },
    toDecision: { count: decided },
  });
  expect(near(flow.endToEnd.toAnswer.p50Ms, answerP50 ?? null), label).toBe(true);
  expect(near(flow.endToEnd.toDecision.p95Ms, decisionP95 ?? null), label).toBe(true);
}

/** Loops, repeats, order and clocks as they come: the same each time for a seed. */
function madeSteps(seed: number, requests: number, fromHour = 0, hours = 80): RequestStep[] {
  let state = seed;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const prefixes = ['PARSE', 'VAL', 'ENRICH', 'CONVERT', 'DOWNSTREAM', 'PUBLISH', 'ATTACH'];
  return Array.from({ length: requests }, (_, request) => {
    const pagwId = `MADE-${request}`;
    const tenant = request % 3 === 0 ? 'elevance' : 'anthem';
    let minute = fromHour * 60 + random(hours * 60);
    const steps: RequestStep[] = [];
    const add = (eventType: string, fields: object = {}) => {
      minute += random(9);
      steps.push({ pagwId, tenant, step: [minute, eventType, { skewMinutes: -random(6), ...fields }] });
    };
    for (let count = random(9) + 1; count > 0; count--) {
      const prefix = prefixes[random(prefixes.length)];
      add(`${prefix}_START`);
      if (random(4) === 0) add(`${prefix}_FAIL`, { errorCode: 'API_TIMEOUT', retryable: false });
      else if (random(8) > 0) add(`${prefix}_OK`);
    }
    if (random(2) === 0)
      add('RESPONSE_OK', { metadata: { outcome: random(2) === 0 ? 'approved' : 'denied' } });
    return steps;
  })
    .flat()
    .sort((one, other) => one.step[0] - other.step[0]);
}

describe('the report', () => {
  const spans: readonly [Date, Date | null][] = [
    [new Date('2026-02-01T00:00:00Z'), null],
    [new Date('2026-03-01T09:20:00Z'), null],
    [new Date('2026-03-02T00:00:00Z'), new Date('2026-03-04T00:00:00Z')],
    [new Date('2026-03-01T22:10:00Z'), new Date('2026-03-03T07:40:00Z')],
    [new Date('2026-03-02T10:05:00Z'), new Date('2026-03-02T10:50:00Z')],
    [new Date('2026-03-03T03:00:00Z'), new Date('2026-03-03T21:30:00Z')],
    [new Date('2026-03-01T09:20:00Z'), new Date('2026-03-09T07:40:00Z')],
  ];
  const expectAll = async () => {
    for (const [place, [since, until]] of spans.entries())
      await expectExact(place % 2 === 0 ? 'main' : 'all', since, until, place % 3 === 0 ? null : 'anthem');
  };

  it('says what exact SQL says: before any refresh, after one, and of what came after it', async () => {
    const steps = madeSteps(7, 60);
    await recordSteps(db.database, START, steps.slice(0, 150));
    await expectAll();
    await db.maintain();
    await expectAll();
    await recordSteps(db.database, START, steps.slice(150, 330));
    await expectAll();
    await db.maintain();
    await recordSteps(db.database, START, steps.slice(330));
    await expectAll();
    await db.maintain();
    await db.maintain();
    await expectAll();
    expect(await db.maintain()).toMatchObject({ flowHoursRolledUp: 0, flowDaysRolledUp: 0 });
  });

  it('is the same after a run that is cut anywhere', async () => {
    const steps = madeSteps(11, 40);
    await recordSteps(db.database, START, steps);
    await refreshSummary({ database: db.database, now: NOW, mayGoOn: () => true });
    for (const most of [1, 7, 20]) {
      let left = most;
      await refreshFlow({ database: db.database, now: NOW, mayGoOn: () => left-- > 0 });
      await expectAll();
    }
  });
});
