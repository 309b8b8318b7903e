import { describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/maintain.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import type { Clock } from '../../lib/runtime/open-database.ts';
import { openArchiveBucket } from '../support/archive-bucket.ts';
import { databaseOfFile } from '../support/database.ts';
import { forFile } from '../support/for-file.ts';
import { recordHistory } from '../support/history.ts';
import { HAPPY_WITH_RETRY } from '../support/history-ages.ts';
import { lambdaContext } from '../support/lambda.ts';
import { databaseSettings, logOfFunction, stubAws } from '../support/lambda-environment.ts';
import { openAsRole } from '../support/role-database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
const DAY_MS = 86_400_000;
const db = await databaseOfFile();
/** As on AWS: what the handler may do is its role's. */
const login = await forFile(openAsRole(db, 'pagw_maintainer'));
const archive = await forFile(openArchiveBucket());
const environment = { ...databaseSettings(db), ARCHIVE_BUCKET: archive.bucket };
stubAws({ RDS_DATA: login.dataApiUrl, S3: archive.endpoint });
const logged = logOfFunction();

const invoke = (remainingMs = 300_000, settings: NodeJS.ProcessEnv = {}, clock: Clock = { now: () => now }) =>
  createHandler({ ...environment, ...settings }, clock)(
    {},
    { ...lambdaContext('maintain'), getRemainingTimeInMillis: () => remainingMs },
  );

/** The flow's metrics as published: one JSON object a record. */
const metric = (name: string) =>
  logged
    .filter((line) => line.includes('"_aws"'))
    .map((line) => (JSON.parse(line) as Record<string, number>)[name])
    .findLast((value) => value !== undefined);

describe('maintain', () => {
  it('makes partitions ahead, refreshes the summary, and measures', async () => {
    const { counts } = await invoke();
    expect(counts).toMatchObject({ partitionsMade: 4, hoursSummarised: 0 });
    await recordEvents(
      db.database,
      [
        trackedEvent({ metadata: { diagnosisCount: 3 } }),
        trackedEvent({ metadata: { note: 'x'.repeat(200) } }),
      ],
      now,
    );
    const again = await invoke();
    expect(again.counts).toMatchObject({
      partitionsMade: 0,
      hoursSummarised: 1,
      hoursLeft: 0,
      duplicateSequences: 0,
      metadataBytes: 212,
    });
    expect(again.counts.bytes).toBeGreaterThan(again.counts.eventTableBytes ?? 0);
    expect(metric('DuplicateSequences')).toBe(0);
    expect(metric('LargestMetadataBytes')).toBe(212);
    expect(again.skipped).toEqual([]);
  });

  it('compacts and archives what is old enough, and says what it did', async () => {
    const old = new Date('2025-10-01T10:00:00Z');
    await ensurePartition(db.database, old);
    await recordHistory(db.database, { pagwId: 'PAGW-OLD' }, old, HAPPY_WITH_RETRY);
    const { counts } = await invoke();
    expect(counts).toMatchObject({
      requestsCompacted: 1,
      eventsMerged: 4,
      requestsArchived: 1,
      eventsArchived: 11,
      monthsDropped: 1,
      requestsHoldingMonths: 0,
      requestsToArchive: 0,
    });
    expect(metric('ArchiveFailures')).toBe(0);
  });

  it('leaves old history alone where stages switch that off', async () => {
    const old = new Date('2025-10-01T10:00:00Z');
    await ensurePartition(db.database, old);
    await recordHistory(db.database, { pagwId: 'PAGW-OLD-2' }, old, HAPPY_WITH_RETRY);
    const { counts } = await invoke(300_000, { COMPACT_AFTER_DAYS: 'off', ARCHIVE_AFTER_DAYS: 'off' });
    expect(counts).not.toHaveProperty('requestsArchived');
    expect(() => createHandler({ ...environment, ARCHIVE_AFTER_DAYS: '7' }, { now: () => now })).toThrow(
      /ARCHIVE_AFTER_DAYS/,
    );
  });

  it('counts a bucket that refuses as a failure of the archive, and loses nothing', async () => {
    await expect(invoke(300_000, { ARCHIVE_BUCKET: 'not-there' })).rejects.toThrow(/archiveRequests/);
    expect(metric('ArchiveFailures')).toBe(1);
    const { rows } = await db.database.execute(
      `SELECT count(*) AS n FROM event_history WHERE pagw_id = 'PAGW-OLD-2'`,
    );
    expect(rows).toEqual([{ n: 15 }]);
  });

  it('tells of numbers given twice, should a constraint ever be gone', async () => {
    await db.database.execute('DROP INDEX ux_event_tracker_pagw_seq');
    await db.database.execute(
      `INSERT INTO event_tracker (tenant, pagw_id, received_on, event_id, stage, event_type, sequence_no, occurred_at, created_at)
       SELECT tenant, pagw_id, received_on, 'twice', stage, event_type, sequence_no, occurred_at, created_at
       FROM event_tracker WHERE sequence_no = 1`,
    );
    await invoke();
    expect(metric('DuplicateSequences')).toBe(1);
  });

  it('does the other tasks when one fails, and then fails with its name', async () => {
    await db.database.execute('ALTER FUNCTION mark_changed_hours RENAME TO mark_changed_hours_gone');
    await expect(invoke()).rejects.toThrow(/refreshSummary/);
    expect(metric('DatabaseBytes')).toBeGreaterThan(0);
    await db.database.execute('ALTER FUNCTION mark_changed_hours_gone RENAME TO mark_changed_hours');
    await expect(invoke()).resolves.toMatchObject({ skipped: [] });
  });

  it('leaves to the next run what the time does not suffice for', async () => {
    const { counts, skipped } = await invoke(10_000);
    expect(counts).toEqual({});
    expect(skipped).toContain('refreshSummary');
  });

  it('logs no metadata', () => {
    expect(logged.join('\n')).not.toContain('xxxx');
  });

  it('names the settings that are missing', () => {
    expect(() => createHandler({}, { now: () => now })).toThrow(/CLUSTER_ARN/);
  });
});

describe('one wrong clock', () => {
  const agoDays = (days: number) => new Date(Date.now() - days * DAY_MS);
  const daysAfter = (time: Date, days: number) => new Date(time.getTime() + days * DAY_MS);
  const monthOf = (time: Date, later = 0) =>
    new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + later, 1));
  // The last month that ended 90 days ago by the database's clock, and the first that did not.
  const [due, notDue] = [monthOf(agoDays(90)), monthOf(agoDays(90), 1)];

  it.each([
    ['compacts', 'the machine’s clock is a day ahead', agoDays(29.5), daysAfter(new Date(), 1)],
    ['compacts', 'the database’s clock is a day ahead', agoDays(30.5), agoDays(1)],
    ['archives', 'the machine’s clock is days ahead', daysAfter(notDue, -5), daysAfter(notDue, 91)],
    ['archives', 'the database’s clock is days ahead', daysAfter(due, -5), daysAfter(due, 89)],
  ])('%s nothing early when %s', async (act, _case, closedAt, machineTime) => {
    const pagwId = `PAGW-EARLY-${closedAt.getTime()}`;
    await ensurePartition(db.database, closedAt);
    await recordHistory(db.database, { pagwId }, closedAt, HAPPY_WITH_RETRY);
    const clock = { now: () => machineTime, isMachineClock: true };
    const { counts } = await invoke(300_000, {}, clock);
    expect(counts).toMatchObject(act === 'compacts' ? { requestsCompacted: 0 } : { requestsArchived: 0 });
    expect(metric('ClockSkewSeconds')).toBeGreaterThan(0);
  });
});
