import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_COLUMNS, REQUEST_COLUMNS } from '../../../lib/data-access/additions.ts';
import { compositeArray } from '../../../lib/data-access/sql-text.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../../support/database.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const db = await databaseOfFile();
let client: Client;

beforeAll(async () => {
  client = new Client({ connectionString: db.superuserUrl });
  await client.connect();
  const now = new Date('2026-03-01T10:05:00Z');
  await recordEvents(db.database, [trackedEvent({ pagwId: 'ROLES' })], now);
});
afterAll(() => client.end());

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

const request = {
  pagw_id: 'ROLES',
  tenant: 'anthem',
  before_no: 1,
  last_no: 2,
  failures: 0,
  retries: 0,
  status: 'RECEIVED',
  received_at: '2026-03-01T10:00:00Z',
};
const event = {
  pagw_id: 'ROLES',
  event_id: 'new',
  stage: 'PARSING',
  event_type: 'PARSE_OK',
  status: 'COMPLETED',
  sequence_no: 2,
  attempt: 1,
  retryable: false,
  occurred_at: '2026-03-01T10:00:00Z',
};
const added = (
  what: { request?: object; events?: object[]; details?: object[]; decisions?: object[] } = {},
) => {
  const { events = [event], details = [{}], decisions = [] } = what;
  const json = (value: unknown) => `'${JSON.stringify(value)}'`;
  return [
    `'${compositeArray([{ ...request, ...what.request }], REQUEST_COLUMNS)}', '[{}]'`,
    `'${compositeArray(events as Record<string, unknown>[], EVENT_COLUMNS)}', ${json(details)}, '[]', ${json(decisions)}`,
  ].join(', ');
};
const record = `SELECT append_events(${added()}, '2026-03-01T10:06:00Z')`;

const REFUSED = { code: '42501' };
const ROLES = ['maintainer', 'writer', 'operator', 'reader', 'rotator'].map((role) => `pagw_${role}`);

describe('a function', () => {
  it('may be called by nobody whom its file does not name', async () => {
    const { rows } = await client.query(
      `SELECT proname FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace
         AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))`,
    );
    expect(rows, 'no REVOKE … FROM PUBLIC').toEqual([]);
  });

  it('that runs with its owner’s rights looks names up in this schema alone, and is named here with who may call it', async () => {
    const { rows } = await client.query(
      `SELECT proname AS name, array_to_string(ARRAY(
         SELECT replace(grantee::regrole::text, 'pagw_', '') FROM aclexplode(proacl) WHERE grantee <> proowner ORDER BY 1
       ), ' ') AS callers
       FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND prosecdef AND 'search_path=public, pg_temp' = ANY (proconfig)`,
    );
    const all = await client.query(
      `SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`,
    );
    expect(all.rowCount).toBe(rows.length);
    const of = (callers: string) => rows.filter((row) => row.callers === callers).map(({ name }) => name);
    expect(new Set(rows.map(({ callers }) => callers))).toEqual(
      new Set(['maintainer', 'maintainer writer', 'operator', 'rotator', 'writer']),
    );
    expect(of('writer')).toEqual(['keep_archived_month']);
    expect(of('maintainer writer')).toEqual(['ensure_event_partition']);
    expect(of('rotator')).toEqual(['set_login_password']);
    expect(of('operator').sort()).toEqual([
      'cancel_retry_batch',
      'close_request',
      'freeze_report',
      'hold_history',
      'mark_rejected_replayed',
      'pause_retries',
      'record_operator_action',
      'release_history',
      'request_resend',
      'request_retry_batch',
      'resume_retries',
      'retry_now',
      'snooze_incident',
    ]);
  });
});

describe('the locks that keep flows apart', () => {
  it('are none that whoever may log in could take', async () => {
    const { rows } = await client.query(
      `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc ~* 'advisory'`,
    );
    expect(rows).toEqual([]);
    const refused = [
      'SELECT FROM exclusive_task FOR UPDATE',
      'SELECT FROM exclusive_task FOR KEY SHARE',
      'SELECT FROM request_tracker FOR SHARE',
      'LOCK TABLE exclusive_task IN ROW SHARE MODE',
      'LOCK TABLE schema_migration IN SHARE MODE',
      'LOCK TABLE event_tracker IN ROW EXCLUSIVE MODE',
    ];
    for (const sql of refused) await expect(as('pagw_reader_a', sql), sql).rejects.toMatchObject(REFUSED);
  });

  it('cannot be taken from the reader otherwise: the server’s own functions are not this owner’s to revoke', async () => {
    await client.query('BEGIN');
    try {
      await client.query('SET LOCAL ROLE pagw_owner');
      // Answered with a warning that no right could be revoked.
      await client.query('REVOKE EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) FROM PUBLIC');
      await client.query('SET LOCAL ROLE pagw_reader_a');
      expect((await client.query('SELECT pg_advisory_xact_lock(1)')).rowCount).toBe(1);
    } finally {
      await client.query('ROLLBACK');
    }
  });
});

