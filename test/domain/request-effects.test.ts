import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../lib/domain/event-catalogue.ts';
import { eventWith } from './support/message.ts';

const effectOf = (eventType: string, metadata?: object, fields: object = {}) =>
  eventWith({ eventType, metadata, ...fields });

describe('what ends a request', () => {
  it.each(['RESPONSE_OK', 'NOTIFY_OK'])('%s', (eventType) => {
    expect(effectOf(eventType)).toMatchObject({ effect: 'closes', nextStage: null });
  });

  it('WORKFLOW_COMPLETE with mode SYNC and a disposition', () => {
    expect(effectOf('WORKFLOW_COMPLETE', { mode: 'SYNC', disposition: 'APPROVED' })).toMatchObject({
      effect: 'closes',
      requestStatus: 'APPROVED',
      decided: true,
      nextStage: null,
    });
  });

  it.each([
    undefined,
    { mode: 'SYNC' },
    { mode: 'SYNC', disposition: ' ' },
    { mode: 'SYNC_PENDED_TO_ASYNC', disposition: 'APPROVED' },
    { mode: 'ASYNC_QUEUED' },
    { disposition: 'APPROVED' },
  ])('not WORKFLOW_COMPLETE with %j: it is the routing decision, and parsing comes next', (metadata) => {
    expect(effectOf('WORKFLOW_COMPLETE', metadata)).toMatchObject({
      effect: null,
      requestStatus: null,
      decided: false,
      nextStage: 'PARSING',
    });
  });

  it('a stated terminal status, and no other stated status', () => {
    const effects = ['APPROVED', 'denied', 'FAILED', 'CANCELLED', 'EXPIRED', 'PENDING', 'MAPPED'].map(
      (status) => effectOf('VAL_START', undefined, { request: { status } }).effect,
    );
    expect(effects).toEqual(['closes', 'closes', 'closes', 'closes', 'closes', null, null]);
  });

  it('no failure, whether it may be retried or not', () => {
    const failures = [...eventTypes].filter(([, { status }]) => status === 'FAILED').map(([type]) => type);
    expect(failures.map((type) => effectOf(type).effect)).toEqual(failures.map(() => null));
    expect(effectOf('VAL_FAIL', undefined, { retryable: false }).effect).toBeNull();
    expect(effectOf('RESPONSE_OK', { outcome: 'approved' }, { status: 'FAILURE' })).toMatchObject({
      effect: null,
      requestStatus: null,
      decided: false,
    });
  });

  it('nothing else in the catalogue; CALLBACK_START opens again', () => {
    const effects = [...eventTypes.keys()].map((type) => [type, effectOf(type).effect]);
    expect(effects.filter(([, effect]) => effect !== null).toSorted()).toEqual([
      ['CALLBACK_START', 'reopens'],
      ['NOTIFY_OK', 'closes'],
      ['RESPONSE_OK', 'closes'],
    ]);
  });
});

describe('what an answer means', () => {
  it.each([
    [{ outcome: 'approved', disposition: 'Certified' }, 'APPROVED', true],
    [{ outcome: 'denied', disposition: 'Not Certified' }, 'DENIED', true],
    [{ outcome: 'partial', disposition: 'Partially Certified' }, 'APPROVED', true],
    [{ outcome: 'pended', disposition: 'Pended' }, 'PENDING', false],
    [{ outcome: 'complete', disposition: 'Not Certified' }, 'DENIED', true],
    [{ disposition: 'Contact payer' }, null, false],
    [{ outcome: 7 }, null, false],
    [undefined, null, false],
  ])('RESPONSE_OK %j', (metadata, requestStatus, decided) => {
    expect(effectOf('RESPONSE_OK', metadata)).toMatchObject({ requestStatus, decided, effect: 'closes' });
  });

  it('does not take an accepted downstream call for a decision', () => {
    expect(effectOf('DOWNSTREAM_OK', { status: 'ACCEPTED', isAsync: false }).decided).toBe(false);
    expect(effectOf('CALLBACK_OK', { status: 'COMPLETED' }).decided).toBe(false);
  });
});

describe('how far the request is', () => {
  it.each([
    ['REQUEST_RECEIVED', 'RECEIVED', 'PARSING'],
    ['PARSE_OK', 'VALIDATED', 'VALIDATION'],
    ['VAL_OK', 'BUSINESS_VALIDATED', 'ENRICHMENT'],
    ['ENRICH_OK', 'ENRICHED', 'CONVERSION'],
    ['CONVERT_OK', 'MAPPED', 'API_CONNECTOR'],
    ['CALLBACK_OK', null, 'RESPONSE_BUILDER'],
    ['PARSE_START', null, null],
    ['PARSE_FAIL', null, null],
    ['ATTACH_OK', null, null],
    ['PUBLISH_OK', null, null],
  ])('after %s: status %s, next %s', (type, requestStatus, nextStage) => {
    expect(effectOf(type)).toMatchObject({ requestStatus, nextStage });
  });

  it('expects a callback only from a payer that answers later', () => {
    expect(effectOf('DOWNSTREAM_OK', { isAsync: false }).nextStage).toBe('RESPONSE_BUILDER');
    expect(effectOf('DOWNSTREAM_OK').nextStage).toBe('RESPONSE_BUILDER');
    expect(effectOf('DOWNSTREAM_OK', { isAsync: true }).nextStage).toBe('CALLBACK_HANDLER');
  });

  it('expects the next stage after a skipped one too', () => {
    expect(effectOf('ENRICH_OK', undefined, { status: 'SKIPPED' })).toMatchObject({
      requestStatus: null,
      nextStage: 'CONVERSION',
    });
  });
});

describe('priority', () => {
  it('follows hasUrgent of PARSE_OK, unless it is stated', () => {
    expect(effectOf('PARSE_OK', { hasUrgent: true }).priority).toBe('EXPEDITED');
    expect(effectOf('PARSE_OK', { hasUrgent: false }).priority).toBe('STANDARD');
    expect(effectOf('PARSE_OK', {}).priority).toBeNull();
    expect(effectOf('VAL_OK', { hasUrgent: true }).priority).toBeNull();
    expect(effectOf('PARSE_OK', { hasUrgent: true }, { request: { priority: 'standard' } }).priority).toBe(
      'STANDARD',
    );
  });
});
