import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DecisionMetrics, decisionMetrics, listDecisions } from '../../../lib/data-access/decisions.ts';
import type { ReportSpan } from '../../../lib/data-access/event-reports.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import type { DecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import type { Priority, RequestStatus, TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { emptyDecisions, foldAll } from '../../support/decision-tally.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const HOUR = 3_600_000;
const policy: DecisionPolicy = {
  default: { EXPEDITED: 72 * 3_600, STANDARD: 168 * 3_600 },
  tenants: new Map([
    ['elevance', { EXPEDITED: 1 * 3_600, STANDARD: 12 * 3_600 }],
    ['unbound', null],
  ]),
};
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
  for (const month of ['2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01'])
    await ensurePartition(db.database, new Date(month));
});
afterAll(() => db.close());
beforeEach(() => emptyDecisions(db));

/** The same by reading every decided request of the span, which is exact in the median too. */
async function countedAnew({ tenant, since, until }: ReportSpan): Promise<DecisionMetrics[]> {
  const { rows } = await db.database.execute<DecisionMetrics>(
    `WITH decision AS (
       SELECT
         tenant, coalesce(priority, 'STANDARD') AS priority, determination,
         extract(epoch FROM decided_at - received_at) AS seconds,
         (coalesce(:windows::jsonb -> tenant, :default_window::jsonb) ->> coalesce(priority, 'STANDARD'))::numeric AS allowed
       FROM request_tracker
       WHERE (:tenant::text IS NULL OR tenant = :tenant)
         AND decided_at >= :since::timestamptz
         AND (:until::timestamptz IS NULL OR decided_at < :until::timestamptz)
     )
     SELECT
       tenant, priority, count(*) AS decided,
       count(*) FILTER (WHERE determination = 'APPROVED') AS approved,
       count(*) FILTER (WHERE determination = 'DENIED') AS denied,
       avg(seconds)::float8 AS mean_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(seconds, 0)::float8) AS median_seconds,
       CASE WHEN allowed IS NOT NULL THEN count(*) FILTER (WHERE seconds <= allowed) END AS on_time
     FROM decision
     GROUP BY tenant, priority, allowed
     ORDER BY tenant, priority`,
    {
      tenant,
      since,
      until: until ?? null,
      windows: JSON.stringify(Object.fromEntries(policy.tenants)),
      default_window: JSON.stringify(policy.default),
    },
  );
  return rows;
}

/** Seconds that a median of about this long may be off; it is less. */
function bucketSeconds(seconds: number): number {
  if (seconds <= 60) return 1;
  if (seconds <= 36_000) return 60;
  return seconds <= 360_000 ? 600 : 3_600;
}

