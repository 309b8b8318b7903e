import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { refreshSummary } from '../../../lib/data-access/summary.ts';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../../support/database.ts';
import { killOtherSessions, withDirectConnections } from '../../support/direct-connections.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { PATIENTLY } from '../../support/waiting.ts';

const TEN = new Date('2026-03-01T10:20:00Z');
const ELEVEN = new Date('2026-03-01T11:05:00Z');
const later = new Date('2026-03-01T11:10:00Z');
const db = await databaseOfFile();

beforeAll(async () => {
  for (const day of ['2026-01-01', '2026-03-01']) await ensurePartition(db.database, new Date(day));
});

beforeEach(async () => {
  await db.database.execute(
    `TRUNCATE request_tracker, event_tracker, event_tracker_summary, event_tracker_summary_day,
       event_tracker_summary_total, event_tracker_summary_day_total`,
  );
  await refresh();
});

const record = (now: Date, ...events: Partial<TrackedEvent>[]) =>
  recordEvents(
    db.database,
    events.map((fields) => trackedEvent(fields)),
    now,
  );

const refresh = (mayGoOn = () => true, markMaxIds?: number) =>
  refreshSummary({ database: db.database, now: later, mayGoOn }, markMaxIds);

/** The endpoint may still hold connections that were killed; each is found out once. */
async function untilConnected<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < 20; attempt++) {
    const answer = await call().catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return call();
}

