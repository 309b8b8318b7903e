import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '../../../lib/data-access/maintain.ts';
import { eventSchema } from '../../../lib/domain/event-contract.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { openEmptyDatabase } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { forFile } from '../../support/for-file.ts';
import { applyReviewSchema, migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const db = await forFile(openEmptyDatabase());

const HISTORIES = 300;
const DAY_MS = 86_400_000;

const at = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.integer({ min: 0, max: 20 * 24 * 60 }).map((minute) => instant(minute * 60_000)),
  },
  fc.constantFrom(
    '1970-01-21T10:46:00Z',
    '2025-11-01T00:00:00Z',
    '2031-01-01T00:00:00Z',
    '0900-02-01T00:00:00Z',
  ),
);
const formerEvent = fc.record(
  {
    stage: fc.constantFrom(
      'PARSER',
      'request-enricher',
      'VALIDATION',
      'API_CONNECTOR',
      'callback-controller',
      'OUTBOX_PUBLISHER',
      ' ',
    ),
    event_type: fc.constantFrom(
      ...['REQUEST_RECEIVED', 'WORKFLOW_COMPLETE', 'parse_ok', 'VAL_FAIL', 'API_CON_OK', 'API_CON_TIMEOUT'],
      ...[
        'CALLBACK_START',
        'CALLBACK_OK',
        'RESPONSE_OK',
        'RESPONSE_OK',
        'NOTIFY_OK',
        'NOTIFY_FAIL',
        'MADE_UP',
      ],
    ),
    status: fc.constantFrom(
      'STARTED',
      'COMPLETED',
      'COMPLETED',
      'FAILED',
      'FAILED',
      'SKIPPED',
      'RETRY_SCHEDULED',
    ),
    attempt: fc.constantFrom(-1, 1, 2, 2_147_483_647),
    retryable: fc.boolean(),
    next_retry_at: fc.option(at),
    started_at: fc.option(at),
    completed_at: fc.option(at),
    error_code: fc.option(fc.constantFrom('API_TIMEOUT', 'INVALID_NPI')),
    external_reference: fc.option(fc.constant('EXT-1')),
    metadata: fc.constantFrom<unknown>(
      null,
      null,
      { mode: 'SYNC', disposition: 'APPROVED' },
      { outcome: 'denied' },
      { outcome: 'pended' },
      { outcome: 'what?' },
      JSON.stringify({ outcome: 'approved', hasUrgent: true }),
      'not JSON',
      [1],
    ),
  },
  { requiredKeys: ['stage', 'event_type', 'status', 'metadata'] },
);
const formerRequest = fc.record({
  status: fc.constantFrom(
    'RECEIVED',
    'RECEIVED',
    'MAPPED',
    'PENDING',
    'APPROVED',
    'DENIED',
    'FAILED',
    'CANCELLED',
  ),
  received_at: at,
  completed_at: fc.option(at, { freq: 2 }),
  retry_count: fc.nat(3),
  isOrphan: fc.constantFrom(false, false, false, true),
  first_no: fc.constantFrom(1, 1, -2, 7),
  events: fc.array(formerEvent, { minLength: 1, maxLength: 12 }),
});

/** What an older system may have left: any clock, status and order, JSON in text, events without a request. */
const histories = fc.sample(formerRequest, { numRuns: HISTORIES, seed: 11 }).map((request, place) => {
  const { isOrphan, completed_at } = request;
  const fate = isOrphan ? 'ORPHAN' : completed_at === null ? 'OPEN' : 'CLOSED';
  return { ...request, pagwId: `ODD-${place}-${fate}` };
});

function instant(sinceNewYear: number): string {
  return new Date(Date.UTC(2026, 0, 1) + sinceNewYear).toISOString();
}

async function insertFormer(requests: typeof histories): Promise<void> {
  await db.database.execute('ALTER TABLE event_tracker DROP CONSTRAINT event_tracker_pagw_id_fkey');
  const rows = requests.filter(({ isOrphan }) => !isOrphan);
  await db.database.execute(
    `INSERT INTO request_tracker (pagw_id, tenant, status, received_at, completed_at, retry_count, created_at)
     SELECT pagw_id, 'Anthem', status, received_at, completed_at, retry_count, '2026-01-01Z'
     FROM jsonb_populate_recordset(NULL::request_tracker, :rows::jsonb)`,
    { rows: JSON.stringify(rows.map(({ pagwId, ...row }) => ({ ...row, pagw_id: pagwId }))) },
  );
  const events = requests.flatMap(({ pagwId, first_no, events }) =>
    events.map((event, place) => ({
      attempt: 1,
      retryable: true,
      ...event,
      pagw_id: pagwId,
      sequence_no: first_no + place,
      created_at: instant(place * DAY_MS),
    })),
  );
  await db.database.execute(
    `INSERT INTO event_tracker (
       tenant, pagw_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at, external_reference,
       error_code, started_at, completed_at, created_at, metadata
     )
     SELECT
       'ANTHEM', pagw_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at, external_reference,
       error_code, started_at, completed_at, created_at, metadata
     FROM jsonb_populate_recordset(NULL::event_tracker, :events::jsonb)`,
    { events: JSON.stringify(events) },
  );
}

