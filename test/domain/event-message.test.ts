import { describe, expect, it } from 'vitest';
import { requestEffects } from '../../lib/domain/request-effects.ts';
import { eventWith, read } from './support/message.ts';

const event = (fields: object = {}) => ({
  tenant: 'anthem',
  pagwId: 'PAGW-1',
  eventType: 'PARSE_OK',
  ...fields,
});

describe('a message', () => {
  it('that says the least is filled in from its type and its envelope', () => {
    expect(read({ tenant: ' ANTHEM ', pagwId: ' PAGW-1 ', eventType: 'api_con_fail' })).toEqual({
      rejections: [],
      events: [
        {
          ...{
            position: 0,
            eventId: 'message-1',
            tenant: 'anthem',
            pagwId: 'PAGW-1',
            stage: 'API_CONNECTOR',
          },
          ...{ eventType: 'DOWNSTREAM_FAIL', known: true, status: 'FAILED', lane: 'main', attempt: null },
          ...{ retryable: true, nextRetryAt: null, retry: { ...timing, jitter: 0.25 } },
          ...{ occurredAt: '2026-01-02T03:04:05.006Z', startedAt: null, completedAt: null, durationMs: null },
          ...{
            externalReference: null,
            errorCode: null,
            errorMessage: null,
            workerId: null,
            serviceName: null,
          },
          ...{ correlationId: null, metadata: null, stated: null },
        },
      ],
    });
  });

  it('of a failure is retried as it says, and else as its error code says', () => {
    const retryableOf = (fields: object) =>
      eventWith({ eventType: 'VAL_FAIL', status: 'FAILED', ...fields }).retryable;
    expect(retryableOf({ errorCode: 'VALIDATION_EXCEPTION' })).toBe(true);
    expect(retryableOf({ errorCode: 'VALIDATION_FAILED' })).toBe(false);
    expect(retryableOf({ errorCode: 'VALIDATION_FAILED', retryable: true })).toBe(true);
    expect(retryableOf({ errorCode: 'VALIDATION_EXCEPTION', retryable: false })).toBe(false);
  });

  it('that says everything keeps what it says', () => {
    const sent = {
      ...{
        eventId: '01J',
        tenant: 'anthem',
        pagwId: 'PAGW-20251226-00005-A7CEB2B3',
        stage: 'request-parser',
      },
      ...{ eventType: 'PARSE_OK', status: 'SUCCESS', occurredAt: '2025-12-26T14:51:34.578Z', attempt: 2 },
      ...{
        durationMs: 3471,
        startedAt: '2025-12-26T14:51:31Z',
        completedAt: '2025-12-26T14:51:34Z',
        retryable: null,
      },
      ...{
        externalReference: 'EXT-1',
        errorCode: 'X',
        errorMessage: 'late',
        workerId: 'w',
        serviceName: 's',
      },
      ...{ correlationId: 'demo-123', metadata: '{"diagnosisCount":3}', future: { field: 1 } },
      request: { type: 'PAS_SUBMIT', priority: 'expedited', payload: { bucket: 'b', key: 'k' } },
    };
    expect(read(sent).events).toMatchObject([
      {
        ...{
          eventId: '01J',
          stage: 'PARSING',
          status: 'COMPLETED',
          attempt: 2,
          durationMs: 3471,
          errorCode: 'X',
        },
        ...{ startedAt: '2025-12-26T14:51:31.000Z', completedAt: '2025-12-26T14:51:34.000Z', workerId: 'w' },
        ...{ externalReference: 'EXT-1', errorMessage: 'late', serviceName: 's', correlationId: 'demo-123' },
        ...{ metadata: { diagnosisCount: 3 } },
        stated: { type: 'PAS_SUBMIT', priority: 'EXPEDITED', payload: { bucket: 'b', key: 'k' } },
      },
    ]);
  });

  it('takes null and blank for absent', () => {
    const fields = [
      'eventId',
      'tenant',
      'stage',
      'status',
      'occurredAt',
      'startedAt',
      'nextRetryAt',
      'errorCode',
    ];
    for (const nothing of [null, '', ' ']) {
      const read = eventWith(
        Object.fromEntries([...fields, 'errorMessage', 'metadata'].map((field) => [field, nothing])),
      );
      expect(read).toEqual({ ...eventWith({}), tenant: null });
    }
    expect(eventWith({ request: null, attempt: null, durationMs: null, retryable: null })).toEqual(
      eventWith({}),
    );
  });

  it('records unknown types and stages as they come', () => {
    expect(eventWith({ eventType: 'CALLBACK', stage: 'callback-handler' })).toMatchObject({
      ...{
        known: false,
        stage: 'CALLBACK_HANDLER',
        eventType: 'CALLBACK',
        status: 'COMPLETED',
        lane: 'main',
      },
    });
    expect(eventWith({ eventType: 'AUTHN_OK' })).toMatchObject({
      stage: 'UNKNOWN',
      lane: 'unknown',
      known: false,
    });
    expect(eventWith({ stage: 'fraud-check' })).toMatchObject({
      stage: 'FRAUD_CHECK',
      lane: 'unknown',
      known: true,
    });
    expect(eventWith({ eventType: '__proto__', stage: 'constructor' })).toMatchObject({
      known: false,
      lane: 'unknown',
    });
  });

  it('lets a stated status stand against the type: WORKFLOW_COMPLETE is also reported as FAILURE', () => {
    const event = eventWith({ eventType: 'WORKFLOW_COMPLETE', status: 'FAILURE' });
    expect(event.status).toBe('FAILED');
    expect(requestEffects(event)).toMatchObject({ effect: null, nextStage: null });
  });

  it('counts an attempt below 1 as absent', () => {
    expect([0, -1, -(2 ** 31), 1, 2 ** 31 - 1].map((attempt) => eventWith({ attempt }).attempt)).toEqual([
      ...[null, null, null, 1, 2 ** 31 - 1],
    ]);
  });

  it('masks its error message', () => {
    expect(eventWith({ errorMessage: 'Patient Jane Doe not found' }).errorMessage).toBe(
      'Patient [masked] not found',
    );
  });
});

