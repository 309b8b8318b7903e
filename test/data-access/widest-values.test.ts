import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { listDeadlines } from '../../lib/data-access/decisions.ts';
import { dueRetries } from '../../lib/data-access/due-retries.ts';
import {
  countEventsByTenant,
  eventDistribution,
  slowestStages,
  stageLatency,
} from '../../lib/data-access/event-reports.ts';
import { errorGroups } from '../../lib/data-access/failures.ts';
import { listIncidents, listOpenIncidents } from '../../lib/data-access/incidents.ts';
import { insertRejectedMessages } from '../../lib/data-access/ingest.ts';
import { searchMetadata } from '../../lib/data-access/metadata-search.ts';
import type { Page } from '../../lib/data-access/page.ts';
import { freezeFigures, publishedFigures, readSnapshot } from '../../lib/data-access/published-figures.ts';
import { listRejected } from '../../lib/data-access/rejected-messages.ts';
import { listRequests } from '../../lib/data-access/requests.ts';
import { compactRequests, findArchiveBatch, listHolds } from '../../lib/data-access/retention.ts';
import { listRetryPauses } from '../../lib/data-access/retry-orders.ts';
import { countWatchedRequests } from '../../lib/data-access/stuck-alarm.ts';
import { groupStuckRequests, listStuckRequests } from '../../lib/data-access/stuck-requests.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { findRequest, readTimeline } from '../../lib/data-access/timeline.ts';
import { listRetries, measureRetriesByName } from '../../lib/data-access/waiting-failures.ts';
import { countWork } from '../../lib/data-access/work-list.ts';
import { delegateTurnaround } from '../../lib/data-access/workload.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { OTHER } from '../../lib/domain/words.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { archiveRequests } from '../../lib/flows/retention/archive-requests.ts';
import { runRetries } from '../../lib/flows/retry/run-retries.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { viewRoutes } from '../../lib/local/console/get-view.tsx';
import { viewNames } from '../../lib/reports/report.ts';
import { readRules } from '../../lib/views/view-page.ts';
import { drawWidget } from '../../lib/views/widget/draw-widget.tsx';
import { connectionTo, runCli } from '../cli/run-cli.ts';
import { openArchiveBucket } from '../support/archive-bucket.ts';
import { databaseOfFile } from '../support/database.ts';
import { openRetryQueue } from '../support/retry-queue.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

/** As long as a field may be, in characters of four bytes, with a number that makes it one of its own. */
const wide = (length: number, number = 0) =>
  `${number}-`
    .padEnd(length - 1, ' ')
    .slice(0, 8)
    .trimEnd() + '\u{1f600}'.repeat(length - 8);

const start = new Date('2026-03-01T10:00:00Z');
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const now = later(20);
const hostile = wide(64);
const long = wide(64, 1);
/** 16 KiB, some of it text that JSON within JSON doubles. */
const metadata = { text: `${'\u{1f600}'.repeat(3_500)}${'"\\'.repeat(400)}`, targetSystem: wide(64) };

function widest(fields: Partial<TrackedEvent>): TrackedEvent {
  return trackedEvent({
    tenant: hostile,
    eventId: wide(128, fields.attempt ?? 0),
    externalReference: wide(256),
    workerId: wide(128),
    serviceName: wide(128),
    correlationId: wide(128),
    stated: { type: wide(64), payload: { bucket: wide(255), key: wide(1024) } },
    errorMessage: '\u{1f600}'.repeat(4_000),
    metadata,
    ...fields,
  });
}

const FAILURES = 300;
const CAUSES = 1_100;
const EVENTS = 445;
const REFUSED = 400;
const db = await databaseOfFile();

