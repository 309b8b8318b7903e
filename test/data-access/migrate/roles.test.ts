import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEvents } from '../../../lib/data-access/ingest/record-events.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

let db: TestDatabase;
let client: Client;

beforeAll(async () => {
  db = await openTestDatabase();
  client = new Client({ connectionString: db.superuserUrl });
  await client.connect();
  const now = new Date('2026-03-01T10:05:00Z');
  await recordEvents(db.database, [trackedEvent({ pagwId: 'ROLES' })], now);
});
afterAll(async () => {
  await client.end();
  await db.close();
});

/** Runs one statement with the rights of a login, and takes its effects back. */
async function as(login: string, sql: string): Promise<number> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL ROLE ${login}`);
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.query('ROLLBACK');
  }
}

const request = JSON.stringify([
  {
    pagw_id: 'ROLES',
    tenant: 'anthem',
    before_no: 1,
    last_no: 2,
    failures: 0,
    retries: 0,
    status: 'RECEIVED',
    received_at: '2026-03-01T10:00:00Z',
    state: {},
  },
]);
const event = JSON.stringify([
  {
    pagw_id: 'ROLES',
    event_id: 'new',
    stage: 'PARSING',
    event_type: 'PARSE_OK',
    status: 'COMPLETED',
    sequence_no: 2,
    attempt: 1,
    retryable: false,
    occurred_at: '2026-03-01T10:00:00Z',
  },
]);
const record = `SELECT append_events('${request}', '${event}', '[]', '2026-03-01T10:06:00Z')`;

describe('the archive', () => {
  it('is the owner’s to write: a writer may restore, and drop or note nothing', async () => {
    const refused = { code: '42501' };
    expect(await as('pagw_writer_a', `SELECT keep_archived_month('2026-03-01', now())`)).toBe(1);
    expect(await as('pagw_reader_a', 'SELECT * FROM archived_request')).toBe(0);
    await expect(
      as('pagw_writer_a', `SELECT drop_archived_month('2026-03-01', now())`),
    ).rejects.toMatchObject(refused);
    await expect(as('pagw_writer_a', `SELECT note_archived('{}', '[]', now())`)).rejects.toMatchObject(
      refused,
    );
    await expect(as('pagw_writer_a', `SELECT compact_requests(now(), now(), 1)`)).rejects.toMatchObject(
      refused,
    );
    await expect(as('pagw_writer_a', 'UPDATE archived_request SET digest = digest')).rejects.toMatchObject(
      refused,
    );
    await expect(as('pagw_writer_a', `UPDATE archived_month SET keep_until = now()`)).rejects.toMatchObject(
      refused,
    );
    await expect(
      as('pagw_reader_a', `SELECT keep_archived_month('2026-03-01', now())`),
    ).rejects.toMatchObject(refused);
  });
});

describe('the decision tally', () => {
  const decided = record.replace(
    '"status":"RECEIVED"',
    '"status":"APPROVED","determination":"APPROVED","decided_at":"2026-03-01T10:00:00Z"',
  );

  it('is followed by whoever records, and written by the owner alone', async () => {
    expect(decided).not.toBe(record);
    expect(await as('pagw_writer_a', decided)).toBe(1);
    expect(await as('pagw_reader_a', 'SELECT * FROM decision_tally')).toBe(0);
    for (const sql of [
      'SELECT fold_decision_changes(1)',
      'UPDATE decision_tally SET decided = 0',
      'UPDATE decision_change SET decided = 0',
      'DELETE FROM decision_change',
    ])
      await expect(as('pagw_writer_a', sql)).rejects.toMatchObject({ code: '42501' });
    await expect(as('pagw_reader_a', 'SELECT fold_decision_changes(1)')).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('the writer’s logins', () => {
  it.each(['pagw_writer_a', 'pagw_writer_b'])(
    'let %s record, claim, set aside and make a month',
    async (login) => {
      expect(await as(login, record)).toBe(1);
      expect(await as(login, `SELECT ensure_event_partition('2031-01-01')`)).toBe(1);
      expect(await as(login, `SELECT * FROM claim_due_retries(now(), 10, '[]', '[]')`)).toBe(0);
      expect(await as(login, 'DELETE FROM retry_claim')).toBe(0);
      expect(await as(login, 'UPDATE rejected_message SET replayed_at = now()')).toBe(0);
      expect(await as(login, 'SELECT * FROM schema_migration')).toBeGreaterThan(10);
    },
  );

  it.each([
    'DELETE FROM event_tracker',
    'DELETE FROM request_tracker',
    'TRUNCATE event_tracker',
    'UPDATE event_tracker_2026_03 SET next_retry_at = NULL',
    `INSERT INTO event_tracker_2026_03 SELECT * FROM event_tracker`,
    'DROP TABLE rejected_message',
    'CREATE TABLE mine (n int)',
    "UPDATE schema_migration SET checksum = 'x'",
  ])('refuse %s', async (sql) => {
    await expect(as('pagw_writer_a', sql)).rejects.toMatchObject({ code: '42501' });
  });
});

/** What was recorded, told or done: nobody but the owner may change it. */
const RECORDED: Record<string, string[]> = {
  event_tracker: [
    'tenant',
    'pagw_id',
    'received_on',
    'event_id',
    'stage',
    'event_type',
    'status',
    'sequence_no',
    'attempt',
    'retryable',
    'error_code',
    'error_message',
    'occurred_at',
    'created_at',
    'metadata',
    'stated',
    'sender',
  ],
  request_tracker: ['pagw_id', 'tenant', 'received_on', 'created_at', 'compacted_at', 'archived_at'],
  operator_action: ['action', 'filter', 'reason', 'acted_by', 'acted_at', 'affected'],
  incident: ['key', 'tenant', 'stage', 'error_code', 'target_system'],
  incident_notification: ['incident_id', 'kind', 'level', 'subject', 'body'],
  rejected_message: ['message_id', 'tenant', 'code', 'body_key', 'sent_at', 'rejected_at'],
  retry_batch: ['filter', 'reason', 'requested_by', 'requested_at', 'matched'],
  retry_pause: ['reason', 'paused_by'],
  event_tracker_summary: ['event_count'],
  event_tracker_summary_total: ['event_count'],
  event_tracker_summary_day: ['event_count'],
  event_tracker_summary_day_total: ['event_count'],
  event_summary_progress: ['settled_id'],
  decision_tally: ['decided'],
  decision_change: ['decided'],
  archived_month: ['keep_until'],
};

describe('what was recorded', () => {
  const changes = Object.entries(RECORDED).flatMap(([table, columns]) =>
    columns.map((column) => `UPDATE ${table} SET ${column} = ${column}`),
  );

  it.each(['pagw_writer_a', 'pagw_reader_a'])('is not %s’s to change or delete', async (login) => {
    const deletes = Object.keys(RECORDED)
      .filter((table) => table !== 'retry_pause' || login === 'pagw_reader_a')
      .map((table) => `DELETE FROM ${table}`);
    for (const sql of [...changes, ...deletes, ...Object.keys(RECORDED).map((table) => `TRUNCATE ${table}`)])
      await expect(as(login, sql), sql).rejects.toMatchObject({ code: '42501' });
  });

  it('is the owner’s, so that each change above is one that could be made', async () => {
    for (const sql of changes) expect(await as('pagw_owner', sql), sql).toBeGreaterThanOrEqual(0);
  });

  it('is added to by the writer, and summaries by nobody but their functions', async () => {
    const deed = `INSERT INTO operator_action (action, reason, acted_by, acted_at) VALUES ('a', 'b', 'c', now())`;
    expect(await as('pagw_writer_a', deed)).toBe(1);
    expect(await as('pagw_writer_a', 'UPDATE event_tracker SET next_retry_at = NULL')).toBe(1);
    for (const sql of [
      'INSERT INTO event_summary_changed_hour VALUES (now())',
      'INSERT INTO event_summary_changed_day VALUES (now())',
      `INSERT INTO archived_month VALUES ('2026-03-01', 0, 0, now())`,
      `SELECT summarise_changed_hour(now())`,
    ])
      await expect(as('pagw_writer_a', sql), sql).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the reader’s logins', () => {
  it.each(['pagw_reader_a', 'pagw_reader_b'])('let %s read everything', async (login) => {
    expect(await as(login, `SELECT * FROM event_tracker WHERE pagw_id = 'ROLES'`)).toBe(1);
    expect(await as(login, 'SELECT * FROM rejected_message')).toBe(0);
  });

  it.each([
    record,
    `SELECT ensure_event_partition('2031-02-01')`,
    'UPDATE request_tracker SET tenant = tenant',
    'DELETE FROM rejected_message',
    `INSERT INTO operator_action (action, reason, acted_by, acted_at) VALUES ('a', 'b', 'c', now())`,
  ])('refuse %s', async (sql) => {
    await expect(as('pagw_reader_a', sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('see the months that are made later', async () => {
    await db.database.execute(`SELECT ensure_event_partition('2031-03-01')`);
    expect(await as('pagw_reader_a', 'SELECT * FROM event_tracker_2031_03')).toBe(0);
  });
});