/** What the summary says, and what it should say: the events themselves, counted. */
async function summaryAndTruth() {
  const summary = await db.database.execute(
    `SELECT hour, tenant, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
       (SELECT sum(n) FROM unnest(bucket_counts) AS n)::bigint AS bucketed
     FROM event_tracker_summary ORDER BY 1, 2, 3, 4, 5`,
  );
  const truth = await db.database.execute(
    `SELECT date_trunc('hour', created_at, 'UTC') AS hour, tenant, stage, event_type, status, count(*) AS event_count,
       count(duration_ms) AS duration_count, coalesce(sum(duration_ms), 0)::bigint AS duration_sum_ms,
       max(duration_ms) AS duration_max_ms, nullif(count(duration_ms), 0) AS bucketed
     FROM event_tracker GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
  );
  return { summary: summary.rows, truth: truth.rows };
}

async function expectExact(events: number) {
  const { summary, truth } = await summaryAndTruth();
  expect(summary).toEqual(truth);
  expect(truth.reduce((sum, row) => sum + Number(row.eventCount), 0)).toBe(events);
}

/** Refreshes until no event is looked at again: not before every transaction on the server that was open is over. */
async function untilSettled(refresh: () => Promise<unknown>): Promise<void> {
  await vi.waitFor(async () => {
    await refresh();
    const { rows } = await db.database.execute<{ settled: boolean }>(
      'SELECT settled_id >= (SELECT max(id) FROM event_tracker) AS settled FROM event_summary_progress',
    );
    expect(rows).toEqual([{ settled: true }]);
  }, PATIENTLY);
}

describe('refreshSummary', () => {
  it('rolls events up by hour of recording, tenant, stage, type and status', async () => {
    await record(TEN, { durationMs: 100 }, { durationMs: 300 }, { durationMs: null }, { status: 'SKIPPED' });
    await record(ELEVEN, { pagwId: 'PAGW-TEST-2', tenant: 'elevance', durationMs: 0 });
    expect(await refresh()).toEqual({ hoursChanged: 2, hoursSummarised: 2, hoursLeft: 0, daysSummarised: 0 });
    await expectExact(5);
  });

  it('rebuilds an hour when an event is recorded into it late, and counts none twice', async () => {
    await record(TEN, { durationMs: 100 });
    await refresh();
    await record(ELEVEN, { durationMs: 50 });
    await record(TEN, { durationMs: 200 });
    await refresh();
    await refresh();
    await expectExact(3);
  });

  it('marks a backlog in calls of a bounded size, whatever of it is settled', async () => {
    await refresh();
    await record(TEN, {}, {}, {}, {}, {});
    const completes: unknown[] = [];
    const watched: Database = {
      execute: async (sql, values) => {
        const answer = await db.database.execute<never>(sql, values);
        if (sql.includes('mark_changed_hours')) completes.push(answer.rows.map(({ complete }) => complete));
        return answer;
      },
      transaction: (work) => db.database.transaction(work),
    };
    await refreshSummary({ database: watched, now: later, mayGoOn: () => true }, 2);
    expect(completes.at(-1)).toEqual([true]);
    expect(completes.length).toBeGreaterThanOrEqual(3);
    await expectExact(5);
  });

  it('leaves hours alone that got no events', async () => {
    await record(TEN, {});
    await untilSettled(refresh);
    expect(await refresh()).toEqual({ hoursChanged: 0, hoursSummarised: 0, hoursLeft: 0, daysSummarised: 0 });
    await db.database.execute('TRUNCATE flow_changed_request');
    await record(ELEVEN, { pagwId: 'PAGW-LATER' });
    expect(await refresh()).toMatchObject({ hoursSummarised: 1 });
    await expectExact(2);
    const { rows } = await db.database.execute('SELECT pagw_id FROM flow_changed_request');
    expect(rows).toEqual([{ pagwId: 'PAGW-LATER' }]);
  });

  it('finds an event whose transaction was still open during earlier refreshes', async () => {
    await record(TEN, {});
    await withDirectConnections(db.connectionString, 1, async ([slow]) => {
      await slow?.query('BEGIN');
      await slow?.query(
        `INSERT INTO event_tracker (tenant, pagw_id, received_on, event_id, stage, event_type, sequence_no, occurred_at, created_at)
         VALUES ('anthem', 'PAGW-TEST-1', '2026-03-01', 'slow', 'PARSING', 'PARSE_OK', 99, $1, $1)`,
        [new Date('2026-03-01T07:00:00Z')],
      );
      for (const minute of [6, 7, 8]) {
        await record(new Date(`2026-03-01T11:0${minute}:00Z`), { pagwId: `PAGW-TEST-${minute}` });
        await refresh();
      }
      await slow?.query('COMMIT');
    });
    await refresh();
    await expectExact(5);
  });

  it('goes on where it was cut, and takes up an old backlog in batches', async () => {
    for (let hour = 0; hour < 10; hour++)
      await record(new Date(Date.UTC(2026, 2, 1, hour, 30)), { durationMs: hour }, { durationMs: 2 * hour });
    let steps = 3;
    const cut = await refresh(() => steps-- > 0);
    expect(cut.hoursLeft).toBe(10 - cut.hoursSummarised);
    expect(cut.hoursLeft).toBeGreaterThan(0);
    expect(await refresh(() => true, 3)).toMatchObject({ hoursLeft: 0 });
    await expectExact(20);
  });

  it('is right when many run at once while events keep coming', async () => {
    const recorded = (async () => {
      for (let batch = 0; batch < 20; batch++)
        await record(
          batch % 2 === 0 ? TEN : ELEVEN,
          ...Array.from({ length: 10 }, (_, place) => ({
            pagwId: `PAGW-RACE-${batch}`,
            durationMs: place * batch,
          })),
        );
    })();
    await Promise.all(Array.from({ length: 6 }, () => refresh()));
    await recorded;
    await Promise.all(Array.from({ length: 6 }, () => refresh()));
    await expectExact(200);
  });

  it('is right after its sessions were killed at any point', async () => {
    for (let hour = 0; hour < 24; hour++)
      await record(
        new Date(Date.UTC(2026, 2, 1, hour, 30)),
        ...Array.from({ length: 20 }, () => ({ durationMs: hour })),
      );
    await withDirectConnections(db.connectionString, 1, async ([admin]) => {
      let killed = 0;
      for (let round = 0; round < 10; round++) {
        // What is cut fails or is sent again by the SDK; either will do.
        const running = refresh().catch(() => undefined);
        await admin?.query('SELECT FROM event_tracker LIMIT 1');
        if (admin) killed += await killOtherSessions(admin);
        await running;
        const event = trackedEvent({ durationMs: round });
        await untilConnected(() => recordEvents(db.database, [event], TEN));
      }
      expect(killed).toBeGreaterThan(0);
    });
    await untilConnected(() => refresh());
    await expectExact(24 * 20 + 10);
  });

  it('counts what was recorded in an hour after it was made, however long it was away', async () => {
    const old = new Date('2026-01-10T10:00:00Z');
    await record(old, { pagwId: 'PAGW-OLD' });
    await refresh();
    await record(old, { pagwId: 'PAGW-OLD', durationMs: 7 }, { pagwId: 'PAGW-OLD-2' });
    await refresh();
    await expectExact(3);
  });

  it('keeps failures and unknown types apart', async () => {
    await recordEvents(
      db.database,
      [failedEvent({ durationMs: 10 }), trackedEvent({ stage: 'UNKNOWN', eventType: 'CALLBACK' })],
      TEN,
    );
    await refresh();
    const { summary } = await summaryAndTruth();
    expect(summary).toMatchObject([
      { stage: 'PARSING', status: 'FAILED', eventCount: 1 },
      { stage: 'UNKNOWN', eventType: 'CALLBACK' },
    ]);
  });
});

describe('whole days', () => {
  const DAY = 86_400_000;
  const NOON = new Date('2026-03-05T12:30:00Z');
  const refreshAt = (now: Date) => refreshSummary({ database: db.database, now, mayGoOn: () => true });

  /** A report over days, by tenant and over all, beside what the events themselves say. */
  async function daysAndTruth(since: Date, until: Date | null = null, tenant: string | null = null) {
    const values = { since, until, tenant };
    const measures = `sum(event_count)::bigint AS events, sum(duration_count)::bigint AS timed,
         sum(duration_sum_ms)::bigint AS ms, max(duration_max_ms) AS longest,
         sum((SELECT sum(n) FROM unnest(bucket_counts) AS n))::bigint AS bucketed`;
    const report = await db.database.execute(
      `SELECT tenant, event_type, ${measures}
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_tenant => true)
       GROUP BY 1, 2
       UNION ALL
       SELECT NULL, event_type, ${measures}
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
       GROUP BY 1, 2
       ORDER BY 1, 2`,
      values,
    );
    const truth = await db.database.execute(
      `SELECT tenant, event_type, count(*) AS events, count(duration_ms) AS timed, coalesce(sum(duration_ms), 0)::bigint AS ms,
         max(duration_ms) AS longest, nullif(count(duration_ms), 0) AS bucketed
       FROM event_tracker
       WHERE created_at >= :since::timestamptz AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
         AND (:tenant::text IS NULL OR tenant = :tenant)
       GROUP BY GROUPING SETS ((tenant, event_type), (event_type)) ORDER BY 1, 2`,
      values,
    );
    return { report: report.rows, truth: truth.rows };
  }

  const fill = async () => {
    for (let hour = 0; hour < 96; hour += 5)
      await record(new Date(NOON.getTime() - hour * 3_600_000), {
        pagwId: `PAGW-DAY-${hour}`,
        tenant: hour % 2 === 0 ? 'anthem' : 'elevance',
        durationMs: hour % 3 === 0 ? null : hour * 7,
      });
  };

  it.each([
    ['before any is merged', undefined],
    ['merged', NOON],
    ['merged up to midnight, and refreshed a minute after it', new Date('2026-03-05T00:01:00Z')],
  ])('give what the events say, %s', async (_, refreshedAt) => {
    await fill();
    if (refreshedAt !== undefined) {
      const { daysSummarised } = await refreshAt(refreshedAt);
      expect(daysSummarised).toBeGreaterThanOrEqual(3);
    }
    const from = NOON.getTime() - 4.3 * DAY;
    for (const since of [new Date(from), new Date('2026-03-02T00:00:00Z'), new Date('2026-03-05T03:00:00Z')])
      for (const until of [null, new Date('2026-03-04T00:00:00Z'), new Date('2026-03-04T07:20:00Z')])
        for (const tenant of [null, 'anthem']) {
          const { report, truth } = await daysAndTruth(since, until, tenant);
          expect(report).toEqual(truth);
        }
  });

  it('are merged again when an hour of theirs is rebuilt, and not before they are over', async () => {
    await fill();
    await untilSettled(() => refreshAt(NOON));
    await record(new Date('2026-03-02T10:00:00Z'), { pagwId: 'PAGW-LATE', durationMs: 5 });
    expect(await refreshAt(NOON)).toMatchObject({ daysSummarised: 1 });
    const { report, truth } = await daysAndTruth(new Date('2026-03-01T00:00:00Z'));
    expect(report).toEqual(truth);
    const { rows } = await db.database.execute<{ day: Date }>(
      'SELECT max(day) AS day FROM event_tracker_summary_day',
    );
    expect(rows[0]?.day).toEqual(new Date('2026-03-04T00:00:00Z'));
  });

  it('that reports take from there are merged again by a clock that is behind, and by none when time is up', async () => {
    await fill();
    await untilSettled(() => refreshAt(NOON));
    await record(new Date('2026-03-04T10:00:00Z'), { pagwId: 'PAGW-LATE', durationMs: 5 });
    const behind = { database: db.database, now: new Date('2026-03-04T11:00:00Z') };
    let calls = 0;
    const cut = await refreshSummary({ ...behind, mayGoOn: () => ++calls <= 2 });
    expect(cut).toMatchObject({ hoursSummarised: 1, daysSummarised: 0 });
    expect(await refreshSummary({ ...behind, mayGoOn: () => true })).toMatchObject({ daysSummarised: 1 });
    const { report, truth } = await daysAndTruth(new Date('2026-03-01T00:00:00Z'));
    expect(report).toEqual(truth);
  });

  it('are not merged without an hour that another run is just making', async () => {
    await fill();
    await untilSettled(() => refreshAt(NOON));
    await record(new Date('2026-03-02T10:00:00Z'), { pagwId: 'PAGW-LATE' });
    await withDirectConnections(db.connectionString, 1, async ([other]) => {
      await db.database.execute('SELECT complete FROM mark_changed_hours(1000000)');
      await db.database.execute("INSERT INTO event_summary_changed_day VALUES ('2026-03-02T00:00:00Z')");
      await other?.query('BEGIN');
      await other?.query('SELECT summarise_changed_hour()');
      // The mark is the other run's until it is done: this one has nothing to merge.
      const { rows } = await db.database.execute('SELECT summarise_changed_day(:now::timestamptz) AS day', {
        now: NOON,
      });
      expect(rows).toEqual([{ day: null }]);
      await other?.query('COMMIT');
    });
    expect(await refreshAt(NOON)).toMatchObject({ daysSummarised: 1 });
    const { report, truth } = await daysAndTruth(new Date('2026-03-01T00:00:00Z'));
    expect(report).toEqual(truth);
  });
});