beforeAll(async () => {
  const { database } = db;
  const failures = Array.from({ length: FAILURES }, (_, number) =>
    widest({
      ...failedEvent(),
      ...{ tenant: hostile, pagwId: wide(64, 10_000 + number), eventId: wide(128, number) },
      ...{ stage: wide(64, number), errorCode: wide(64, number), errorMessage: null, metadata: null },
      stated: { payload: { bucket: wide(255), key: wide(1024) } },
      correlationId: wide(128),
    }),
  );
  await recordEvents(database, failures, start);
  // Failed for good, each with a code and a stage of its own.
  const stuck = Array.from({ length: CAUSES }, (_, number) =>
    trackedEvent({
      ...{ tenant: hostile, pagwId: wide(64, 20_000 + number), eventId: wide(128, number) },
      ...{ stage: 'PARSING', eventType: 'PARSE_FAIL', status: 'FAILED' },
      errorCode: `${String.fromCodePoint(0x4e00 + number)}${'\u{1f600}'.repeat(63)}`,
      metadata: { targetSystem: wide(64) },
      stated: { plan: wide(64, number), delegate: wide(64, number) },
    }),
  );
  await recordEvents(database, stuck, start);
  await recordEvents(
    database,
    [
      trackedEvent({
        tenant: 'quiet',
        pagwId: 'QUIET',
        eventType: 'PARSE_FAIL',
        status: 'FAILED',
        errorCode: 'E',
        stated: { delegate: 'evicore' },
      }),
    ],
    later(1),
  );
  const history = Array.from({ length: EVENTS }, (_, number) =>
    widest({
      pagwId: long,
      eventId: wide(128, number),
      stage: wide(64, 3),
      eventType: wide(64, 3),
      errorCode: wide(64),
    }),
  );
  await recordEvents(database, history, start);
  const refused = Array.from({ length: REFUSED }, (_, position) => ({
    ...{ messageId: wide(128), position, tenant: hostile, pagwId: wide(64), code: wide(64), path: wide(512) },
    eventId: wide(128),
    ...{
      rule: wide(128),
      hint: wide(512),
      bodyBucket: wide(255),
      bodyKey: wide(1024),
      bodyBytes: 1,
      sentAt: start,
    },
  }));
  await insertRejectedMessages(database, refused, start);
});

async function readAll<Row>(read: (after: string | undefined) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | null = null;
  do {
    const page: Page<Row> = await read(next ?? undefined);
    rows.push(...page.rows);
    next = page.next;
  } while (next !== null);
  return rows;
}

