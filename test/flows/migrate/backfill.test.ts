import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '../../../lib/data-access/maintain.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { applyReviewSchema, migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await openEmptyDatabase();
  await applyReviewSchema(db);
  await db.database.execute(`
    INSERT INTO request_tracker (pagw_id, tenant, received_at, created_at)
    SELECT 'PAGW-' || n, CASE n % 2 WHEN 0 THEN 'ANTHEM' ELSE 'elevance' END, at, at
    FROM generate_series(1, 40) AS n, LATERAL (SELECT timestamptz '2025-11-20 10:00Z' + n * interval '2 days' AS at) AS t`);
  await db.database.execute(`
    INSERT INTO event_tracker (tenant, pagw_id, stage, event_type, status, sequence_no, next_retry_at, created_at)
    SELECT tenant, pagw_id, stage, event_type, e.status::pagw_event_status, no, next_retry_at, received_at + no * interval '1 s'
    FROM request_tracker,
         (VALUES (1, 'PARSER', 'PARSE_START', 'STARTED', NULL),
                 (2, 'PARSER', 'PARSE_FAIL', 'FAILED', timestamptz '2025-12-01 00:00Z'),
                 (3, 'request-parser', 'PARSE_OK', 'COMPLETED', NULL),
                 (4, 'API_CONNECTOR', 'API_CON_TIMEOUT', 'FAILED', timestamptz '2025-12-02 00:00Z'),
                 (5, 'OUTBOX_PUBLISHER', 'PUBLISH_OK', 'COMPLETED', NULL)) AS e (no, stage, event_type, status, next_retry_at)`);
  await db.database.execute(
    `UPDATE event_tracker SET metadata = '{"targetSystem":"carelon"}' WHERE sequence_no = 4`,
  );
  await migrate(db.database, { migrationsFolder });
});

afterAll(() => db.close());

describe('a database that holds V006 rows', () => {
  it('keeps every row, under its number', async () => {
    const { rows } = await db.database.execute(
      'SELECT count(*) AS events, count(DISTINCT pagw_id) AS requests, sum(sequence_no)::int AS numbers FROM event_tracker',
    );
    expect(rows).toEqual([{ events: 200, requests: 40, numbers: 40 * 15 }]);
  });

  it('finds them under the canonical names, with their metadata', async () => {
    const { rows } = await db.database.execute(
      `SELECT stage, event_type, metadata, tenant FROM event_tracker WHERE pagw_id = 'PAGW-2' ORDER BY sequence_no`,
    );
    expect(rows.map((row) => row.stage)).toEqual([
      'PARSING',
      'PARSING',
      'PARSING',
      'API_CONNECTOR',
      'OUTBOX_PUBLISHER',
    ]);
    expect(rows[3]).toMatchObject({
      eventType: 'DOWNSTREAM_TIMEOUT',
      metadata: { targetSystem: 'carelon' },
      tenant: 'anthem',
    });
  });

  it('puts each history whole into the month its request arrived in', async () => {
    const { rows } = await db.database.execute(`
      SELECT tableoid::regclass::text AS partition, count(*) AS events
      FROM event_tracker GROUP BY 1 ORDER BY 1`);
    expect(rows).toEqual([
      { partition: 'event_tracker_2025_11', events: 25 },
      { partition: 'event_tracker_2025_12', events: 75 },
      { partition: 'event_tracker_2026_01', events: 80 },
      { partition: 'event_tracker_2026_02', events: 20 },
    ]);
  });

  it('derives where each request stands, side lane apart', async () => {
    const { rows } = await db.database.execute(
      `SELECT tenant, last_sequence_no, last_stage, main_stage, main_status, failure_count
       FROM request_tracker WHERE pagw_id = 'PAGW-1'`,
    );
    expect(rows).toEqual([
      {
        tenant: 'elevance',
        lastSequenceNo: 5,
        lastStage: 'OUTBOX_PUBLISHER',
        mainStage: 'API_CONNECTOR',
        mainStatus: 'FAILED',
        failureCount: 2,
      },
    ]);
  });

  it('leaves no retry due that a later event of its stage has overtaken', async () => {
    const { rows } = await db.database.execute(
      'SELECT DISTINCT stage, event_type FROM event_tracker WHERE next_retry_at IS NOT NULL',
    );
    expect(rows).toEqual([{ stage: 'API_CONNECTOR', eventType: 'DOWNSTREAM_TIMEOUT' }]);
  });

  it('numbers the next event after the last, also when it arrives years later', async () => {
    expect(await ensurePartitions(db.database, new Date('2027-01-15T00:00:00Z'))).toBe(4);
    const at = new Date('2027-01-15T00:00:00Z');
    const event = trackedEvent({ pagwId: 'PAGW-1', tenant: 'elevance', occurredAt: at.toISOString() });
    expect(await recordEvents(db.database, [event], at)).toEqual([{ outcome: 'RECORDED', sequenceNo: 6 }]);
    expect(await expectDerivedStates(db.database)).toBe(1);
  });
});
