import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { applyReviewSchema, migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:00:00Z');
let db: TestDatabase;

/** A database as the review's other tools leave it: the foreign key may be missing. */
async function open(): Promise<void> {
  db = await openEmptyDatabase();
  await applyReviewSchema(db);
  await db.database.execute('ALTER TABLE event_tracker DROP CONSTRAINT event_tracker_pagw_id_fkey');
}

const addRequest = (pagwId: string, columns: Record<string, string> = {}) =>
  insert('request_tracker', { pagw_id: pagwId, tenant: 'anthem', created_at: '2026-01-05Z', ...columns });
const addEvent = (pagwId: string, sequenceNo: number, columns: Record<string, string> = {}) =>
  insert('event_tracker', {
    pagw_id: pagwId,
    tenant: 'anthem',
    stage: 'PARSING',
    event_type: 'PARSE_START',
    sequence_no: String(sequenceNo),
    created_at: '2026-01-05Z',
    ...columns,
  });

async function insert(table: string, columns: Record<string, string>): Promise<void> {
  const names = Object.keys(columns);
  await db.database.execute(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${names.join(', ')} FROM jsonb_populate_record(NULL::${table}, :row::jsonb)`,
    { row: JSON.stringify(columns) },
  );
}

describe('odd V005 rows that can be taken over', () => {
  const longType = `API_CON_${'X'.repeat(56)}`;

  beforeAll(async () => {
    await open();
    await addEvent('ORPHAN', 1, { tenant: ' ANTHEM ' });
    await addEvent('ORPHAN', 2, { tenant: 'Anthem', event_type: 'PARSE_OK', status: 'COMPLETED' });
    await addRequest('LONG', { tenant: '\tANTHEM\u00a0' });
    await addEvent('LONG', 1, { event_type: longType, stage: 'S'.repeat(64), worker_id: 'w'.repeat(128) });
    await addEvent('LONG', 2, { event_type: 'api_con_timeout', status: 'FAILED' });
    await addRequest('LOW');
    for (const sequenceNo of [-3, 0, 1, 5])
      await addEvent('LOW', sequenceNo, { attempt: '0', duration_ms: '-1' });
    await addRequest('BLANK');
    await addEvent('BLANK', 1, { tenant: ' ', stage: ' ', event_type: '', metadata: 'null' });
    await addRequest('LOADED', { created_at: '2026-03-01Z', retry_count: '2147483647' });
    await addEvent('LOADED', 1, { id: '7000', stage: '\tRequest  Parser ', event_type: 'parse ok\n' });
    await addRequest('NO-EVENT', { tenant: 'Elevance' });
    await addRequest('ANCIENT', { created_at: '0900-02-01Z' });
    await addEvent('ANCIENT', 1, { next_retry_at: '9999-12-30Z', status: 'FAILED', metadata: '{"a":1}' });
    await migrate(db.database, { migrationsFolder });
  });
  afterAll(() => db.close());

  it('come over, each under its request, in its order', async () => {
    const { rows } = await db.database.execute(
      `SELECT pagw_id, tenant, array_to_string(array_agg(sequence_no ORDER BY id), ' ') AS numbers,
              (array_agg(stage || '/' || event_type ORDER BY id DESC))[1] AS latest
       FROM event_tracker GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { pagwId: 'ANCIENT', tenant: 'anthem', numbers: '1', latest: 'PARSING/PARSE_START' },
      { pagwId: 'BLANK', tenant: 'anthem', numbers: '1', latest: 'UNKNOWN/UNKNOWN' },
      { pagwId: 'LOADED', tenant: 'anthem', numbers: '1', latest: 'PARSING/PARSE_OK' },
      { pagwId: 'LONG', tenant: 'anthem', numbers: '1 2', latest: 'PARSING/DOWNSTREAM_TIMEOUT' },
      { pagwId: 'LOW', tenant: 'anthem', numbers: '1 4 5 9', latest: 'PARSING/PARSE_START' },
      { pagwId: 'ORPHAN', tenant: 'anthem', numbers: '1 2', latest: 'PARSING/PARSE_OK' },
    ]);
    const long = await db.database.execute(
      `SELECT event_type, length(stage) AS stage FROM event_tracker WHERE pagw_id = 'LONG' AND sequence_no = 1`,
    );
    expect(long.rows).toEqual([{ eventType: longType, stage: 64 }]);
    const requests = await db.database.execute(
      'SELECT pagw_id, tenant, last_sequence_no AS last FROM request_tracker ORDER BY 1',
    );
    expect(requests.rows.map(({ pagwId, tenant, last }) => `${pagwId} ${tenant} ${last}`)).toEqual([
      'ANCIENT anthem 1',
      'BLANK anthem 1',
      'LOADED anthem 1',
      'LONG anthem 2',
      'LOW anthem 9',
      'NO-EVENT elevance 0',
      'ORPHAN anthem 2',
    ]);
  });

  it('go on with the next event of their tenant', async () => {
    await ensurePartition(db.database, now);
    const events = ['ORPHAN', 'LONG', 'LOW', 'BLANK', 'ANCIENT', 'LOADED'].map((pagwId) =>
      trackedEvent({ pagwId, tenant: 'anthem', eventType: 'RETRY', status: 'RETRY_SCHEDULED' }),
    );
    const outcomes = await recordEvents(db.database, events, now);
    expect(outcomes.map(({ outcome, sequenceNo }) => `${outcome} ${sequenceNo}`)).toEqual([
      'RECORDED 3',
      'RECORDED 3',
      'RECORDED 10',
      'RECORDED 2',
      'RECORDED 2',
      'RECORDED 2',
    ]);
    const { rows } = await db.database.execute(
      `SELECT min(id) > 7000 AS is_later FROM event_tracker WHERE event_type = 'RETRY'`,
    );
    expect(rows).toEqual([{ isLater: true }]);
  });
});

