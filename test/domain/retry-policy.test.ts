import { describe, expect, it } from 'vitest';
import { isRetryable, parseRetryPolicy, retryTiming } from '../../lib/domain/retry-policy.ts';
import { eventWith } from './support/message.ts';

const failure = (errorCode: string | null, eventType = 'DOWNSTREAM_FAIL') => ({
  stage: 'API_CONNECTOR',
  eventType,
  errorCode,
  known: true,
});

describe('the retry policy', () => {
  it('is exponential from 60 s, factor 2, cap 1 h, 5 attempts when nothing is set', () => {
    const timing = { baseSeconds: 60, factor: 2, capSeconds: 3600, maxAttempts: 5, jitter: 0.5 };
    for (const json of [undefined, '', ' ', '{}']) {
      expect(retryTiming(failure('API_TIMEOUT'), parseRetryPolicy(json), 0.5)).toEqual(timing);
    }
  });

  it('lets a stage override the defaults, and an error code the stage', () => {
    const policy = parseRetryPolicy(
      '{"maxAttempts":3,"stages":{"api-connector":{"baseSeconds":300,"factor":1}},"errorCodes":{"api_timeout":{"factor":3}}}',
    );
    expect(retryTiming(failure('API_TIMEOUT'), policy, 0)).toMatchObject({
      baseSeconds: 300,
      factor: 3,
      maxAttempts: 3,
    });
    expect(retryTiming(failure('OTHER'), policy, 0)).toMatchObject({
      baseSeconds: 300,
      factor: 1,
      maxAttempts: 3,
    });
    expect(retryTiming({ stage: 'PARSING', errorCode: null }, policy, 0)).toMatchObject({
      baseSeconds: 60,
      factor: 2,
    });
  });

  it.each([
    ['{"baseSeconds":-1}', 'baseSeconds'],
    ['{"capSeconds":-60}', 'capSeconds'],
    ['{"factor":0.5}', 'factor'],
    ['{"maxAttempts":0}', 'maxAttempts'],
    ['{"maxAttempts":2.5}', 'maxAttempts'],
    ['{"maxAttempts":"5"}', 'maxAttempts'],
    ['{"baseSeconds":1e400}', 'baseSeconds'],
    ['{"stages":{"PARSING":{"baseSeconds":-5}}}', 'stages.PARSING.baseSeconds'],
    ['{"stages":{"PARSING":{"baseSeconds":7200}}}', 'stages.PARSING: baseSeconds is longer than capSeconds'],
    ['{"errorCodes":{"X":{"retry":true}}}', 'retry'],
    ['{"stage":{}}', 'stage'],
    ['[]', 'policy'],
    ['{', 'not JSON'],
  ])('refuses %s and names the fault', (json, named) => {
    expect(() => parseRetryPolicy(json)).toThrow(named);
  });
});

describe('whether a failure is retried that does not say so', () => {
  it.each([
    'PARSE_VALIDATION_ERROR',
    'VALIDATION_FAILED',
    'QUEUE_FAILED',
    'INVALID_NPI',
    'MISSING_DOB',
    'FUTURE_DATE',
    'INVALID_ICD10_FORMAT',
    'MISSING_COVERAGE',
    'invalid_npi',
  ])('never %s', (code) => {
    expect(isRetryable(failure(code), parseRetryPolicy(undefined))).toBe(false);
  });

  it.each([
    ...['PARSE', 'VALIDATION', 'ENRICHMENT', 'ATTACHMENT', 'CONVERSION', 'API_CONNECTOR'],
    ...['CALLBACK', 'RESPONSE_BUILD', 'NOTIFICATION', 'PUBLISH'],
  ])('always %s_EXCEPTION', (prefix) => {
    expect(isRetryable(failure(`${prefix}_EXCEPTION`), parseRetryPolicy(undefined))).toBe(true);
  });

  it('retries API_TIMEOUT, and codes that are on no list', () => {
    expect(isRetryable(failure('API_TIMEOUT'), parseRetryPolicy(undefined))).toBe(true);
    expect(isRetryable(failure('HTTP_503'), parseRetryPolicy(undefined))).toBe(true);
  });

  it('without a code retries mishaps, but neither verdicts on the content nor unknown types', () => {
    const policy = parseRetryPolicy(undefined);
    expect(isRetryable(failure(null), policy)).toBe(true);
    expect(isRetryable(failure(null, 'VAL_FAIL'), policy)).toBe(false);
    expect(isRetryable(failure(null, 'PARSE_FAIL'), policy)).toBe(false);
    expect(isRetryable({ ...failure(null, 'PIPELINE_FAILED'), known: false }, policy)).toBe(false);
  });

  it("goes by the policy's word on a code before the lists", () => {
    const policy = parseRetryPolicy(
      '{"errorCodes":{"QUEUE_FAILED":{"retryable":true},"HTTP_410":{"retryable":false}}}',
    );
    expect(isRetryable(failure('QUEUE_FAILED'), policy)).toBe(true);
    expect(isRetryable(failure('HTTP_410'), policy)).toBe(false);
  });
});

describe('retry fields of an event', () => {
  const failed = { eventType: 'DOWNSTREAM_FAIL', errorCode: 'API_TIMEOUT' };

  it('carry the timing where the producer states none', () => {
    expect(eventWith(failed)).toMatchObject({
      retryable: true,
      nextRetryAt: null,
      retry: { baseSeconds: 60, factor: 2, capSeconds: 3600, maxAttempts: 5, jitter: 0.25 },
    });
  });

  it('carry the stated time, and then no timing', () => {
    expect(eventWith({ ...failed, nextRetryAt: '2026-01-01T00:00:00+01:00' })).toMatchObject({
      retryable: true,
      nextRetryAt: '2025-12-31T23:00:00.000Z',
      retry: null,
    });
  });

  it('believe a stated retryable over the code', () => {
    expect(eventWith({ ...failed, retryable: false })).toMatchObject({ retryable: false, retry: null });
    expect(eventWith({ ...failed, errorCode: 'INVALID_NPI', retryable: true })).toMatchObject({
      retryable: true,
    });
  });

  it('are off for all but failures, though the running services send TRUE with every row', () => {
    for (const eventType of ['PARSE_START', 'PARSE_OK', 'CALLBACK']) {
      expect(eventWith({ eventType, retryable: true, nextRetryAt: '2026-01-01T00:00:00Z' })).toMatchObject({
        retryable: false,
        nextRetryAt: null,
        retry: null,
      });
    }
  });
});
