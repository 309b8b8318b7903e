import { describe, expect, it } from 'vitest';
import { eventWith, read, refusalWith } from './support/message.ts';

const event = { tenant: 'anthem', pagwId: 'PAGW-CE', eventType: 'PARSE_OK' };
const wrapped = (fields: object) => ({ specversion: '1.0', id: 'e-1', source: '/pas', type: 't', ...fields });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const occurredAt = '2025-12-26T14:51:35.000Z';

describe('absent, null and blank mean the same', () => {
  it.each([
    ['data_base64 beside data', wrapped({ data: event, data_base64: null })],
    ['data_base64, blank, beside data', wrapped({ data: event, data_base64: '' })],
    ['data beside data_base64', wrapped({ data: null, data_base64: base64(JSON.stringify(event)) })],
    ['data, blank, beside data_base64', wrapped({ data: ' ', data_base64: base64(JSON.stringify(event)) })],
    ['specversion of a plain event', { ...event, specversion: null }],
    ['specversion of a plain event, blank', { ...event, specversion: ' ' }],
  ])('for %s', (_, sent) => {
    expect(read(sent)).toMatchObject({ events: [{ pagwId: 'PAGW-CE' }], rejections: [] });
  });

  it.each([undefined, null, '', ' \t'])('for the time %j of an envelope: its data has one', (time) => {
    expect(read(wrapped({ time, data: { ...event, occurredAt } })).events).toMatchObject([{ occurredAt }]);
    expect(read(wrapped({ time, data: { ...event, occurredAt: 'soon' } })).rejections).toMatchObject([
      { path: '/data/occurredAt' },
    ]);
  });

  it.each([null, '', ' '])('for %j in every field but two, whatever the type of the field', (blank) => {
    const names = ['attempt', 'durationMs', 'retryable', 'occurredAt', 'startedAt', 'errorMessage'];
    const fields = [...names, 'status', 'stage', 'tenant', 'metadata', 'request', 'correlationId'];
    const blanks = Object.fromEntries(fields.map((field) => [field, blank]));
    expect(eventWith({ ...blanks, tenant: 'anthem' })).toEqual(eventWith({}));
    expect(eventWith({ request: { type: blank, priority: blank, status: blank, payload: blank } })).toEqual(
      eventWith({}),
    );
    expect(refusalWith({ pagwId: blank })).toMatchObject({ code: 'FIELD_MISSING', path: '/pagwId' });
  });

  it('and two data are not one', () => {
    expect(read(wrapped({ data: event, data_base64: base64('{}') })).rejections).toMatchObject([
      { code: 'FIELD_INVALID', path: '/data_base64', rule: 'one-data' },
    ]);
  });
});

it.each([
  ['the message', `\ufeff\ufeff${JSON.stringify(event)}`],
  ['data that is text', wrapped({ data: `\ufeff${JSON.stringify(event)}` })],
  ['data in base64', wrapped({ data_base64: base64(`\ufeff${JSON.stringify(event)}`) })],
  ['metadata that is text', { ...event, metadata: '\ufeff{"a":1}' }],
])('a byte order mark in front of %s is no part of it', (_, sent) => {
  expect(read(sent)).toMatchObject({ events: [{ pagwId: 'PAGW-CE' }], rejections: [] });
});

