import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventDistribution, latencySlots, stageLatency } from '../../lib/data-access/event-reports.ts';
import { errorGroups } from '../../lib/data-access/failures.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { listTenants } from '../../lib/data-access/requests.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

const start = new Date('2026-03-01T00:00:00Z');
const at = (minute: number) => new Date(start.getTime() + minute * 60_000);
const DAY = 24 * 60;
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, start);
  // Two events every seven minutes of a day, on and around the full hours; refreshed at 20:30.
  for (let minute = 0; minute < DAY; minute += 7) {
    const tenant = minute % 3 === 0 ? 'elevance' : 'anthem';
    const pagwId = `PAGW-${tenant}-${minute}`;
    const occurredAt = at(minute).toISOString();
    const events = [
      trackedEvent({ pagwId, tenant, occurredAt, durationMs: (minute * 131) % 7_000 }),
      minute % 4 === 0
        ? failedEvent({
            pagwId,
            tenant,
            occurredAt,
            errorCode: minute % 8 === 0 ? 'PARSE_EXCEPTION' : 'API_TIMEOUT',
          })
        : trackedEvent({
            pagwId,
            tenant,
            occurredAt,
            stage: 'VALIDATION',
            eventType: 'VAL_OK',
            durationMs: minute,
          }),
    ];
    if (minute === 1232) await refreshSummary({ database: db.database, now: at(1230), mayGoOn: () => true });
    await recordEvents(db.database, events, at(minute));
  }
});

describe('eventDistribution', () => {
  it('equals a count of the events, wherever the span begins and ends, summarised or not', async () => {
    const minute = fc.integer({ min: -60, max: DAY + 60 });
    await fc.assert(
      fc.asyncProperty(minute, minute, fc.boolean(), async (one, other, open) => {
        const [since, until] = [at(Math.min(one, other)), open ? undefined : at(Math.max(one, other) + 1)];
        const { rows } = await db.database.execute(
          `SELECT event_type, status, count(*) AS event_count, avg(duration_ms)::float8 AS avg_duration_ms,
             max(duration_ms) AS max_duration_ms
           FROM event_tracker
           WHERE tenant = 'anthem' AND created_at >= :since::timestamptz
             AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
           GROUP BY 1, 2
           ORDER BY 3 DESC, 1, 2`,
          { since, until: until ?? null },
        );
        expect(await eventDistribution(db.database, { tenant: 'anthem', since, until })).toEqual({
          rows,
          left: 0,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('shows a tenant nothing of the others', async () => {
    const since = start;
    const both = await Promise.all(
      ['anthem', 'elevance', 'nobody'].map((tenant) => eventDistribution(db.database, { tenant, since })),
    );
    const counts = both.map(({ rows }) => rows.reduce((sum, { eventCount }) => sum + eventCount, 0));
    expect(counts).toEqual([274, 138, 0]);
  });
});

describe('stageLatency', () => {
  it.each([
    ['of several hours', 'anthem', 6],
    ['of one hour, whose histogram is not merged', 'anthem', 24],
    ['of all tenants', null, 24],
  ] as const)(
    'gives quantiles within 3 %% of the exact ones, in whole and in slices %s',
    async (_, tenant, slots) => {
      const span = { tenant, since: start, until: at(DAY) };
      const { rows } = await stageLatency(db.database, span, at(DAY), slots);
      const exact = await db.database.execute<{
        stage: string;
        slot: Date | null;
        n: number;
        p50: number;
        p95: number;
        longest: number;
      }>(
        `SELECT stage, date_bin(:hours * interval '1 hour', created_at, :since::timestamptz) AS slot, count(*) AS n,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) AS p50,
         percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95, max(duration_ms) AS longest
       FROM event_tracker
       WHERE (:tenant::text IS NULL OR tenant = :tenant) AND status = 'COMPLETED'
       GROUP BY GROUPING SETS ((1), (1, 2))
       ORDER BY 1, 2`,
        { since: start, hours: 24 / slots, tenant },
      );
      expect(rows.map(({ stage }) => stage).sort()).toEqual([
        ...new Set(exact.rows.map(({ stage }) => stage)),
      ]);
      for (const row of rows) {
        const ofStage = exact.rows.filter(({ stage }) => stage === row.stage);
        const whole = ofStage.find(({ slot }) => slot === null);
        expect(row).toMatchObject({ count: whole?.n, maxMs: whole?.longest });
        expect(Math.abs(row.p50Ms / (whole?.p50 ?? 0) - 1)).toBeLessThan(0.03);
        expect(Math.abs(row.p95Ms / (whole?.p95 ?? 0) - 1)).toBeLessThan(0.03);
        const inSlices = ofStage.filter(({ slot }) => slot !== null);
        expect(row.slices.map(({ at }) => at)).toEqual(inSlices.map(({ slot }) => slot));
        expect(row.slices).toHaveLength(slots);
        for (const [place, { p95 }] of inSlices.entries())
          expect(Math.abs((row.slices[place]?.p95Ms ?? 0) / p95 - 1)).toBeLessThan(0.03);
      }
    },
  );
});

describe('latencySlots', () => {
  it('names every slice that stageLatency can answer, and no other', async () => {
    for (const [since, until] of [
      [0, DAY],
      [37, DAY - 13],
      [615, 700],
    ] as const) {
      const span = { tenant: 'anthem', since: at(since), until: at(until) };
      const { rows } = await stageLatency(db.database, span, at(DAY));
      const answered = new Set(
        rows.flatMap(({ slices }) => slices.map(({ at: slot }) => slot.toISOString())),
      );
      const named = latencySlots(span, at(DAY)).map((slot) => slot.toISOString());
      expect([...answered].sort()).toEqual(named);
    }
  });
});

describe('errorGroups', () => {
  const span = { tenant: 'anthem', since: start };

  it('groups failures by stage, cause and downstream, with counts, ages and samples', async () => {
    const minutes = Array.from({ length: DAY / 7 }, (_, place) => place * 7).filter(
      (minute) => minute % 3 !== 0,
    );
    const timeouts = minutes.filter((minute) => minute % 8 === 4);
    const exceptions = minutes.filter((minute) => minute % 8 === 0);
    const groupOf = (errorCode: string, failed: number[]) => ({
      stage: 'PARSING',
      errorCode,
      targetSystem: null,
      failures: failed.length,
      requests: failed.length,
      openRequests: failed.length,
      oldestAt: at(failed[0] ?? 0),
      newestAt: at(failed.at(-1) ?? 0),
      sampleIds: failed
        .slice(-3)
        .reverse()
        .map((minute) => `PAGW-anthem-${minute}`),
    });
    expect(await errorGroups(db.database, span)).toEqual({
      groups: [groupOf('API_TIMEOUT', timeouts), groupOf('PARSE_EXCEPTION', exceptions)],
      left: 0,
      failuresRead: timeouts.length + exceptions.length,
      truncated: false,
    });
  });

  it('counts the latest only, and says so, when there are too many', async () => {
    const { groups, truncated } = await errorGroups(db.database, span, 10);
    expect(truncated).toBe(true);
    expect(groups.reduce((sum, { failures }) => sum + failures, 0)).toBe(11);
  });

  it('is empty, not wrong, for a span without failures', async () => {
    expect(await errorGroups(db.database, { tenant: 'anthem', since: at(DAY * 2) })).toEqual({
      groups: [],
      left: 0,
      failuresRead: 0,
      truncated: false,
    });
  });
});

describe('listTenants', () => {
  it('names each once', async () => {
    expect(await listTenants(db.database)).toEqual(['anthem', 'elevance']);
  });
});