describe('the archive', () => {
  it('is its functions’ to write: a writer may restore, and drop or note nothing', async () => {
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

describe('decisions', () => {
  const episode = {
    ...{ episode: 1, kind: 'request', drugs: 'none', received_at: '2026-03-01T10:00:00Z' },
    ...{ extension_days: 0, reason_given: false, faults: [] },
  };
  const decisions = [{ pagw_id: 'ROLES', episodes: [episode] }];
  const decided = `SELECT append_events(${added({ decisions })}, '2026-03-01T10:06:00Z')`;

  it('are written by whoever records, and stay their request’s and tenant’s', async () => {
    expect(await as('pagw_writer_a', decided)).toBe(1);
    for (const column of ['pagw_id', 'episode', 'tenant'])
      await expect(
        as('pagw_writer_a', `UPDATE decision_episode SET ${column} = ${column}`),
      ).rejects.toMatchObject({ code: '42501' });
    for (const login of ['pagw_maintainer_a', 'pagw_operator_a', 'pagw_reader_a'])
      await expect(as(login, 'UPDATE decision_episode SET due_at = NULL')).rejects.toMatchObject({
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
  resend: ['pagw_id', 'stage', 'attempt', 'reason', 'requested_by'],
  event_tracker_summary: ['event_count'],
  event_tracker_summary_total: ['event_count'],
  event_tracker_summary_day: ['event_count'],
  event_tracker_summary_day_total: ['event_count'],
  event_summary_progress: ['settled_id'],
  request_flow: ['stages'],
  flow_summary: ['count'],
  archived_month: ['keep_until'],
};

/** What is aimed at a row that is there; of another role's part it may name none. */
const UPKEEP: Record<string, string> = {
  compact_requests: `SELECT * FROM compact_requests(now(), now(), 1)`,
  drop_archived_month: `SELECT drop_archived_month('2026-03-01', now())`,
  fold_flows: 'SELECT fold_flows(1)',
  mark_changed_hours: 'SELECT * FROM mark_changed_hours(1000)',
  roll_up_flow_day: 'SELECT roll_up_flow_day(now())',
  roll_up_flow_hour: 'SELECT roll_up_flow_hour()',
  note_archived: `SELECT * FROM note_archived('{}', '[]', now())`,
  summarise_block_ranges: 'SELECT summarise_block_ranges()',
  summarise_changed_day: 'SELECT summarise_changed_day(now())',
  summarise_changed_hour: 'SELECT summarise_changed_hour()',
};
const DEEDS: Record<string, string> = {
  cancel_retry_batch: `SELECT cancel_retry_batch(1, 'why', 'kim', now())`,
  mark_rejected_replayed: `SELECT mark_rejected_replayed('[1]', now())`,
  pause_retries: `SELECT pause_retries('anthem', NULL, NULL, 'why', 'kim', now())`,
  record_operator_action: `SELECT record_operator_action('dead-letters.redrive', '{}', 'why', 'kim', now(), 1)`,
  request_resend: `SELECT request_resend('ROLES', 'PARSING', 1, 1, false, 'why', 'kim', now())`,
  request_retry_batch: `SELECT request_retry_batch('{}', 1, 'why', 'kim', now())`,
  resume_retries: `SELECT resume_retries('anthem', NULL, NULL, 'why', 'kim', now())`,
  retry_now: `SELECT * FROM retry_now('ROLES', NULL, 'why', 'kim', now())`,
  hold_history: `SELECT hold_history('ROLES', NULL, NULL, NULL, 'why', 'kim', now())`,
  release_history: `SELECT release_history('ROLES', NULL, NULL, NULL, 'why', 'kim', now())`,
  freeze_report: `SELECT freeze_report(2026, NULL, '[]', 'why', 'kim', now(), encode(decode(repeat('00', 44), 'hex'), 'base64'), encode(decode(repeat('00', 64), 'hex'), 'base64'))`,
  snooze_incident: `SELECT snooze_incident('key', now(), 'why', 'kim', now())`,
};

describe.each([
  ['pagw_maintainer', UPKEEP],
  ['pagw_operator', DEEDS],
])('the functions of %s', (role, calls) => {
  it.each(Object.entries(calls))(
    '%s: are called by its logins, and by no other role’s',
    async (name, sql) => {
      for (const login of [`${role}_a`, `${role}_b`])
        expect(await as(login, sql), login).toBe(name === 'retry_now' ? 0 : 1);
      for (const other of ROLES.filter((one) => one !== role))
        await expect(as(`${other}_a`, sql), other).rejects.toMatchObject(REFUSED);
    },
  );
});

describe('close_request', () => {
  const end = { ...event, stage: 'OPERATOR', event_type: 'REQUEST_CLOSED' };
  const saying = (answer: string) => [{ stated: { answer } }];
  const close = (what: Parameters<typeof added>[0]) => {
    const given = { request: { status: 'CANCELLED' }, events: [end], details: saying('void'), ...what };
    return `SELECT close_request(${added(given)}, 'why', 'kim', '2026-03-01T10:06:00Z')`;
  };
  const closing = close({});

  it('lets an operator end a request', async () => {
    expect(await as('pagw_operator_a', closing)).toBe(1);
    await expect(as('pagw_reader_a', closing)).rejects.toMatchObject(REFUSED);
  });

  it.each([
    ['another event', { events: [{ ...end, event_type: 'PARSE_OK' }] }],
    ['an event of a stage', { events: [{ ...end, stage: 'PARSING' }] }],
    ['a decision', { request: { status: 'APPROVED' } }],
    ['none of the ends', { details: saying('denied') }],
    ['no status', { request: { status: null } }],
    ['two events', { events: [end, event] }],
    ['another request', { request: { status: 'CANCELLED', pagw_id: 'OTHER' } }],
  ])('appends nothing else: %s', async (_, what) => {
    await expect(as('pagw_operator_a', close(what))).rejects.toMatchObject({ code: '22023' });
    await expect(as('pagw_operator_a', record)).rejects.toMatchObject(REFUSED);
  });
});

describe('the rotator', () => {
  const verifier = 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy';

  it('sets a password of the tracker’s users, and of nobody else', async () => {
    for (const role of ROLES)
      expect(await as('pagw_rotator_a', `SELECT set_login_password('${role}_b', '${verifier}')`)).toBe(1);
    for (const login of ['pagw_owner', 'postgres', 'pagw_writer', 'pagw_writer_a; DROP TABLE x', ''])
      await expect(
        as('pagw_rotator_a', `SELECT set_login_password('${login}', '${verifier}')`),
        login,
      ).rejects.toMatchObject({ code: '22023' });
    await expect(
      as('pagw_rotator_a', `SELECT set_login_password('pagw_writer_a', 'a password')`),
    ).rejects.toMatchObject({ code: '22023' });
  });

  it('is alone in that, and sees nothing', async () => {
    for (const role of ROLES.filter((one) => one !== 'pagw_rotator'))
      await expect(
        as(`${role}_a`, `SELECT set_login_password('pagw_writer_a', '${verifier}')`),
        role,
      ).rejects.toMatchObject(REFUSED);
    for (const table of [...Object.keys(RECORDED), 'schema_migration', 'reader_scope'])
      await expect(as('pagw_rotator_a', `SELECT FROM ${table}`), table).rejects.toMatchObject(REFUSED);
  });
});

describe('what was recorded', () => {
  const changes = Object.entries(RECORDED).flatMap(([table, columns]) =>
    columns.map((column) => `UPDATE ${table} SET ${column} = ${column}`),
  );

  it.each(ROLES.map((role) => `${role}_a`))('is not %s’s to change or delete', async (login) => {
    const deletes = Object.keys(RECORDED).map((table) => `DELETE FROM ${table}`);
    for (const sql of [...changes, ...deletes, ...Object.keys(RECORDED).map((table) => `TRUNCATE ${table}`)])
      await expect(as(login, sql), sql).rejects.toMatchObject({ code: '42501' });
  });

  it('is the owner’s, so that each change above is one that could be made', async () => {
    for (const sql of changes) expect(await as('pagw_owner', sql), sql).toBeGreaterThanOrEqual(0);
  });

  it('is added to by the writer, summaries and deeds by nobody but their functions', async () => {
    expect(await as('pagw_writer_a', 'UPDATE event_tracker SET next_retry_at = NULL')).toBe(1);
    for (const sql of [
      'INSERT INTO event_summary_changed_hour VALUES (now())',
      'INSERT INTO event_summary_changed_day VALUES (now())',
      `INSERT INTO archived_month VALUES ('2026-03-01', 0, 0, now())`,
      `SELECT summarise_changed_hour()`,
      `INSERT INTO operator_action (action, reason, acted_by, acted_at) VALUES ('a', 'b', 'c', now())`,
      `INSERT INTO retry_pause (stage, reason, paused_by, paused_at) VALUES ('a', 'b', 'c', now())`,
      'DELETE FROM retry_pause',
      'UPDATE rejected_message SET replayed_at = now()',
      'UPDATE incident SET snoozed_until = now()',
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