/** Answers how many decisions were compared. */
async function expectAsCountedAnew(span: ReportSpan): Promise<number> {
  const metrics = await decisionMetrics(db.database, span, policy);
  const truth = await countedAnew(span);
  const said = `${span.since.toISOString()} to ${span.until?.toISOString()}`;
  expect(
    metrics.map(({ medianSeconds: _, ...rest }) => rest),
    said,
  ).toEqual(
    truth.map(({ medianSeconds: _, meanSeconds, ...rest }) => ({
      ...rest,
      meanSeconds: expect.closeTo(meanSeconds, 5),
    })),
  );
  for (const [place, { medianSeconds }] of metrics.entries()) {
    const exact = truth[place]?.medianSeconds ?? Number.NaN;
    expect(Math.abs(medianSeconds - exact), `${said}: ${medianSeconds} for ${exact}`).toBeLessThan(
      // Of two in the middle, the longer may be in a wider bucket.
      Math.max(bucketSeconds(medianSeconds), bucketSeconds(exact * 2)),
    );
  }
  return sum(truth.map(({ decided }) => decided));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

const decision = (pagwId: string, fields: Partial<TrackedEvent> = {}): TrackedEvent =>
  trackedEvent({ pagwId, ...fields, stated: { ...fields.stated, status: 'APPROVED' } });

async function decide(pagwId: string, receivedAt: Date, seconds: number, fields: Partial<TrackedEvent> = {}) {
  const decidedAt = new Date(receivedAt.getTime() + seconds * 1_000);
  const { tenant = 'anthem' } = fields;
  const received = trackedEvent({
    pagwId,
    tenant,
    occurredAt: receivedAt.toISOString(),
    stated: fields.stated ?? null,
  });
  await recordEvents(db.database, [received], receivedAt);
  await recordEvents(
    db.database,
    [decision(pagwId, { occurredAt: decidedAt.toISOString(), ...fields })],
    decidedAt,
  );
}

describe('decisionMetrics', () => {
  /** Turns of months and of the year, a leap of an hour to either side, and any other time. */
  const instant = fc.oneof(
    fc
      .tuple(fc.integer({ min: 10, max: 14 }), fc.constantFrom(-HOUR, -1, 0, 1, HOUR))
      .map(([month, ms]) => Date.UTC(2025, month) + ms),
    fc.integer({ min: Date.UTC(2025, 10, 1), max: Date.UTC(2026, 2, 28) }),
  );
  const event = fc.record({
    request: fc.integer({ min: 0, max: 11 }),
    occurredAt: instant,
    ends: fc.constantFrom(
      null,
      'APPROVED',
      'APPROVED',
      'DENIED',
      'DENIED',
      'PENDING',
      'CANCELLED',
      'REOPENED',
    ),
    priority: fc.constantFrom(null, null, 'EXPEDITED', 'STANDARD'),
  });
  const batch = fc.record({ recordedAt: instant, events: fc.array(event, { minLength: 1, maxLength: 8 }) });
  const step = fc.oneof(
    { weight: 4, arbitrary: batch },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }) },
    // What no event does, but an operator might.
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `UPDATE request_tracker SET decided_at = NULL, determination = NULL, status = 'PENDING' WHERE right(pagw_id, 1) = '3'`,
        `UPDATE request_tracker SET received_at = received_at - interval '41 days 7 seconds' WHERE right(pagw_id, 1) = '4'`,
        `UPDATE request_tracker SET determination = 'DENIED' WHERE determination = 'APPROVED' AND right(pagw_id, 1) = '5'`,
      ),
    },
  );
  const spans = fc.array(fc.tuple(instant, fc.option(instant)), { minLength: 1, maxLength: 4 });
  const tenants = ['anthem', 'elevance', 'unbound'];

  it('equals what counting every request anew says, after any history', { timeout: 120_000 }, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), spans, async (steps, chosen) => {
        await emptyDecisions(db);
        for (const taken of steps) {
          if (typeof taken === 'number') await foldAll(db, taken);
          else if (typeof taken === 'string') await db.database.execute(taken);
          else await recordBatch(taken.events, new Date(taken.recordedAt));
        }
        const years = [2025, 2026].map((year) => [Date.UTC(year, 0), Date.UTC(year + 1, 0)] as const);
        // A year, months and days to either side of it.
        const around = [Date.UTC(2024, 9, 15), Date.UTC(2026, 1, 10)] as const;
        const asked = [...years, [Date.UTC(2025, 0), null] as const, around, ...chosen].flatMap(
          ([since, until]) =>
            [null, 'elevance'].map((tenant) => ({
              tenant,
              since: new Date(since),
              until: until === null ? undefined : new Date(until),
            })),
        );
        compared += sum(await Promise.all(asked.map(expectAsCountedAnew)));
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(500);
  });

  async function recordBatch(
    events: { request: number; occurredAt: number; ends: string | null; priority: string | null }[],
    recordedAt: Date,
  ): Promise<void> {
    const tracked = events.map(({ request, occurredAt, ends, priority }) =>
      trackedEvent({
        pagwId: `PAGW-${request}`,
        tenant: tenants[request % tenants.length] ?? null,
        occurredAt: new Date(occurredAt).toISOString(),
        ...(ends === 'REOPENED' ? { eventType: 'CALLBACK_START', status: 'STARTED' as const } : {}),
        stated: {
          ...(priority === null ? {} : { priority: priority as Priority }),
          ...(ends === null || ends === 'REOPENED' ? {} : { status: ends as RequestStatus }),
        },
      }),
    );
    await recordEvents(db.database, tracked, recordedAt);
  }

  it('counts a decision in the UTC month and year it was made in, whenever received', async () => {
    const newYear = new Date('2026-01-01T00:00:00.000Z');
    const hoursBefore = (hours: number) => new Date(newYear.getTime() - hours * HOUR);
    await decide('LAST', hoursBefore(2), 2 * 3_600 - 0.001);
    await decide('FIRST', hoursBefore(2), 2 * 3_600);
    for (const folded of [false, true]) {
      if (folded) await foldAll(db);
      for (const [year, seconds] of [
        [2025, 7_199.999],
        [2026, 7_200],
      ] as const) {
        const span = {
          tenant: null,
          since: new Date(Date.UTC(year, 0)),
          until: new Date(Date.UTC(year + 1, 0)),
        };
        expect(await decisionMetrics(db.database, span, policy)).toMatchObject([
          { decided: 1, meanSeconds: seconds },
        ]);
      }
    }
  });

  it('knows what was late to the instant: the list of late ones has as many rows', async () => {
    const received = new Date('2026-02-01T00:00:00Z');
    for (const [place, seconds] of [3_600, 3_600.001, 3_599.999, 12 * 3_600, 12 * 3_600 + 0.001].entries())
      for (const priority of ['EXPEDITED', 'STANDARD'] as const)
        await decide(`${priority}-${place}`, received, seconds, { tenant: 'elevance', stated: { priority } });
    await foldAll(db);
    const span = { tenant: 'elevance', since: new Date('2026-01-01T00:00:00Z') };
    const metrics = await decisionMetrics(db.database, span, policy);
    expect(metrics.map(({ priority, onTime }) => [priority, onTime])).toEqual([
      ['EXPEDITED', 2],
      ['STANDARD', 4],
    ]);
    for (const { priority, decided, onTime } of metrics) {
      const window = policy.tenants.get('elevance') ?? null;
      const late = await listDecisions(db.database, {
        ...span,
        priority,
        outcome: 'late',
        window,
        limit: 10,
      });
      expect(late.rows).toHaveLength(decided - (onTime ?? 0));
    }
  });

  it('tells the median of decisions that took equally long, or of few, exactly', async () => {
    const received = new Date('2026-02-01T00:00:00Z');
    for (let place = 0; place < 3; place++) await decide(`EQUAL-${place}`, received, 200_123);
    for (const seconds of [1.5, 4_321, 90_000, 500_000])
      await decide(`FEW-${seconds}`, received, seconds, { stated: { priority: 'EXPEDITED' } });
    const span = { tenant: null, since: new Date('2026-01-01T00:00:00Z') };
    expect(await decisionMetrics(db.database, span, policy)).toMatchObject([
      { priority: 'EXPEDITED', medianSeconds: (4_321 + 90_000) / 2 },
      { priority: 'STANDARD', medianSeconds: 200_123 },
    ]);
  });

  it('reads no request for whole months, and only those of the days at the edges for others', async () => {
    const received = new Date('2026-02-01T00:00:00Z');
    await decide('ONE', received, 3_600);
    await foldAll(db);
    const readIn = async (span: Omit<ReportSpan, 'tenant'>) => {
      // Behind the trigger's back: whatever reads the request says another number.
      await db.database.transaction(async (transaction) => {
        await transaction.execute('ALTER TABLE request_tracker DISABLE TRIGGER USER');
        await transaction.execute(`UPDATE request_tracker SET determination = 'DENIED'`);
        await transaction.execute('ALTER TABLE request_tracker ENABLE TRIGGER USER');
      });
      const [metrics] = await decisionMetrics(db.database, { tenant: null, ...span }, policy);
      return metrics?.approved === 1 ? 'tally' : 'requests';
    };
    const at = (text: string) => new Date(`${text}Z`);
    expect(await readIn({ since: at('2026-01-01T00:00') })).toBe('tally');
    expect(await readIn({ since: at('2025-06-15T12:00'), until: at('2026-03-01T00:00') })).toBe('tally');
    expect(await readIn({ since: at('2026-01-31T00:00') })).toBe('tally');
    expect(await readIn({ since: at('2026-02-01T00:00'), until: at('2026-03-01T00:00') })).toBe('tally');
    expect(await readIn({ since: at('2026-02-01T00:00'), until: at('2026-02-28T00:00') })).toBe('requests');
    expect(await readIn({ since: at('2026-01-15T00:00'), until: at('2026-02-15T00:00') })).toBe('requests');
    expect(await readIn({ since: at('2026-02-01T00:30') })).toBe('requests');
  });
});
