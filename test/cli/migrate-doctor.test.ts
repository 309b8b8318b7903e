import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import type { CheckResult } from '../../lib/cli/doctor/run-checks.ts';
import { openDatabase } from '../../lib/data-access/database.ts';
import { recordEvents } from '../../lib/data-access/ingest/record-events.ts';
import { ensurePartitions } from '../../lib/data-access/maintain/ensure-partitions.ts';
import { dataApiClient } from '../support/data-api-client.ts';
import { openEmptyDatabase, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const sqs = mockClient(SQSClient);
let db: TestDatabase;
let connection: Connection;

afterEach(() => db.close());

describe('pagw migrate', () => {
  beforeEach(async () => {
    db = await openEmptyDatabase();
    connection = connectionTo(db, now);
  });

  it('shows what is pending, applies it, and then has nothing to do', async () => {
    const before = await runCli(['migrate', 'status', '-o', 'json'], { connection });
    const states = JSON.parse(before.stdout).migrations.map((row: { state: string }) => row.state);
    expect(new Set(states)).toEqual(new Set(['pending']));
    expect((await runCli(['request', 'show', 'PAGW-1'], { connection })).stderr).toContain(
      'pagw migrate status',
    );
    const up = await runCli(['migrate', 'up', '-o', 'json'], { connection });
    expect(up.code).toBe(0);
    expect(JSON.parse(up.stdout).applied).toHaveLength(states.length);
    const again = await runCli(['migrate', 'up'], { connection });
    expect(again).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing to apply') });
  });

  it('asks before it touches a deployed database', async () => {
    const deployed: Connection = { ...connection, kind: 'deployed', name: 'PagwEventTracker-dev' };
    const up = await runCli(['migrate', 'up'], { connection: deployed, answer: '' });
    expect(up).toMatchObject({ code: 2, stdout: '' });
  });

  it('tells with exit code 10 that an applied file was changed or is missing, and applies nothing', async () => {
    await runCli(['migrate', 'up'], { connection });
    await db.database.execute(
      `UPDATE schema_migration SET checksum = repeat('0', 64) WHERE version = 'V003'`,
    );
    await db.database.execute(
      `INSERT INTO schema_migration (version, name, checksum) VALUES ('V999', 'V999__x.sql', repeat('0', 64))`,
    );
    const { code, stdout } = await runCli(['migrate', 'status'], { connection });
    expect(code).toBe(10);
    expect(stdout).toMatch(/V003\S+ +✗ CHANGED/);
    expect(stdout).toMatch(/V999\S+ +✗ FILE MISSING/);
    const up = await runCli(['migrate', 'up', '-o', 'json'], { connection });
    expect(up.code).toBe(1);
    expect(JSON.parse(up.stderr).message).toContain('was changed after it was applied');
  });
});

describe('pagw doctor', () => {
  beforeEach(async () => {
    db = await openTestDatabase();
    sqs.reset();
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
    connection = connectionTo(db, now, {
      sqs: sqs as unknown as SQSClient,
      deadLetterQueueUrl: 'http://dead',
    });
    await ensurePartitions(db.database, now);
    const events = Array.from({ length: 5 }, () => trackedEvent({ pagwId: 'PAGW-1' }));
    await recordEvents(db.database, events, now);
  });

  async function diagnose(): Promise<{ code: number; failed: CheckResult[]; results: CheckResult[] }> {
    const { code, stdout } = await runCli(['doctor', '-o', 'json'], { connection });
    const results: CheckResult[] = JSON.parse(stdout).checks;
    return { code, results, failed: results.filter(({ outcome }) => outcome === 'fail') };
  }

  it('finds a new tracker well', async () => {
    const { code, results } = await diagnose();
    expect(results.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(code).toBe(0);
  });

  it.each([
    ['a gap in a sequence', 'DELETE FROM event_tracker WHERE sequence_no = 3', ['sequences']],
    ['events that are gone', 'DELETE FROM event_tracker', ['sequences']],
    ['a missing unique index', 'DROP INDEX ux_event_tracker_pagw_event', ['unique-indexes']],
    ['a lost sequence index', 'DROP INDEX ux_event_tracker_pagw_seq', ['unique-indexes']],
    ['a month that is not there', 'DROP TABLE event_tracker_2026_05', ['partitions']],
    ['a changed migration', `UPDATE schema_migration SET checksum = repeat('0', 64)`, ['migrations']],
    ['a pending migration', `DELETE FROM schema_migration WHERE version = 'V013'`, ['migrations']],
  ])('finds %s, says what to do, and ends with 10', async (_, damage, expected) => {
    await db.database.execute(damage);
    const { code, failed } = await diagnose();
    expect(code).toBe(10);
    expect(failed.map(({ id }) => id)).toEqual(expected);
    expect(failed[0]?.next).toMatch(/\.$/);
  });

  it('finds dead letters and a retry policy that does not parse', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '3' } });
    connection = { ...connection, retryPolicy: '{"maxAttempts":0}' };
    const { failed } = await diagnose();
    expect(failed.map(({ id }) => id)).toEqual(['queue', 'retry-policy']);
  });

  it('leaves out what needs the database when it does not answer, and checks the rest', async () => {
    const nobody = openDatabase(dataApiClient('http://127.0.0.1:1', 1), db.target);
    connection = { ...connection, database: () => nobody };
    const { code, failed, results } = await diagnose();
    expect(code).toBe(10);
    expect(failed.map(({ id }) => id)).toEqual(['database-reachable']);
    expect(results.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id)).toEqual([
      'queue',
      'retry-policy',
    ]);
  });
});