describe('odd V005 rows that cannot be taken over', () => {
  beforeAll(async () => {
    await open();
    await db.database.execute('DROP INDEX ux_event_tracker_pagw_seq');
    await db.database.execute(
      'CREATE INDEX ux_event_tracker_pagw_seq ON event_tracker (pagw_id, sequence_no)',
    );
    await db.database.execute('ALTER TABLE event_tracker DROP CONSTRAINT event_tracker_pkey');
    await addRequest('FINE');
    await addRequest('');
    await addRequest('STRANGE', { tenant: 'an\u200bthem' });
    for (let number = 1; number <= 12; number++)
      await addRequest(`ENDLESS-${10 + number}`, { created_at: 'infinity' });
    await addRequest('NOBODY', { tenant: ' \t' });
    await addRequest('UPDATED', { updated_at: '-infinity' });
    await addEvent('FINE', 1, { created_at: '-infinity' });
    await addEvent('FINE', 2, { completed_at: 'infinity' });
    await addEvent('FINE', 3, { next_retry_at: '20000-01-01Z', status: 'FAILED' });
    await addEvent('FINE', 4, { tenant: 'elevance' });
    await addEvent('FINE', 5);
    await addEvent('FINE', 5);
    await addEvent('ORPHAN', 1, { tenant: 'anthem' });
    await addEvent('ORPHAN', 2, { tenant: 'elevance' });
    await addEvent('NAMELESS', 1, { tenant: '' });
    await addEvent('FINE', 2e15);
    await addEvent('STRANGER', 1, { tenant: 'an\u0001them' });
    await addEvent('FINE', 6, { id: '8' });
    await addEvent('FINE', 7, { id: '9007199254740993' });
  });
  afterAll(() => db.close());

  it('are all named, by kind, the first ten of each, and nothing is changed', async () => {
    const columns = async () =>
      (
        await db.database.execute(
          `SELECT array_to_string(array_agg(attrelid::regclass || '.' || attname ORDER BY attrelid, attnum), ' ') AS names
           FROM pg_attribute WHERE attrelid IN ('request_tracker'::regclass, 'event_tracker'::regclass) AND attnum > 0`,
        )
      ).rows;
    const before = await columns();
    const failure = await migrate(db.database, { migrationsFolder }).catch((error: Error) => error.message);
    const [, faults] =
      /these rows cannot be taken over as they are: (.*)\. Correct or delete them, and migrate again/.exec(
        String(failure),
      ) ?? [failure, ''];
    expect(faults?.split('; ')).toEqual([
      '1 events (id) of another tenant than their request: 4',
      '1 events (id) whose id another event has: 8',
      '3 events (id) with a time outside of the years 1 to 9999: 1, 2, 3',
      '2 events (id) with an id or a sequence_no beyond a thousand million million: 10, 9007199254740993',
      '1 events (pagw_id, sequence_no) whose number another event has: FINE 5',
      '2 requests (pagw_id) whose id is empty, or whose tenant is unprintable: (empty), STRANGE',
      `13 requests (pagw_id) with a time outside of the years 1 to 9999: ${[11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((number) => `ENDLESS-${number}`).join(', ')}, …`,
      '1 requests (pagw_id) without a tenant: NOBODY',
      '3 unknown requests (pagw_id) whose id is empty, or whose events name no tenant, an unprintable one, or several: NAMELESS, ORPHAN, STRANGER',
    ]);
    expect(await columns()).toEqual(before);
  });

  it('come over once they are corrected', async () => {
    await db.database.execute(`DELETE FROM event_tracker WHERE pagw_id <> 'FINE' OR id <> 5`);
    await db.database.execute(`DELETE FROM request_tracker WHERE pagw_id <> 'FINE'`);
    expect(await migrate(db.database, { migrationsFolder })).toMatchObject({ complete: true });
  });
});

it('what hangs on the former tables is named before a row is moved, and no more than that', async () => {
  await open();
  const { database } = db;
  for (const statement of [
    'CREATE VIEW open_requests AS SELECT status, received_at FROM request_tracker',
    'CREATE VIEW stages AS SELECT stage, count(*) FROM event_tracker GROUP BY stage',
    'CREATE VIEW tenants AS SELECT DISTINCT tenant FROM request_tracker',
    'CREATE TABLE claim (pagw_id VARCHAR(64) REFERENCES request_tracker, event BIGINT REFERENCES event_tracker)',
  ])
    await database.execute(statement);
  try {
    await expect(migrate(database, { migrationsFolder })).rejects.toThrow(
      /: the foreign key claim_event_fkey of claim, the view stages, the view tenants\. Drop them/,
    );
    await database.execute('DROP VIEW stages, tenants');
    await database.execute('ALTER TABLE claim DROP CONSTRAINT claim_event_fkey');
    expect(await migrate(database, { migrationsFolder })).toMatchObject({ complete: true });
  } finally {
    await db.close();
  }
});
