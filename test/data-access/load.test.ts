import { beforeAll, expect, it } from 'vitest';
import { keepLoadSample, loadOverTime } from '../../lib/data-access/load.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { databaseOfFile, openTestDatabase } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';

const start = new Date('2026-03-01T08:00:00Z');
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, start);
});

it('counts events, failures and answers by slice, and samples once a quarter of an hour what there is to do', async () => {
  const { database } = db;
  await recordHistory(database, { pagwId: 'LOAD-1' }, start, [
    [1, 'PARSE_START'],
    [2, 'PARSE_FAIL', { errorCode: 'PARSE_EXCEPTION', retryable: true, nextRetryAt: at(600).toISOString() }],
  ]);
  await keepLoadSample(database, at(16));
  await recordHistory(database, { pagwId: 'LOAD-2', tenant: 'elevance' }, start, [
    [17, 'PARSE_OK'],
    [70, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
  ]);
  await keepLoadSample(database, at(29));
  await keepLoadSample(database, at(76));
  const query = { tenant: null, since: start, until: at(120), stepHours: 1 };
  expect(await loadOverTime(database, { ...query, liveFrom: start }), 'before any roll-up').toMatchObject([
    { events: 3, answered: 0 },
    { events: 1, answered: 1 },
  ]);
  const options = { database, now: at(125), mayGoOn: () => true };
  await refreshSummary(options);
  await refreshFlow(options);

  expect(await loadOverTime(database, query)).toEqual([
    {
      ...{ at: start, events: 3, failures: 1, answered: 0 },
      ...{ received: 1, inFlight: 1, stuck: 0, retriesWaiting: 1 },
    },
    {
      ...{ at: at(60), events: 1, failures: 0, answered: 1 },
      // LOAD-2, for which there was no sample sooner.
      ...{ received: 1, inFlight: 1, stuck: 0, retriesWaiting: 1 },
    },
  ]);
  expect(await loadOverTime(database, { ...query, liveFrom: at(60) })).toMatchObject([
    { answered: 0 },
    { answered: 1 },
  ]);
  expect(await loadOverTime(database, { ...query, tenant: 'elevance' })).toMatchObject([
    // Nothing was known of it when the first sample was taken.
    { events: 1, received: null, inFlight: null },
    { events: 1, answered: 1, received: 1, inFlight: 0 },
  ]);
  await recordHistory(database, { pagwId: 'LOAD-3' }, start, [[80, 'PARSE_OK']]);
  const upToNow = { ...query, until: at(81), liveFrom: at(60) };
  expect((await loadOverTime(database, upToNow)).at(-1), 'since the latest sample').toMatchObject({
    ...{ received: 2, inFlight: 1 },
  });
  expect((await loadOverTime(database, { ...upToNow, tenant: 'elevance' })).at(-1)).toMatchObject({
    received: 1,
  });
});

it('forgets samples older than two months', async () => {
  await keepLoadSample(db.database, new Date(start.getTime() + 70 * 86_400_000));
  const { rows } = await db.database.execute<{ oldest: Date }>(
    'SELECT min(sampled_at) AS oldest FROM load_sample',
  );
  expect(rows[0]?.oldest.getTime()).toBeGreaterThan(start.getTime() + 60 * 86_400_000);
});

it('takes what an earlier span is compared by up to the minute, received since the sample before', async () => {
  const { database, close } = await openTestDatabase();
  try {
    await ensurePartition(database, start);
    const record = (pagwId: string, minute: number) =>
      recordHistory(database, { pagwId }, start, [
        [minute, 'PARSE_OK'],
        [minute + 1, 'RESPONSE_OK', { request: { status: 'APPROVED' } }],
      ]);
    await record('EARLY', -5);
    await keepLoadSample(database, start);
    await record('FIRST', 5);
    await record('LATER', 50);
    // Three samples were missed.
    await keepLoadSample(database, at(61));
    const options = { database, now: at(125), mayGoOn: () => true };
    await refreshSummary(options);
    await refreshFlow(options);
    const query = { tenant: null, since: start, stepHours: 1 };
    expect(await loadOverTime(database, { ...query, until: at(120) })).toMatchObject([
      { events: 4, answered: 2, received: 2 },
      { events: 0, answered: 0, received: null },
    ]);
    expect(await loadOverTime(database, { ...query, until: at(30) })).toMatchObject([
      { events: 2, answered: 1 },
    ]);
  } finally {
    await close();
  }
});

it('counts the same as the summary of any span, refreshed or not, archived before it was refreshed or not', async () => {
  const { database, close } = await openTestDatabase();
  try {
    await ensurePartition(database, start);
    const record = (pagwId: string, from: number, tenant: string) =>
      recordHistory(database, { pagwId, tenant }, start, [
        [from, 'PARSE_START'],
        [from + 20, 'PARSE_FAIL', { errorCode: 'PARSE_EXCEPTION', retryable: false }],
        [from + 75, 'PARSE_OK'],
      ]);
    const expectEqual = async (when: string) => {
      const { rows } = await database.execute(
        `SELECT tenant, since, until, by_day, counted, summarised
         FROM unnest(ARRAY[NULL, 'anthem', 'elevance']) AS tenant
         CROSS JOIN unnest(ARRAY[0, 7, 60, 199, 240, 262, 961]) AS since
         CROSS JOIN unnest(ARRAY[30, 60, 185, 240, 266, 270, 400, 1500]) AS until
         CROSS JOIN unnest(ARRAY[false, true]) AS by_day
         CROSS JOIN LATERAL (
           SELECT :start::timestamptz + since * interval '1 minute' AS starts_at, :start::timestamptz + until * interval '1 minute' AS ends_at
         ) AS span
         CROSS JOIN LATERAL (
           SELECT jsonb_object_agg(hour, ARRAY[events, failures]) AS counted
           FROM (
             SELECT hour, sum(events) AS events, sum(failures) AS failures
             FROM count_between(tenant, starts_at, ends_at, by_day) GROUP BY hour
           ) AS of_hour
         ) AS by_count
         CROSS JOIN LATERAL (
           SELECT jsonb_object_agg(hour, ARRAY[events, failures]) AS summarised
           FROM (
             SELECT hour, sum(event_count) AS events, coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0) AS failures
             FROM summary_between(tenant, starts_at, ends_at, by_day) GROUP BY hour
           ) AS of_hour
         ) AS by_summary
         WHERE since < until AND counted IS DISTINCT FROM summarised`,
        { start },
      );
      expect(rows, when).toEqual([]);
    };
    await record('A', 5, 'anthem');
    await record('B', 50, 'elevance');
    await expectEqual('before any roll-up');
    await refreshSummary({ database, now: at(190), mayGoOn: () => true });
    await expectEqual('rolled up');
    await record('C', 175, 'anthem');
    await record('D', 250, 'elevance');
    await expectEqual('some rolled up');
    // What was dropped before it was rolled up: its events are gone, its hour is noted.
    await database.execute(
      `INSERT INTO archived_hour SELECT * FROM summarise_events(:hour::timestamptz, :hour::timestamptz + interval '1 hour', 'elevance')`,
      { hour: at(240) },
    );
    await database.execute(`DELETE FROM event_tracker WHERE pagw_id = 'D'`);
    await expectEqual('some archived');
    const { rows } = await database.execute(
      'SELECT sum(events)::int AS events FROM count_between(NULL, :since::timestamptz, :until::timestamptz, false)',
      { since: at(240), until: at(300) },
    );
    expect(rows).toEqual([{ events: 3 }]);
  } finally {
    await close();
  }
});
