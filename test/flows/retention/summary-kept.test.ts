import { beforeEach, describe, expect, it } from 'vitest';
import { listArchiveObjects } from '../../../lib/data-access/archive.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { archiveRequests } from '../../../lib/flows/retention/archive-requests.ts';
import { restoreObject } from '../../../lib/flows/retention/restore-archived.ts';
import { HAPPY_WITH_RETRY, rollUp } from '../../support/history-ages.ts';
import { oldMonthForEach } from '../../support/old-month.ts';

const march = new Date('2026-03-01T10:00:00Z');
const august = new Date('2026-08-01T10:00:00Z');
const afterMonths = (time: Date, months: number) =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months, 1, 10));
const { archive, month } = await oldMonthForEach();

interface Counted {
  tenant: string;
  eventType: string;
  events: number;
  timed: number;
  ms: number;
  longest: number | null;
}

/** What the events say while all of them are here. */
async function eventsSay(): Promise<Counted[]> {
  const { rows } = await month.database.execute<Counted>(
    `SELECT tenant, event_type, count(*) AS events, count(duration_ms) AS timed, coalesce(sum(duration_ms), 0)::bigint AS ms,
       max(duration_ms) AS longest
     FROM event_history GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows;
}

/** The same by a report of all there is, and by the hours it is made of; histograms hold each duration once. */
async function expectRolledUp(truth: readonly Counted[]): Promise<void> {
  for (const table of [
    'event_tracker_summary',
    `summary_between(NULL, '1970-01-01T00:00:00Z', NULL, by_tenant => true)`,
    `summary_between(NULL, '1970-01-01T00:00:00Z', NULL)`,
  ]) {
    const { rows } = await month.database.execute<Counted>(
      `SELECT tenant, event_type, sum(event_count)::bigint AS events, sum(duration_count)::bigint AS timed,
         sum(duration_sum_ms)::bigint AS ms, max(duration_max_ms) AS longest
       FROM ${table}
       WHERE cardinality(duration_buckets) = (SELECT count(DISTINCT bucket) FROM unnest(duration_buckets) AS bucket)
         AND duration_count = (SELECT coalesce(sum(counted), 0) FROM unnest(bucket_counts) AS counted)
       GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    if (rows.some(({ tenant }) => tenant !== null)) expect(rows).toEqual(truth);
    else expect(sumOf(rows)).toEqual(sumOf(truth));
  }
}

function sumOf(rows: readonly Counted[]) {
  return rows.reduce(
    ({ events, timed, ms }, row) => ({
      events: events + row.events,
      timed: timed + row.timed,
      ms: ms + row.ms,
    }),
    { events: 0, timed: 0, ms: 0 },
  );
}

const now = new Date();
describe.each([
  ['months later, then rolled up by a clock that is months behind and a right one', march, august, march],
  ['by a clock months ahead, then rolled up by a right one', now, afterMonths(now, 6), now],
  ['by a clock in 2100, then rolled up by a right one', now, new Date('2100-01-02T00:00:00Z'), now],
])('what is archived %s', (_, recordedAt, archivedAt, rolledUpAt) => {
  const record = (pagwId: string, tenant = 'anthem', steps = HAPPY_WITH_RETRY) =>
    month.record(pagwId, steps, tenant, recordedAt);
  const rollUpAgain = async () => {
    await rollUp(month, rolledUpAt);
    if (rolledUpAt === march) await rollUp(month, archivedAt);
  };

  /** Comes into an hour of what was archived; what all should count then. */
  async function recordLate(before: readonly Counted[]): Promise<Counted[]> {
    await record('LATE', 'anthem', [[3, 'PARSE_OK', { durationMs: 5_000 }]]);
    return before.map((row) =>
      row.tenant === 'anthem' && row.eventType === 'PARSE_OK'
        ? { ...row, events: row.events + 1, timed: row.timed + 1, ms: row.ms + 5_000, longest: 5_000 }
        : row,
    );
  }

  beforeEach(() => ensurePartition(month.database, recordedAt));

  it('counts while it is here, merged or not', async () => {
    await record('KEPT-1');
    await record('KEPT-2', 'elevance');
    const truth = await eventsSay();
    await month.compact(archivedAt);
    await month.archive(archivedAt);
    const late = await recordLate(truth);
    await rollUpAgain();
    await expectRolledUp(late);
  });

  it('counts once when a request is archived in two parts', async () => {
    await record('KEPT-1');
    await month.archive(archivedAt);
    await record('KEPT-1', 'anthem', [[9, 'NOTIFY_OK']]);
    const truth = await eventsSay();
    expect(await month.archive(afterMonths(archivedAt, 12))).toMatchObject({
      requestsArchived: 1,
      eventsArchived: 1,
    });
    await rollUpAgain();
    await expectRolledUp(truth);
  });

  it('counts when it is dropped, and once when it is put back', async () => {
    await record('KEPT-1');
    await record('KEPT-2', 'elevance');
    const truth = await eventsSay();
    await month.archive(archivedAt);
    await month.drop(archivedAt);
    expect(await month.rows()).toEqual([]);
    const late = await recordLate(truth);
    await rollUpAgain();
    await expectRolledUp(late);
    for await (const object of listArchiveObjects(month.database, recordedAt.toISOString().slice(0, 7)))
      await restoreObject(month.database, archive.s3, object, afterMonths(archivedAt, 1));
    expect(await month.rows()).toHaveLength(31);
    await month.database.execute(
      'INSERT INTO event_summary_changed_hour SELECT DISTINCT hour FROM event_tracker_summary',
    );
    await rollUpAgain();
    await expectRolledUp(late);
  });

  it('counts although nothing was rolled up before it went', async () => {
    await record('KEPT-1');
    await record('KEPT-2', 'elevance');
    const truth = await eventsSay();
    const options = { database: month.database, now: archivedAt, mayGoOn: () => true };
    await archiveRequests(options, { s3: archive.s3, bucket: archive.bucket }, 90);
    await month.drop(archivedAt);
    expect(await month.rows()).toHaveLength(30);
    await refreshFlow(options);
    await month.drop(archivedAt);
    expect(await month.rows()).toEqual([]);
    await refreshSummary(options);
    await expectRolledUp(truth);
  });
});