beforeAll(async () => {
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
  await insertFormer(histories);
  await migrate(db.database, { migrationsFolder });
});

describe('a database that holds V006 rows', () => {
  it('keeps every row, under its number', async () => {
    const { rows } = await db.database.execute(
      `SELECT count(*) AS events, count(DISTINCT pagw_id) AS requests, sum(sequence_no)::int AS numbers
       FROM event_tracker WHERE pagw_id LIKE 'PAGW-%'`,
    );
    expect(rows).toEqual([{ events: 200, requests: 40, numbers: 40 * 15 }]);
  });

  it('names them by ids that no producer may send', async () => {
    const { rows } = await db.database.execute<{ eventId: string }>(
      `SELECT event_id FROM event_tracker WHERE pagw_id = 'PAGW-1' ORDER BY sequence_no`,
    );
    expect(rows).toHaveLength(5);
    for (const { eventId } of rows)
      expect(eventSchema.safeParse({ pagwId: 'PAGW-1', eventType: 'PARSE_OK', eventId }).success).toBe(false);
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
      FROM event_tracker WHERE pagw_id LIKE 'PAGW-%' GROUP BY 1 ORDER BY 1`);
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
      `SELECT DISTINCT stage, event_type FROM event_tracker WHERE next_retry_at IS NOT NULL AND pagw_id LIKE 'PAGW-%'`,
    );
    expect(rows).toEqual([{ stage: 'API_CONNECTOR', eventType: 'DOWNSTREAM_TIMEOUT' }]);
  });

  it('numbers the next event after the last, also when it arrives years later', async () => {
    expect(await ensurePartitions(db.database, new Date('2027-01-15T00:00:00Z'))).toBe(4);
    const at = new Date('2027-01-15T00:00:00Z');
    const event = trackedEvent({ pagwId: 'PAGW-1', tenant: 'elevance', occurredAt: at.toISOString() });
    expect(await recordEvents(db.database, [event], at)).toEqual([{ outcome: 'RECORDED', sequenceNo: 6 }]);
  });
});

describe('arbitrary V006 histories', () => {
  /** A failure is due in its row where its request's state says so, and nowhere else. */
  const DUE_BY_MISTAKE = `
    SELECT event.pagw_id, event.sequence_no
    FROM event_tracker AS event
    JOIN request_tracker AS request USING (pagw_id)
    WHERE (event.next_retry_at IS NOT NULL)
      IS DISTINCT FROM coalesce(request.state -> 'stages' -> event.stage ->> 'waiting' = event.sequence_no::text, false)`;

  it('come over as the fold of their rows and events has them', async () => {
    expect(await expectDerivedStates(db.database)).toBe(HISTORIES + 40);
    expect((await db.database.execute(DUE_BY_MISTAKE)).rows).toEqual([]);
  });

  it('stay closed where the older system had closed them, awaited by nobody but where they pend', async () => {
    const { rows } = await db.database.execute(`
      SELECT pagw_id, status::text, board, completed_at, clock_stopped_at, determination
      FROM request_tracker
      WHERE pagw_id LIKE '%-CLOSED'`);
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) {
      expect(row.completedAt, String(row.pagwId)).not.toBeNull();
      if (row.status !== 'PENDING') expect(row.clockStoppedAt, String(row.pagwId)).not.toBeNull();
      if (row.determination === null && row.status !== 'PENDING') expect(row.board).toBeNull();
    }
  });

  it('believe no time absurdly far before its recording, nor one after it', async () => {
    const { rows } = await db.database.execute(`
      SELECT pagw_id FROM request_tracker
      WHERE pagw_id LIKE 'ODD-%'
        AND (least(received_at, completed_at, main_at) < '2025-09-01Z' OR greatest(received_at, last_event_at, main_at) > '2026-03-01Z')`);
    expect(rows).toEqual([]);
  });

  it('go on with the next events', async () => {
    const at = new Date('2027-01-15T00:00:00Z');
    const next = [
      { eventType: 'NOTIFY_OK', stage: 'SUBSCRIPTION_HANDLER', lane: 'side' as const },
      { eventType: 'CALLBACK_START', stage: 'CALLBACK_HANDLER', status: 'STARTED' as const },
      { eventType: 'RESPONSE_OK', stage: 'RESPONSE_BUILDER', metadata: { outcome: 'approved' } },
      { eventType: 'REQUEST_RECEIVED', stage: 'ORCHESTRATION', stated: { update: true as const } },
    ];
    const events = histories.map(({ pagwId }, place) =>
      trackedEvent({ pagwId, tenant: 'anthem', occurredAt: at.toISOString(), ...next[place % next.length] }),
    );
    const outcomes = await recordEvents(db.database, events, at);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['RECORDED']));
    expect(await expectDerivedStates(db.database)).toBe(HISTORIES + 40);
    expect((await db.database.execute(DUE_BY_MISTAKE)).rows).toEqual([]);
  });
});