describe('the widest legal values, in quantity', () => {
  it('are read as a timeline, every event once', async () => {
    const request = await findRequest(db.database, long);
    const numbers: number[] = [];
    if (request !== undefined)
      for await (const page of readTimeline(db.database, request))
        numbers.push(...page.map(({ sequenceNo }) => sequenceNo));
    expect(numbers).toEqual(Array.from({ length: EVENTS }, (_, place) => place + 1));
  });

  it('are listed page by page, every row once', async () => {
    const { database } = db;
    const spans = { tenant: null, since: start, now };
    const requests = await readAll((after) => listRequests(database, {}, 2_000, after));
    expect(new Set(requests.map(({ pagwId }) => pagwId)).size).toBe(FAILURES + CAUSES + 2);
    const retries = await readAll((after) =>
      listRetries(database, { filter: {}, state: undefined, now, limit: 2_000, after }),
    );
    expect(new Set(retries.map(({ pagwId }) => pagwId)).size).toBe(FAILURES);
    expect(
      await readAll((after) => dueRetries(database, { tenant: null, now, limit: 200, after })),
    ).toHaveLength(FAILURES);
    expect(await readAll((after) => listRejected(database, {}, 2_000, after))).toHaveLength(REFUSED);
    await readAll((after) => listDeadlines(database, { tenant: null, now: later(60 * 24 * 8), after }));
    const found = await readAll((after) =>
      searchMetadata(database, {
        ...spans,
        filters: [],
        eventType: wide(64, 3),
        limit: 100,
        after,
        patienceMs: 1_000,
      }),
    );
    expect(found).toHaveLength(EVENTS);
    expect((await errorGroups(database, spans)).groups.length).toBeGreaterThan(100);
  });

  it('go out as retries, all of them, in one run', async () => {
    const queue = openRetryQueue();
    const run = await runRetries({
      database: db.database,
      sqs: queue.sqs,
      queues: () => 'https://sqs/pagw-retries.fifo',
      policy: defaultRetryPolicy,
      now: () => now,
      leaseSeconds: 300,
      batchSize: 250,
      mayGoOn: () => true,
    });
    expect(run).toMatchObject({ complete: true, counts: { dispatched: FAILURES } });
    expect(queue.commands[0]).toMatchObject({
      payload: { bucket: wide(255), key: wide(1024) },
      correlationId: wide(128),
    });
  });

  it('are watched, grouped and told, and hide nobody: the quiet neighbour is told in the same run', async () => {
    const told: string[] = [];
    const run = await runStuckAlarm(db.database, {
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      now: later(90),
      measureLag: async () => ({ waiting: 0, seconds: 0 }),
      publish: async ({ tenant }) => void told.push(tenant),
      // Half a minute's worth of notifications.
      maySend: () => told.length < 20,
    });
    expect(run.stuck).toBeGreaterThan(CAUSES);
    expect(told).toContain('quiet');
    const incidents = await listOpenIncidents(db.database);
    const ofHostile = incidents.filter(({ tenant }) => tenant === hostile);
    expect(ofHostile.length).toBeLessThan(30);
    expect(ofHostile.reduce((sum, { count }) => sum + count, 0)).toBe(run.stuck - 1);
    expect(ofHostile.find(({ stage }) => stage === OTHER)?.count).toBeGreaterThan(CAUSES - 30);
    expect(await readAll((after) => listIncidents(db.database, {}, 10, after))).toHaveLength(
      incidents.length,
    );
    const stuck = await readAll((after) => listStuckRequests(db.database, {}, 5_000, after));
    expect(stuck).toHaveLength(run.stuck);
    const board = await groupStuckRequests(db.database, later(90), { tenant: hostile });
    expect(board.total).toBe(run.stuck - 1);
  });

  it('keep their names on the next run', async () => {
    const before = (await listOpenIncidents(db.database)).map(({ key }) => key);
    await runStuckAlarm(db.database, {
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      now: later(100),
      measureLag: async () => ({ waiting: 0, seconds: 0 }),
      publish: async () => undefined,
    });
    expect((await listOpenIncidents(db.database)).map(({ key }) => key)).toEqual(before);
  });

  it('are measured by a bounded number of names that add up', async () => {
    const watched = await countWatchedRequests(db.database, ['quiet']);
    const ofTenants = watched.filter(({ dimension }) => dimension === 'tenant');
    expect(ofTenants.map(({ name }) => name).sort()).toEqual([OTHER, 'quiet']);
    const all = watched.find(({ dimension }) => dimension === null);
    for (const count of ['open', 'stuck'] as const)
      expect(ofTenants.reduce((sum, row) => sum + row[count], 0)).toBe(all?.[count]);
    const backlog = await measureRetriesByName(db.database, later(200), ['quiet']);
    expect(backlog.length).toBeLessThan(20);
  });

  it('are rolled up, and reported', async () => {
    await refreshSummary({ database: db.database, now: later(120), mayGoOn: () => true });
    const { rows } = await eventDistribution(db.database, { tenant: null, since: start });
    expect(rows).toHaveLength(3);
  });

  it('are told or counted, and whose list is long hides nobody', async () => {
    const { database } = db;
    const all = { tenant: null, since: start, now: later(120) };
    const quiet = { ...all, tenant: 'quiet' };
    const lists = await Promise.all([
      delegateTurnaround(database, all),
      countWork(database, { ...all, now }),
    ]);
    for (const { rows, left } of lists) {
      expect(left).toBeGreaterThan(100);
      expect(rows.length).toBeGreaterThan(100);
    }
    const [delegates, work] = lists;
    expect(delegates.rows.length + delegates.left).toBe(CAUSES + 1);
    expect(delegates.rows.filter(({ tenant }) => tenant === 'quiet')).toHaveLength(1);
    expect(await delegateTurnaround(database, quiet)).toMatchObject({
      rows: [{ delegate: 'evicore' }],
      left: 0,
    });
    expect(work.requests).toBe(FAILURES + CAUSES + 2);
  });

  it('are published whole, and frozen whole', async () => {
    const span = { tenant: null, since: start, until: later(60 * 24) };
    const rows = await publishedFigures(db.database, span);
    expect(rows.reduce((sum, { received }) => sum + received, 0)).toBe(FAILURES + CAUSES + 2);
    expect(rows.length).toBeGreaterThan(CAUSES);
    const { privateKey } = generateKeyPairSync('ed25519');
    const kim = { actedBy: 'kim', reason: 'published' };
    await freezeFigures(db.database, { year: 2026, tenant: null, rows }, kim, privateKey, later(130));
    expect((await readSnapshot(db.database, 2026, null))?.rows).toEqual(rows);
  });

  it('are rolled up by names without end, of which each report tells the most and counts the others', async () => {
    const { database } = db;
    const [names, tenants] = [2_500, 1_200];
    await refreshSummary({ database, now: later(120), mayGoOn: () => true });
    await database.execute(
      `INSERT INTO event_tracker_summary
         (hour, tenant, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
          duration_buckets, bucket_counts)
       SELECT :hour::timestamptz, 'crowd', :wide || number, :wide || number, 'COMPLETED'::pagw_event_status, 2, 2, 20, 10, '{3}'::smallint[], '{2}'::bigint[]
       FROM generate_series(1, :names::int) AS number
       UNION ALL
       SELECT :hour::timestamptz, 'crowd-' || number, 'PARSING', 'PARSE_OK', 'COMPLETED'::pagw_event_status, 1, 0, 0, NULL, '{}'::smallint[], '{}'::bigint[]
       FROM generate_series(1, :tenants::int) AS number`,
      { hour: start, wide: wide(60), names, tenants },
    );
    const span = { tenant: 'crowd', since: start };
    const ofCrowd = await Promise.all([
      eventDistribution(database, span),
      slowestStages(database, span, 5_000),
      stageLatency(database, span, later(180)),
    ]);
    for (const { rows, left } of ofCrowd)
      expect([rows.length + left, rows.length > 300, left > 300]).toEqual([names, true, true]);
    expect(ofCrowd[2].rows.every(({ slices }) => slices.length === 1)).toBe(true);
    const counted = await countEventsByTenant(database, { since: start });
    expect(counted.rows[0]?.tenant).toBe('crowd');
    expect(counted.rows.length + counted.left).toBeGreaterThan(tenants);
  });

  it.each([
    ['report delegates --since 2026-03-01', 'left'],
    ['report deadlines --board pipe', 'countsLeft'],
  ])('say by `pagw %s -o json` how many are left', async (line, key) => {
    const words = [...line.split(' '), '--tenant', hostile, '-o', 'json'];
    const { stdout, code } = await runCli(words, { connection: connectionTo(db, later(120)) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)[key]).toBeGreaterThan(100);
  });

  it.each(viewNames)('are drawn as view %s, on a page and in a widget', async (view) => {
    const rules = readRules({});
    const clock = { now: () => later(120), aheadSeconds: 0, advance: async () => undefined };
    const routes = viewRoutes({ database: db.database, clock, rules });
    const path = view === 'overview' ? '/' : `/${view}`;
    const ids: Readonly<Record<string, string>> = { request: long, incident: '1', rejection: '1' };
    const id = ids[view];
    const queries: Record<string, string>[] = id === undefined ? [{}, { tenant: hostile }] : [{ id }];
    for (const parameters of queries) {
      const url = new URL(`http://localhost${path}?${new URLSearchParams(parameters)}`);
      expect(
        await routes[`GET ${path}`]?.({ url, body: '', contentType: '', cookies: '', headers: {}, port: 0 }),
      ).toMatchObject({
        status: 200,
      });
      const question = { describe: false, theme: 'light', view, parameters } as const;
      const options = {
        database: db.database,
        tenant: null,
        rules,
        now: later(120),
        functionArn: 'arn:aws:lambda:x',
      };
      expect((await drawWidget(question, options)).failure).toBeNull();
    }
  });

  it.each([
    `request list --limit 5000`,
    `request show ${long}`,
    'stuck --limit 5000',
    'retry list --limit 5000',
    'retry pauses',
    'retry batches',
    'rejected list --limit 5000',
    'incident list --limit 5000',
    'report errors --since 2026-03-01',
    'report distribution --since 2026-03-01',
    'report latency --since 2026-03-01',
    'report slowest --since 2026-03-01 --limit 1000',
    'report pends',
    'report delegates --since 2026-03-01',
    'report backlog --since 2026-03-01',
    'report retries --limit 5000',
    'report deadlines --limit 5000',
    'report deadlines --board pipe --limit 5000',
    'report cms',
    `report timeline ${long}`,
    'archive list',
    'archive holds',
  ])('are printed by `pagw %s`', async (line) => {
    const words = line
      .split(/ (?=--|[a-z]|[\d-])/)
      .flatMap((word) => (word.startsWith('--') ? word.split(' ') : [word]));
    const { code, stderr } = await runCli([...words, '-o', 'json'], {
      connection: connectionTo(db, later(120)),
    });
    expect([line.slice(0, 40), code, /SQLSTATE|DATABASE|pagw:/.test(stderr)]).toEqual([
      line.slice(0, 40),
      0,
      false,
    ]);
  });

  it('are compacted and archived', async () => {
    const archive = await openArchiveBucket();
    try {
      const close = (only: string | null) =>
        db.database.execute(
          `UPDATE request_tracker
           SET completed_at = CASE WHEN :only::text IS NULL OR pagw_id = :only THEN :at::timestamptz END,
               updated_at = :at::timestamptz`,
          { at: later(130), only },
        );
      await close(null);
      const quietSince = later(60 * 24 * 100);
      const search = { month: '2026-03-01', quietSince, most: 1_000, after: undefined };
      // Ids alone are more than an answer holds: the piece is as large as fits.
      expect((await findArchiveBatch(db.database, search))?.pagwIds.length).toBeGreaterThan(500);
      await close(long);
      const options = { database: db.database, now: later(60 * 24 * 200), mayGoOn: () => true };
      await refreshSummary(options);
      await compactRequests(options, 30);
      const run = await archiveRequests(options, archive, 90);
      expect(run).toMatchObject({ requestsArchived: 1, eventsArchived: EVENTS });
    } finally {
      await archive.close();
    }
  });

  it('are pauses and holds beyond an answer, read whole', async () => {
    const { database } = db;
    const many = 1_050;
    await database.execute(
      `INSERT INTO retry_pause (tenant, reason, paused_by, paused_at)
       SELECT :wide || number, :reason, 'kim', :now::timestamptz FROM generate_series(1, :many::int) AS number`,
      { wide: wide(60), reason: wide(300), now, many },
    );
    await database.execute(
      `INSERT INTO legal_hold (tenant, reason, held_by, held_at)
       SELECT :wide || number, :reason, 'kim', :now::timestamptz FROM generate_series(1, :many::int) AS number`,
      { wide: wide(60), reason: wide(300), now, many },
    );
    expect(await listRetryPauses(database)).toHaveLength(many);
    expect(await listHolds(database)).toHaveLength(many);
  });
});
