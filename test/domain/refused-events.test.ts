import { describe, expect, it } from 'vitest';
import { eventWith, read, refusalWith } from './support/message.ts';

describe('refused', () => {
  it.each([
    ['', 'MESSAGE_EMPTY'],
    [' \n', 'MESSAGE_EMPTY'],
    ['{"pagwId":', 'MESSAGE_NOT_JSON'],
    ['[NaN]', 'MESSAGE_NOT_JSON'],
    ['null', 'FIELD_INVALID'],
    ['"text"', 'FIELD_INVALID'],
    ['['.repeat(300_000), 'MESSAGE_NOT_JSON'],
    ['['.repeat(300_000) + ']'.repeat(300_000), 'FIELD_INVALID'],
  ])('is the body %.20s', (body, code) => {
    expect(read(body)).toMatchObject({
      events: [],
      rejections: [{ position: 0, code, tenant: null, pagwId: null }],
    });
  });

  it.each([
    [{ pagwId: 7 }, '/pagwId', 'type'],
    [{ pagwId: 'x'.repeat(65) }, '/pagwId', 'max-length'],
    [{ pagwId: 'PAGW\u00001' }, '/pagwId', 'no-control-characters'],
    [{ pagwId: 'PAGW\u200b1' }, '/pagwId', 'no-control-characters'],
    [{ tenant: 'x'.repeat(65) }, '/tenant', 'max-length'],
    [{ tenant: 'İ'.repeat(33) }, '/tenant', 'max-length'],
    [{ stage: 'ß'.repeat(33) }, '/stage', 'max-length'],
    [{ eventType: 'x'.repeat(65) }, '/eventType', 'max-length'],
    [{ errorCode: 'x'.repeat(65) }, '/errorCode', 'max-length'],
    [{ externalReference: 'x'.repeat(257) }, '/externalReference', 'max-length'],
    [{ workerId: 'x'.repeat(129) }, '/workerId', 'max-length'],
    [{ serviceName: 'a\u0007b' }, '/serviceName', 'no-control-characters'],
    [{ eventId: '\ud800' }, '/eventId', 'no-lone-surrogate'],
    [{ errorMessage: 'a\u0000b' }, '/errorMessage', 'no-control-characters'],
    [{ errorMessage: 'a\udc00b' }, '/errorMessage', 'no-lone-surrogate'],
    [{ status: 'DONE' }, '/status', 'one-of'],
    [{ occurredAt: '2025-12-26T14:51:34' }, '/occurredAt', 'timestamp'],
    [{ occurredAt: 1735224694 }, '/occurredAt', 'type'],
    [{ nextRetryAt: '0999-01-01T00:00:00Z' }, '/nextRetryAt', 'timestamp'],
    [{ durationMs: -1 }, '/durationMs', 'range'],
    [{ durationMs: 2 ** 31 }, '/durationMs', 'range'],
    [{ durationMs: 1.5 }, '/durationMs', 'type'],
    [{ durationMs: '12' }, '/durationMs', 'type'],
    [{ attempt: 2 ** 31 }, '/attempt', 'range'],
    [{ retryable: 'yes' }, '/retryable', 'type'],
    [{ request: 'PAS' }, '/request', 'type'],
    [{ request: { status: 'DONE' } }, '/request/status', 'one-of'],
    [{ request: { priority: 1 } }, '/request/priority', 'type'],
    [{ request: { payload: { key: 'x'.repeat(1025) } } }, '/request/payload/key', 'max-length'],
    [{ metadata: [] }, '/metadata', 'json-object'],
    [{ metadata: 'diagnosisCount=3' }, '/metadata', 'json-object'],
    [{ metadata: '[1]' }, '/metadata', 'json-object'],
    [{ metadata: { a: { b: 'x\u0000' } } }, '/metadata/a/b', 'no-nul-or-lone-surrogate'],
    [{ metadata: { a: ['\ud800'] } }, '/metadata/a/0', 'no-nul-or-lone-surrogate'],
    [{ metadata: { 'a\u0000': 1 } }, '/metadata/*', 'no-nul-or-lone-surrogate'],
  ])('is %j', (fields, path, rule) => {
    expect(refusalWith(fields)).toMatchObject({ code: 'FIELD_INVALID', path, rule });
  });

  it.each([
    [{ pagwId: undefined }, '/pagwId'],
    [{ pagwId: ' ' }, '/pagwId'],
    [{ eventType: null }, '/eventType'],
  ])('is an event without %j', (fields, path) => {
    expect(refusalWith(fields)).toMatchObject({ code: 'FIELD_MISSING', path, rule: 'required' });
  });

  it('are numbers that a double cannot hold', () => {
    const body = (field: string) => `{"tenant":"t","pagwId":"P","eventType":"PARSE_OK",${field}}`;
    expect(read(body('"durationMs":1e400')).rejections).toMatchObject([{ path: '/durationMs' }]);
    expect(read(body('"metadata":{"n":-1e400}')).rejections).toMatchObject([
      { path: '/metadata/n', rule: 'range' },
    ]);
  });

  it('is metadata over 16 KiB, counted in UTF-8, and no smaller one', () => {
    expect(eventWith({ metadata: { a: 'x'.repeat(16_376) } }).metadata).not.toBeNull();
    for (const a of ['x'.repeat(16_377), 'é'.repeat(8_189), 'x'.repeat(300 * 1024)]) {
      expect(refusalWith({ metadata: { a } })).toMatchObject({
        code: 'METADATA_TOO_LARGE',
        path: '/metadata',
      });
    }
  });

  it('is metadata nested deeper than 20 levels, however deep', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(eventWith({ metadata: nested(20) }).metadata).not.toBeNull();
    for (const levels of [21, 100_000]) {
      expect(refusalWith({ metadata: nested(levels) })).toMatchObject({ code: 'METADATA_TOO_DEEP' });
    }
  });

  it('names tenant and request only when they are well-formed', () => {
    expect(refusalWith({ tenant: 'ANTHEM', durationMs: -1 })).toMatchObject({
      ...{ tenant: 'anthem', pagwId: 'PAGW-TEST-12345' },
    });
    for (const misplaced of ['123-45-6789', 'Jane Doe', 'x'.repeat(65), 'a\u0000']) {
      const { rejections } = read({
        tenant: misplaced,
        pagwId: misplaced,
        eventType: 'PARSE_OK',
        durationMs: -1,
      });
      expect(rejections).toMatchObject([{ tenant: null, pagwId: null }]);
    }
  });

  it('never by its prototype: __proto__ and constructor are keys like others', () => {
    const body = '{"__proto__":{"pagwId":"P"},"tenant":"t","eventType":"PARSE_OK"}';
    expect(read(body).rejections).toMatchObject([{ code: 'FIELD_MISSING', path: '/pagwId' }]);
    const { events } = read(
      '{"tenant":"t","pagwId":"P","eventType":"X","metadata":{"__proto__":{"polluted":1}}}',
    );
    expect(JSON.stringify(events[0]?.metadata)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
