import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DecisionMetrics, decisionMetrics } from '../../lib/data-access/decisions.ts';
import type { ReportSpan } from '../../lib/data-access/page.ts';
import { refreshDecisions } from '../../lib/data-access/summary.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { arbitraryHistory, recordedAt } from '../support/arbitrary-history.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const REQUESTS = 300;
const DAY_MS = 86_400_000;
/** The requests come in over so many days from `recordedAt` on. */
const DAYS = 100;
let db: TestDatabase;
let histories: readonly { events: readonly TrackedEvent[]; at: Date }[];

beforeAll(async () => {
  db = await openTestDatabase();
  const [drawn = []] = fc.sample(
    fc.tuple(...Array.from({ length: REQUESTS }, (_, place) => arbitraryHistory(`R-${place}`))),
    { seed: 23, numRuns: 1 },
  );
  histories = drawn.map((events, place) => {
    const shift = ((place * 37) % DAYS) * DAY_MS;
    const later = ({ occurredAt, ...event }: TrackedEvent) => ({
      ...event,
      tenant: `payer-${place % 3}`,
      occurredAt: new Date(Date.parse(occurredAt) + shift).toISOString(),
    });
    return { events: events.map(later), at: new Date(recordedAt.getTime() + shift) };
  });
});
afterAll(() => db.close());

/** Of each request some of its events, of all what comes later as well. */
async function record(from: number, to: number): Promise<void> {
  for (const { events, at } of histories) {
    const some = events.slice(events.length * from, events.length * to);
    if (some.length > 0) await recordEvents(db.database, some, at);
  }
}

const refresh = (day: number) =>
  refreshDecisions({
    database: db.database,
    now: new Date(recordedAt.getTime() + day * DAY_MS),
    mayGoOn: () => true,
  });

/** Counted from the decisions themselves. */
async function counted({ tenant, since, until }: ReportSpan): Promise<DecisionMetrics[]> {
  const { rows } = await db.database.execute<DecisionMetrics>(
    `SELECT
       tenant, priority,
       count(*) AS decided,
       count(*) FILTER (WHERE resolution = 'APPROVED') AS approved,
       count(*) FILTER (WHERE resolution = 'PARTIAL') AS partial,
       count(*) FILTER (WHERE resolution = 'DENIED') AS denied,
       avg(seconds) AS mean_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
       CASE WHEN count(due_at) > 0 THEN count(*) FILTER (WHERE coalesce(notified_at <= due_at, false)) END AS on_time
     FROM (
       SELECT *, extract(epoch FROM resolved_at - received_at)::float8 AS seconds
       FROM decision_episode
       WHERE resolution IN ('APPROVED', 'PARTIAL', 'DENIED') AND kind = 'request' AND drugs = 'none'
         AND (:tenant::text IS NULL OR tenant = :tenant)
         AND resolved_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR resolved_at < :until::timestamptz)
     ) AS decision
     GROUP BY tenant, priority`,
    { tenant, since, until: until ?? null },
  );
  return rows;
}

const byName = (rows: readonly DecisionMetrics[]) =>
  rows.toSorted((one, other) =>
    `${one.tenant} ${one.priority}`.localeCompare(`${other.tenant} ${other.priority}`),
  );

/** Instants of any kind: at the start of a month, of a day, and within one. */
const instant = fc.integer({ min: -2_000, max: 2_400 }).map((hour) => {
  const at = new Date(recordedAt.getTime() + hour * 3_600_000);
  if (hour % 3 === 0) at.setUTCHours(0);
  if (hour % 6 === 0) at.setUTCDate(1);
  return at;
});
const span = fc
  .tuple(instant, instant, fc.constantFrom(null, 'payer-0', 'payer-2'), fc.boolean())
  .map(([one, other, tenant, isOpen]): ReportSpan => {
    const [since, until] = one < other ? [one, other] : [other, one];
    return { tenant, since, ...(isOpen ? {} : { until }) };
  });

async function expectExact(): Promise<void> {
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(span, async (of) => {
      const { rows } = await decisionMetrics(db.database, of);
      expect(byName(rows)).toEqual(
        byName(await counted(of)).map(({ meanSeconds, medianSeconds, ...row }) => ({
          ...row,
          meanSeconds: expect.closeTo(meanSeconds, 5),
          medianSeconds: expect.closeTo(medianSeconds, 5),
        })),
      );
      for (const row of rows) decided += row.decided;
    }),
    { seed: 5, numRuns: 60 },
  );
  expect(decided).toBeGreaterThan(500);
}