describe('nesting', () => {
  const nested = (levels: number, open = '{"a":', close = '}') =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;
  const body = (field: string, value: string) => `${JSON.stringify(event).slice(0, -1)},"${field}":${value}}`;

  it.each([
    ['metadata', '{"a":', '}', 'METADATA_TOO_DEEP', '/metadata'],
    ['metadata', '{"a":[', ']}', 'METADATA_TOO_DEEP', '/metadata'],
    ['ignored', '{"a":', '}', 'FIELD_INVALID', '/ignored'],
    ['ignored', '[', ']', 'FIELD_INVALID', '/ignored'],
    ['__proto__', '{"a":', '}', 'FIELD_INVALID', '/__proto__'],
    ['request', '{"a":', '}', 'FIELD_INVALID', '/request'],
    ['pagwId', '[', ']', 'FIELD_INVALID', '/pagwId'],
  ])(
    'of 100,000 levels in %s (%s) is one refusal, and its neighbours are read',
    (field, open, close, code, path) => {
      const deep = body(field, nested(100_000, open, close));
      expect(read(`[${JSON.stringify(event)},${deep},${JSON.stringify(event)}]`)).toMatchObject({
        events: [{ position: 0 }, { position: 2 }],
        rejections: [{ position: 1, code, path: `/1${path}` }],
      });
    },
  );

  it('counts in texts that hold JSON, and in envelopes', () => {
    const metadata = nested(6_000);
    expect(refusalWith({ metadata })).toMatchObject({ code: 'METADATA_TOO_DEEP', path: '/metadata' });
    const data = body('ignored', nested(6_000));
    expect(read(wrapped({ data })).rejections).toMatchObject([{ path: '/data/ignored', rule: 'max-depth' }]);
    expect(read(wrapped({ data_base64: base64(data) })).rejections).toMatchObject([
      { path: '/data/ignored' },
    ]);
    const attribute = `${JSON.stringify(wrapped({ data: event })).slice(0, -1)},"traces":${nested(6_000)}}`;
    expect(read(attribute).rejections).toMatchObject([{ path: '/traces', rule: 'max-depth' }]);
  });

  it('of 64 levels with the event is taken in what the contract ignores', () => {
    expect(read(body('ignored', nested(63))).events).toHaveLength(1);
    expect(read(body('ignored', nested(64))).rejections).toMatchObject([{ path: '/ignored' }]);
  });
});

describe('a hint says what the field takes, whatever was sent', () => {
  it.each(['occurredAt', 'startedAt', 'completedAt', 'nextRetryAt'])('for %s', (field) => {
    const { hint } = refusalWith({ [field]: '2025-12-26T14:51:34.578Z[UTC]' });
    expect(hint).toContain('Send ISO 8601 with a zone');
    for (const sent of [1766760694.578, [2025, 12, 26, 14, 51, 34, 578000000], { seconds: 1 }, true])
      expect(refusalWith({ [field]: sent })).toMatchObject({ rule: 'type', hint });
  });

  it.each([
    ['status', 'Send one of STARTED,'],
    ['metadata', 'Send metadata as a JSON object, or as a string holding one.'],
    ['retryable', 'Send true or false.'],
    ['durationMs', 'Send a whole number of milliseconds.'],
    ['attempt', 'Send a whole number.'],
    ['request', 'Send a JSON object.'],
    ['serviceName', 'Send a string.'],
  ])('for %s', (field, hint) => {
    expect(refusalWith({ [field]: [1] }).hint).toContain(hint);
  });

  it('for those of the request', () => {
    for (const sent of [1, ['EXPEDITED'], true])
      expect(refusalWith({ request: { priority: sent } })).toMatchObject({
        path: '/request/priority',
        hint: 'Send one of EXPEDITED, STANDARD, or leave the field out.',
      });
    expect(refusalWith({ request: { status: 7 } }).hint).toContain('Send one of RECEIVED,');
    for (const sent of [3, [], 'maybe'])
      expect(refusalWith({ request: { drug: sent } })).toMatchObject({
        rule: 'one-of',
        hint: expect.stringContaining('Send one of none, medical, pharmacy'),
      });
  });
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'the name %s is a name like others',
  (name) => {
    const named = { stage: name, eventType: name, errorCode: name, tenant: name, serviceName: name };
    expect(eventWith(named)).toMatchObject({ known: false, eventType: name, errorCode: name });
    expect(refusalWith({ status: name })).toMatchObject({ path: '/status', rule: 'one-of' });
  },
);

it.each([
  [
    'another encoding',
    Buffer.from('{"pagwId":"PAGW-CE","eventType":"PARSE_OK","correlationId":"Jürg"}', 'latin1'),
  ],
  ['two bytes a character', Buffer.from('{"pagwId":"PAGW-CE","eventType":"PARSE_OK"}', 'utf16le')],
  ['no JSON', Buffer.from('pagwId=PAGW-CE')],
])('data_base64 that holds %s is refused by its own name', (_, bytes) => {
  expect(read(wrapped({ data_base64: bytes.toString('base64') })).rejections).toMatchObject([
    { code: 'FIELD_INVALID', path: '/data_base64', hint: 'Send one event in JSON, as UTF-8, in base64.' },
  ]);
});

it('of a field given twice the last counts', () => {
  const { events } = read(`{"pagwId":"A",${JSON.stringify(event).slice(1)}`);
  expect(events).toMatchObject([{ pagwId: 'PAGW-CE' }]);
});
