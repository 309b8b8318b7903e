import { GetObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createHandler } from '../../lambdas/ingest.ts';
import { ALIKE_IDS } from '../support/alike-ids.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { lambdaContext, type Sent, sqsEvent } from '../support/lambda.ts';
import { databaseSettings, logOfFunction, stubAws } from '../support/lambda-environment.ts';
import { openAsRole } from '../support/role-database.ts';

const now = new Date('2026-03-01T10:05:00Z');
const BUCKET = 'quarantine';
const db = await databaseOfFile();
/** As on AWS: what the handler may do is its role's. */
const login = await forFile(openAsRole(db, 'pagw_writer'));
const { s3, endpoint, makeBucket } = await forFile(startEmbeddedAws());
const environment: NodeJS.ProcessEnv = {
  ...databaseSettings(db),
  QUARANTINE_BUCKET: BUCKET,
  // Nobody answers there, so nothing can be told to rest, and nothing depends on it.
  EVENTS_QUEUE_URL: 'http://127.0.0.1:9/000000000000/pagw-events.fifo',
};
stubAws({ RDS_DATA: login.dataApiUrl, S3: endpoint, SQS: 'http://127.0.0.1:9' });
const logged = logOfFunction();
const invoke = invokerOf(environment);
let made = 0;

beforeAll(() => makeBucket(BUCKET));

/** Calls the handler as Lambda does; answers the ids of the messages that it left on the queue. */
function invokerOf(env: NodeJS.ProcessEnv) {
  const handler = createHandler(env, { now: () => now });
  return async (...messages: Sent[]) => {
    const answer = await handler(sqsEvent(...messages), lambdaContext('ingest'));
    return answer.batchItemFailures.map((failure) => failure.itemIdentifier);
  };
}

const newRequest = () => `PAGW-INGEST-${++made}`;

function message(pagwId: string, fields: Record<string, unknown> = {}) {
  return { eventId: `e-${++made}`, tenant: 'anthem', pagwId, eventType: 'PARSE_OK', ...fields };
}

async function timeline(pagwId: string) {
  const { rows } = await db.database.execute(
    `SELECT sequence_no, event_type, status, stage, tenant, metadata, error_message
     FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no`,
    { id: pagwId },
  );
  return rows;
}

async function rejectionsOf(messageId: string) {
  const { rows } = await db.database.execute<Record<string, string>>(
    `SELECT code, path, rule, hint, tenant, pagw_id, position, body_key FROM rejected_message WHERE message_id = :id
     ORDER BY position`,
    { id: messageId },
  );
  return rows;
}