it('is what the decisions themselves say, in any span, whatever was rolled up before', async () => {
  await record(0, 0.5);
  await expectExact();
  const early = await refresh(50);
  expect(early.decisionDaysRolledUp).toBeGreaterThan(20);
  expect(early.decisionMonthsMerged, 'those that are over').toBeGreaterThan(0);
  expect(
    (await db.database.execute('SELECT FROM decision_open_month')).rows,
    'the one under way',
  ).toHaveLength(1);
  await expectExact();
  // Decisions of days that are rolled up, some taken back.
  await record(0.5, 1);
  await expectExact();
  // Cut after the days: their months are open.
  const over = { at: new Date(recordedAt.getTime() + 200 * DAY_MS) };
  const rollUpDay = () => db.database.execute('SELECT roll_up_decisions(:at::timestamptz) AS day', over);
  while ((await rollUpDay()).rows[0]?.day !== null);
  expect((await db.database.execute('SELECT FROM decision_open_month')).rows.length).toBeGreaterThan(2);
  await expectExact();
  await refresh(200);
  await expectExact();
  const { rows } = await db.database.execute<{ slice: string; decided: number }>(
    'SELECT slice, sum(decided)::bigint AS decided FROM decision_summary GROUP BY slice ORDER BY slice',
  );
  const all = await counted({ tenant: null, since: new Date(0) });
  const decided = all.reduce((sum, row) => sum + row.decided, 0);
  expect(rows).toEqual([
    { slice: 'day', decided },
    { slice: 'month', decided },
  ]);
  for (const marks of ['decision_changed_day', 'decision_open_month'])
    expect((await db.database.execute(`SELECT FROM ${marks}`)).rows, marks).toEqual([]);
});

it('loses no decision that is written while its day is rolled up', async () => {
  const all = { tenant: null, since: new Date(0) };
  const at = new Date(recordedAt.getTime() + 10 * DAY_MS);
  const decide = (pagwId: string) => [
    trackedEvent({ tenant: 'payer-0', pagwId, occurredAt: at.toISOString(), stated: { status: 'APPROVED' } }),
  ];
  await refresh(200);
  const before = (await decisionMetrics(db.database, all)).rows;
  await recordEvents(db.database, decide('RACE-1'), at);
  await db.database.transaction(async (transaction) => {
    await recordEvents(transaction, decide('RACE-2'), at);
    expect((await refresh(200)).decisionDaysRolledUp).toBe(1);
  });
  const sum = (rows: readonly DecisionMetrics[]) => rows.reduce((total, row) => total + row.decided, 0);
  for (let time = 0; time < 2; time++) {
    expect(sum((await decisionMetrics(db.database, all)).rows)).toBe(sum(before) + 2);
    await refresh(200);
  }
});

it('leaves a month open that holds more than a statement has time to put in order', async () => {
  const month = new Date('2020-02-01T00:00:00Z');
  // As if they were there: ten million times would take longer than all other tests.
  await db.database.execute('ALTER TABLE decision_summary DROP CONSTRAINT ck_decision_summary_taken');
  await db.database.execute(
    `INSERT INTO decision_summary
     SELECT 'day', :month::timestamptz + day * interval '24 hours', 'payer-0', 'STANDARD', 5000001, 5000001, 0, 0, 0, 0, 60, '{60}'
     FROM generate_series(1, 2) AS day`,
    { month },
  );
  const open = async () =>
    (
      await db.database.execute('SELECT month FROM decision_open_month WHERE month = :month::timestamptz', {
        month,
      })
    ).rows.length;
  await db.database.execute('INSERT INTO decision_open_month VALUES (:month::timestamptz)', { month });
  await refresh(200);
  expect(await open()).toBe(1);
  await db.database.execute(
    `UPDATE decision_summary SET decided = 5000000, approved = 5000000 WHERE starts_at BETWEEN :month::timestamptz AND :month::timestamptz + interval '3 days'`,
    { month },
  );
  await refresh(200);
  expect(await open()).toBe(0);
});