const timing = { baseSeconds: 60, factor: 2, capSeconds: 3600, maxAttempts: 5 };

describe('an array', () => {
  it('gives each event its position, and an id from it where none is sent', () => {
    const { events } = read([event(), event({ eventId: 'own' }), event()]);
    expect(events.map(({ position, eventId }) => [position, eventId])).toEqual([
      [0, 'message-1#0'],
      [1, 'own'],
      [2, 'message-1#2'],
    ]);
  });

  it('refuses what is wrong and keeps the rest', () => {
    const { events, rejections } = read([event({ durationMs: 'long' }), event(), 7, event({ pagwId: null })]);
    expect(events.map(({ position }) => position)).toEqual([1]);
    expect(rejections.map(({ position, code, path, pagwId }) => [position, code, path, pagwId])).toEqual([
      [0, 'FIELD_INVALID', '/0/durationMs', 'PAGW-1'],
      [2, 'FIELD_INVALID', '/2', null],
      [3, 'FIELD_MISSING', '/3/pagwId', null],
    ]);
  });

  it('is of one request: events of another are refused by the first', () => {
    const { events, rejections } = read([event(), event({ pagwId: 'PAGW-2' }), event()]);
    expect(events.map(({ position }) => position)).toEqual([0, 2]);
    expect(rejections).toMatchObject([
      { position: 1, code: 'MIXED_REQUESTS', path: '/1/pagwId', rule: 'one-request', pagwId: 'PAGW-2' },
    ]);
  });

  it('holds 1,000 events at most, and at least one', () => {
    expect(read(Array.from({ length: 1000 }, () => event())).events).toHaveLength(1000);
    expect(read(Array.from({ length: 1001 }, () => event()))).toMatchObject({
      events: [],
      rejections: [{ position: 0, code: 'TOO_MANY_EVENTS', path: '' }],
    });
    expect(read([]).rejections).toMatchObject([{ position: 0, code: 'MESSAGE_EMPTY', path: '' }]);
  });
});

describe('a CloudEvent', () => {
  const wrapped = (fields: object) => ({
    specversion: '1.0',
    id: 'e-1',
    source: '/parser',
    type: 'pagw.event',
    ...fields,
  });

  it('gives its id and time to the event in its data', () => {
    const { events } = read(
      wrapped({ time: '2025-01-01T00:00:00+01:00', data: event({ eventId: 'inner' }) }),
    );
    expect(events).toMatchObject([
      { eventId: 'e-1', occurredAt: '2024-12-31T23:00:00.000Z', pagwId: 'PAGW-1' },
    ]);
  });

  it('may carry its data as text or in base64, and stand in an array', () => {
    const text = JSON.stringify(event());
    const { events } = read([
      wrapped({ data: text }),
      wrapped({ id: 'e-2', data_base64: Buffer.from(text).toString('base64') }),
    ]);
    expect(events.map(({ eventId }) => eventId)).toEqual(['e-1', 'e-2']);
  });

  it.each([
    [{ specversion: '0.3', data: event() }, 'FIELD_INVALID', '/specversion'],
    [{ data: [event()] }, 'FIELD_INVALID', '/data'],
    [{}, 'FIELD_INVALID', '/data'],
    [{ id: ' ', data: event() }, 'FIELD_MISSING', '/id'],
    [{ id: 7, data: event() }, 'FIELD_INVALID', '/id'],
    [{ id: 'x'.repeat(129), data: event() }, 'FIELD_INVALID', '/id'],
    [{ time: 'today', data: event() }, 'FIELD_INVALID', '/time'],
    [{ data: event({ occurredAt: 'today' }) }, 'FIELD_INVALID', '/data/occurredAt'],
    [{ data: event({ pagwId: '' }) }, 'FIELD_MISSING', '/data/pagwId'],
    [{ data: event({ metadata: { ssn: 1 } }) }, 'METADATA_PHI_SUSPECTED', '/data/metadata/ssn'],
  ])('%j is refused', (fields, code, path) => {
    expect(read(wrapped(fields))).toMatchObject({ events: [], rejections: [{ code, path }] });
  });
});