describe('ingest', () => {
  it('records the events of a batch in the order of each group, in the canonical words', async () => {
    const [a, b] = [newRequest(), newRequest()];
    const left = await invoke(
      {
        group: a,
        body: message(a, { tenant: 'ANTHEM', stage: 'PARSER', eventType: 'PARSE_START', status: 'STARTED' }),
      },
      {
        group: b,
        body: message(b, { eventType: 'API_CON_TIMEOUT', status: 'FAILURE', stage: 'api-connector' }),
      },
      { group: a, body: message(a, { status: 'SUCCESS', metadata: '{"diagnosisCount":3}' }) },
    );
    expect(left).toEqual([]);
    expect(await timeline(a)).toMatchObject([
      { sequenceNo: 1, eventType: 'PARSE_START', stage: 'PARSING', status: 'STARTED', tenant: 'anthem' },
      { sequenceNo: 2, eventType: 'PARSE_OK', status: 'COMPLETED', metadata: { diagnosisCount: 3 } },
    ]);
    expect(await timeline(b)).toMatchObject([{ eventType: 'DOWNSTREAM_TIMEOUT', status: 'FAILED' }]);
  });

  it('records a message once however often and late it is delivered (trap: FIFO de-duplication ends after 5 minutes)', async () => {
    const id = newRequest();
    const { eventId: _, ...withoutId } = message(id);
    await invoke({ group: id, messageId: 'redelivered', body: [withoutId, withoutId] });
    await invoke({ group: id, messageId: 'redelivered', body: [withoutId, withoutId] });
    expect(await timeline(id)).toHaveLength(2);
  });

  it('sets aside the refused events of a message with their reasons and records the rest', async () => {
    const id = newRequest();
    const body = [
      message(id),
      message(id, { durationMs: 'long' }),
      message(id, { metadata: { memberName: 'Jane Roe' } }),
    ];
    expect(await invoke({ group: id, messageId: 'mixed', body })).toEqual([]);
    expect(await timeline(id)).toHaveLength(1);
    expect(await rejectionsOf('mixed')).toMatchObject([
      { position: 1, code: 'FIELD_INVALID', path: '/1/durationMs', tenant: 'anthem', pagwId: id },
      { position: 2, code: 'METADATA_PHI_SUSPECTED', path: '/2/metadata/memberName', rule: 'denied-key' },
    ]);
    const [rejection] = await rejectionsOf('mixed');
    const kept = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: rejection?.bodyKey }));
    expect(JSON.parse((await kept.Body?.transformToString()) ?? '')).toEqual(body);
  });

  it('counts answers that decide nothing and times that are not believed, and names who sent those', async () => {
    const id = newRequest();
    const pended = message(id, {
      eventType: 'RESPONSE_OK',
      occurredAt: '2026-03-01T10:05:00.000Z',
      metadata: { outcome: 'as discussed' },
    });
    const times = ['1970-01-21T10:46:00.694Z', '2026-03-01T11:00:00.000Z', '2026-03-01T10:05:20.000Z'];
    const occurredAt = '2026-03-01T10:05:00.000Z';
    const request = { receivedAt: '1970-01-21T10:46:00.694Z', notifiedAt: '2030-01-01T00:00:00Z' };
    const from = logged.length;
    await invoke(
      { group: id, body: pended },
      { group: id, body: times.map((occurredAt) => message(id, { occurredAt })), sender: 'AROACLOCK:parser' },
      { group: id, body: message(id, { occurredAt, request }), sender: 'AROAFAX:intake' },
    );
    const lines = logged.slice(from).flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
    expect(lines.find((line) => '_aws' in line)).toMatchObject({
      AnswersNotUnderstood: 1,
      UnbelievedTimes: 4,
    });
    expect(lines.find(({ message: text }) => text === 'clocks of senders are off')).toMatchObject({
      level: 'WARN',
      times: { 'AROACLOCK:parser': 2, 'AROAFAX:intake': 2 },
    });
    const { rows } = await db.database.execute(
      `SELECT event.stated, request.received_at FROM event_tracker AS event JOIN request_tracker AS request USING (pagw_id)
       WHERE pagw_id = :id ORDER BY sequence_no`,
      { id },
    );
    expect(rows.map(({ stated }) => (stated as { disbelieved?: true } | null)?.disbelieved)).toEqual([
      undefined,
      true,
      undefined,
      undefined,
      undefined,
    ]);
    expect(rows[0]?.receivedAt).toEqual(now);
  });

  it('believes times of long ago by setting, alone and in a batch', async () => {
    const imports = invokerOf({ ...environment, BELIEVED_DAYS: '3650' });
    const id = newRequest();
    await imports({ group: id, body: message(id, { occurredAt: '2020-03-01T00:00:00.000Z' }) });
    const { rows } = await db.database.execute(
      'SELECT received_at FROM request_tracker WHERE pagw_id = :id',
      { id },
    );
    expect(rows).toEqual([{ receivedAt: new Date('2020-03-01T00:00:00Z') }]);
  });

  it('keeps who sent an event', async () => {
    const id = newRequest();
    await invoke({ group: id, body: message(id), sender: 'AROAEXAMPLEID:parser-7' });
    const { rows } = await db.database.execute('SELECT sender FROM event_tracker WHERE pagw_id = :id', {
      id,
    });
    expect(rows).toEqual([{ sender: 'AROAEXAMPLEID:parser-7' }]);
  });

  it('sets aside events of tenants that their sender is not bound to', async () => {
    const SENDERS = JSON.stringify({ AROAANTHEM: ['Anthem'], AIDAOPERATOR: ['*'] });
    const bound = invokerOf({ ...environment, SENDERS });
    const [own, foreign] = [newRequest(), newRequest()];
    const carelon = message(foreign, { tenant: 'carelon' });
    const withoutTenant = (id: string) => message(id, { tenant: null });
    const cases: [messageId: string, sender: string, event: { pagwId: string }, code?: string][] = [
      ['own tenant', 'AROAANTHEM:session', message(own)],
      ['another session', 'AROAANTHEM:other', withoutTenant(own)],
      ['foreign tenant', 'AROAANTHEM:session', carelon, 'SENDER_NOT_ALLOWED'],
      ['bound to all', 'AIDAOPERATOR', carelon],
      ['foreign request', 'AROAANTHEM:session', withoutTenant(foreign), 'SENDER_NOT_ALLOWED'],
      ['foreign duplicate', 'AROAANTHEM:session', carelon, 'SENDER_NOT_ALLOWED'],
      ['unbound', 'AROASTRANGER:AROAANTHEM', message(own), 'SENDER_NOT_ALLOWED'],
      ['unbound without tenant', 'AROASTRANGER:x', withoutTenant(newRequest()), 'SENDER_NOT_ALLOWED'],
      ['no sender', '', message(own), 'SENDER_NOT_ALLOWED'],
    ];
    for (const [messageId, sender, body] of cases)
      expect(await bound({ group: body.pagwId, messageId, sender, body }), messageId).toEqual([]);
    for (const [messageId, , , code] of cases)
      expect(await rejectionsOf(messageId), messageId).toMatchObject(code ? [{ code, path: '/tenant' }] : []);
    expect(await timeline(own)).toHaveLength(2);
    expect(await timeline(foreign)).toHaveLength(1);
  });

  it('refuses another tenant’s request and a tenant that nobody knows', async () => {
    const [known, unknown] = [newRequest(), newRequest()];
    await invoke({ group: known, body: message(known) });
    const left = await invoke(
      { group: known, messageId: 'stranger', body: message(known, { tenant: 'carelon' }) },
      { group: unknown, messageId: 'nobody', body: message(unknown, { tenant: ' ' }) },
      { group: known, body: message(known, { tenant: '' }) },
    );
    expect(left).toEqual([]);
    expect(await rejectionsOf('stranger')).toMatchObject([{ code: 'TENANT_MISMATCH', path: '/tenant' }]);
    expect(await rejectionsOf('nobody')).toMatchObject([{ code: 'TENANT_UNKNOWN', path: '/tenant' }]);
    expect(await timeline(known)).toHaveLength(2);
  });

  it.each([
    ['not JSON', 'SSN 123-45-6789 {', 'MESSAGE_NOT_JSON'],
    ['no body', '', 'MESSAGE_EMPTY'],
    ['an empty array', [], 'MESSAGE_EMPTY'],
    ['a wrong type', { tenant: 'anthem', pagwId: 7, eventType: 'PARSE_OK' }, 'FIELD_INVALID'],
    [
      '300 KiB of metadata',
      { ...message('BAD-1'), metadata: { note: 'x'.repeat(300 * 1024) } },
      'METADATA_TOO_LARGE',
    ],
    ['a NUL in metadata', { ...message('BAD-2'), metadata: { note: 'a\u0000b' } }, 'FIELD_INVALID'],
    ['a control character in an id', message('BAD\u0007-3'), 'FIELD_INVALID'],
    ['a number beyond int', message('BAD-4', { durationMs: 2 ** 31 }), 'FIELD_INVALID'],
    ['a date without zone', message('BAD-5', { occurredAt: '2026-03-01T10:00:00' }), 'FIELD_INVALID'],
    ['a body of 1 MiB', 'x'.repeat(1024 * 1024), 'MESSAGE_NOT_JSON'],
  ])('quarantines %s at once, and its neighbours pass', async (what, body, code) => {
    const neighbour = newRequest();
    const left = await invoke(
      { group: 'bad', messageId: what, body },
      { group: 'bad', body: message(neighbour) },
      { group: neighbour, body: message(neighbour) },
    );
    expect(left).toEqual([]);
    expect((await rejectionsOf(what)).map((rejection) => rejection.code)).toEqual([code]);
    expect(await timeline(neighbour)).toHaveLength(2);
  });

  it('masks personal data in an error text', async () => {
    const id = newRequest();
    await invoke({
      body: message(id, { eventType: 'VAL_FAIL', errorMessage: 'Member SSN 123-45-6789 not found' }),
    });
    const [event] = await timeline(id);
    expect(event?.errorMessage).not.toContain('123-45-6789');
    expect(event?.errorMessage).toContain('not found');
  });

  it('finds the one event the database refuses, sets it aside and records its neighbours', async () => {
    const id = newRequest();
    await db.database.execute(
      `ALTER TABLE event_tracker ADD CONSTRAINT refuses_poison CHECK (error_code <> 'POISON') NOT VALID`,
    );
    const body = [message(id), message(id, { errorCode: 'POISON' }), message(id)];
    const left = await invoke(
      { group: id, messageId: 'poisoned', body },
      { group: 'other', body: message(newRequest()) },
    );
    await db.database.execute('ALTER TABLE event_tracker DROP CONSTRAINT refuses_poison');
    expect(left).toEqual([]);
    expect(await timeline(id)).toHaveLength(2);
    expect(await rejectionsOf('poisoned')).toMatchObject([
      { position: 1, code: 'DATABASE_REFUSED', rule: 'sqlstate-23514', path: '/1' },
    ]);
  });

  it('sets aside the later of two events of a request that are alike in 64 bits, at once, and records all others', async () => {
    const id = newRequest();
    const neighbour = newRequest();
    const [first, second] = ALIKE_IDS;
    const left = await invoke(
      { group: id, body: message(id, { eventId: first }) },
      { group: id, messageId: 'alike', body: [message(id), message(id, { eventId: second })] },
      { group: id, body: message(id) },
      { group: neighbour, body: message(neighbour, { eventId: second }) },
    );
    expect(left).toEqual([]);
    expect(await timeline(id)).toMatchObject([1, 2, 3].map((sequenceNo) => ({ sequenceNo })));
    expect(await timeline(neighbour)).toHaveLength(1);
    expect(await rejectionsOf('alike')).toMatchObject([
      {
        ...{ position: 1, code: 'DATABASE_REFUSED', rule: 'sqlstate-23505', path: '/1' },
        hint: expect.stringContaining('23505: send it under another eventId'),
      },
    ]);
    const again = message(id, { eventId: first });
    const other = message(id, { eventId: `${second}-2` });
    expect(await invoke({ group: id, body: again }, { group: id, body: other })).toEqual([]);
    expect(await timeline(id)).toHaveLength(4);
  });

  it('leaves everything on the queue while the database does not answer, then records it', async () => {
    const id = newRequest();
    const batch: Sent[] = [
      { group: id, messageId: 'first', body: message(id) },
      { group: 'x', messageId: 'second', body: 'not JSON' },
    ];
    const cutOff = invokerOf({ ...environment, DATABASE_NAME: 'no_such_database' });
    expect((await cutOff(...batch)).sort()).toEqual(['first', 'second']);
    expect(await invoke(...batch)).toEqual([]);
    expect(await timeline(id)).toHaveLength(1);
  });

  it('leaves a group from its first undone message on, and no other group', async () => {
    const [a, b] = [newRequest(), newRequest()];
    const noBucket = invokerOf({ ...environment, QUARANTINE_BUCKET: 'no-such-bucket' });
    const left = await noBucket(
      { group: a, messageId: 'a1', body: message(a) },
      { group: a, messageId: 'a2', body: 'not JSON' },
      { group: b, messageId: 'b1', body: message(b) },
      { group: a, messageId: 'a3', body: message(a) },
    );
    expect(left).toEqual(['a2', 'a3']);
  });

  it('logs what became of each event, in names of the catalogue only', async () => {
    const event = { tenant: 'anthem', pagwId: 'PAGW-LOGGED', eventId: 'first' };
    await invoke(
      { body: { ...event, eventType: 'PARSE_OK' } },
      { body: { ...event, eventType: 'PARSE_OK' } },
      { body: { ...event, eventId: 'odd', eventType: 'ODD_TYPE', stage: 'MEMBER_123' } },
      { body: { ...event, eventId: 'name', eventType: 'JOHN_DOE' } },
      { body: { ...event, eventId: 'phi', eventType: 'VAL_OK', metadata: { memberName: 'SECRET' } } },
    );
    const lines = logged
      .map((line) => JSON.parse(line))
      .filter(({ message, pagwId }) => message === 'event' && pagwId === 'PAGW-LOGGED')
      .map(({ pagwId, outcome, sequenceNo, stage, eventType, status, code }) =>
        [pagwId, outcome, sequenceNo, stage, eventType, status, code].filter(Boolean).join(' '),
      );
    expect(lines).toEqual([
      'PAGW-LOGGED RECORDED 1 PARSING PARSE_OK COMPLETED',
      'PAGW-LOGGED DUPLICATE PARSING PARSE_OK COMPLETED',
      'PAGW-LOGGED RECORDED 2 COMPLETED',
      'PAGW-LOGGED REJECTED FIELD_PHI_SUSPECTED',
      'PAGW-LOGGED REJECTED METADATA_PHI_SUSPECTED',
    ]);
  });

  it.each([
    ['batch', [['RECORDED', 'REJECTED']]],
    ['refused', ['REJECTED']],
  ])('logs events by the setting EVENT_LOG: %s', async (form, expected) => {
    const id = newRequest();
    const invokeSo = invokerOf({ ...environment, EVENT_LOG: form });
    await invokeSo({ body: message(id) }, { body: { pagwId: id, eventType: 'JOHN_DOE' } });
    const lines = logged.map((line) => JSON.parse(line)).filter((line) => JSON.stringify(line).includes(id));
    expect(
      lines.map(
        ({ outcome, events }) => outcome ?? events.map((event: { outcome: string }) => event.outcome),
      ),
    ).toEqual(expected);
  });

  it.each([
    ['every', 310],
    ['batch', 160],
    ['refused', 0],
  ])('logs at most as many bytes of an event as docs/cost.md counts: %s', async (form, most) => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
    const from = logged.length;
    const invokeSo = invokerOf({ ...environment, EVENT_LOG: form });
    await invokeSo(
      ...Array.from({ length: 10 }, (_, place) => ({
        body: message(`PAGW-20260301-0000${place}-A7CEB2B3`, { eventId: `${form}-${place}` }),
      })),
    );
    // The console here gets them indented.
    const lines = logged.slice(from).flatMap((text) => (text.startsWith('{') ? JSON.parse(text) : []));
    const ofEvents = lines.filter((line) => /^events?$/.test(line.message));
    const bytes = ofEvents.reduce((sum, line) => sum + JSON.stringify(line).length, 0) / 10;
    expect(bytes).toBeLessThanOrEqual(most);
    expect(bytes).toBeGreaterThanOrEqual(0.9 * most);
  });

  it('ends with any JSON recorded or set aside, and never logs what was sent', async () => {
    const marked = fc.string().map((text) => `SECRET${text}`);
    const value = fc.oneof(
      marked,
      fc.jsonValue(),
      fc.double(),
      fc.bigInt().map(Number),
      fc.constant('2026-01-01T00:00:00Z'),
    );
    const field = fc.constantFrom(
      'eventId',
      'tenant',
      'stage',
      'status',
      'attempt',
      'durationMs',
      'occurredAt',
      'nextRetryAt',
      'retryable',
      'errorCode',
      'errorMessage',
      'metadata',
      'request',
      'correlationId',
      'externalReference',
      'workerId',
    );
    const event = fc.tuple(fc.dictionary(field, value), fc.boolean()).map(([fields, valid]) => ({
      ...(valid ? { tenant: 'anthem', pagwId: 'PAGW-ANY', eventType: 'VAL_FAIL' } : {}),
      ...fields,
    }));
    const body = fc.oneof(event, fc.array(event, { maxLength: 4 }), fc.jsonValue(), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 10 }), async (bodies) => {
        expect(await invoke(...bodies.map((each) => ({ body: each, group: 'any' })))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(logged.join('\n')).not.toContain('SECRET');
    expect(logged.length).toBeGreaterThan(100);
  });
});
