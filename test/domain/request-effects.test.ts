import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../lib/domain/event-catalogue.ts';
import { answerIn, requestEffects } from '../../lib/domain/request-effects.ts';
import { eventWith } from './support/message.ts';

const effectOf = (eventType: string, metadata?: object, fields: object = {}) =>
  requestEffects(eventWith({ eventType, metadata, ...fields }));

describe('what an event does to its request’s life', () => {
  it('RESPONSE_OK answers it', () => {
    expect(effectOf('RESPONSE_OK')).toMatchObject({ effect: 'answers', nextStage: null });
  });

  it('WORKFLOW_COMPLETE with mode SYNC and an answer answers it', () => {
    for (const answer of [{ disposition: 'APPROVED' }, { reviewAction: 'A1' }, { outcome: 'approved' }])
      expect(effectOf('WORKFLOW_COMPLETE', { mode: 'SYNC', ...answer })).toMatchObject({
        effect: 'answers',
        status: 'APPROVED',
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
  ])('WORKFLOW_COMPLETE with %j is the routing decision, and parsing comes next', (metadata) => {
    expect(effectOf('WORKFLOW_COMPLETE', metadata)).toMatchObject({
      effect: null,
      status: null,
      nextStage: 'PARSING',
    });
  });

  it('a stated terminal status ends it, in either spelling, and no other stated status', () => {
    const stated = [
      'APPROVED',
      'denied',
      'FAILED',
      'CANCELLED',
      'canceled',
      'EXPIRED',
      'PENDING',
      'pended',
      'MAPPED',
    ];
    const effects = stated.map((status) => effectOf('VAL_START', undefined, { request: { status } }).effect);
    expect(effects).toEqual(['ends', 'ends', 'ends', 'ends', 'ends', 'ends', null, null, null]);
  });

  it('no failure does anything, whether it may be retried or not', () => {
    const failures = [...eventTypes].filter(([, { status }]) => status === 'FAILED').map(([type]) => type);
    expect(failures.map((type) => effectOf(type).effect)).toEqual(failures.map(() => null));
    expect(effectOf('VAL_FAIL', undefined, { retryable: false }).effect).toBeNull();
    expect(effectOf('RESPONSE_OK', { outcome: 'approved' }, { status: 'FAILURE' })).toMatchObject({
      effect: null,
      status: null,
    });
  });

  it('nothing else in the catalogue; CALLBACK_START opens again what pended, NOTIFY_OK ends what is decided', () => {
    const effects = [...eventTypes.keys()].map((type) => [type, effectOf(type).effect]);
    expect(effects.filter(([, effect]) => effect !== null).toSorted()).toEqual([
      ['CALLBACK_START', 'reopens'],
      ['NOTIFY_OK', 'notifies'],
      ['RESPONSE_OK', 'answers'],
    ]);
  });
});

describe('what an answer means', () => {
  it.each([
    // The running system's own words.
    [{ outcome: 'approved', disposition: 'Certified' }, 'APPROVED'],
    [{ outcome: 'denied', disposition: 'Not Certified' }, 'DENIED'],
    [{ outcome: 'partial', disposition: 'Partially Certified' }, 'APPROVED'],
    [{ outcome: 'pended', disposition: 'Pended' }, 'PENDING'],
    [{ outcome: 'approved' }, 'APPROVED'],
    [{ outcome: 'Approved' }, 'APPROVED'],
    // The action or the disposition decides, FHIR's outcome does not.
    [{ outcome: 'complete', disposition: 'Not Certified' }, 'DENIED'],
    [{ outcome: 'complete', reviewAction: 'A4' }, 'PENDING'],
    [{ outcome: 'partial', reviewAction: 'A4' }, 'PENDING'],
    [{ outcome: 'approved', reviewAction: 'A3' }, 'DENIED'],
    [{ outcome: 'complete', reviewAction: { coding: [{ code: 'A1' }] } }, 'APPROVED'],
    [{ outcome: 'complete', reviewActionCode: 'a6' }, 'APPROVED'],
    [{ outcome: 'A2' }, 'APPROVED'],
    [{ outcome: 'A3 - Not certified' }, 'DENIED'],
    [{ outcome: 'C' }, 'CANCELLED'],
    [{ outcome: 'NA' }, 'CANCELLED'],
    [{ outcome: 'queued' }, 'PENDING'],
    // Spellings.
    [{ outcome: 'canceled' }, 'CANCELLED'],
    [{ outcome: 'Cancelled' }, 'CANCELLED'],
    [{ disposition: 'NOT_CERTIFIED' }, 'DENIED'],
    [{ disposition: 'ＡＰＰＲＯＶＥＤ' }, 'APPROVED'],
    [{ reviewAction: 'A1,A1' }, 'APPROVED'],
    [{ reviewAction: 'A4 - Pended, see Q4' }, 'PENDING'],
    [{ disposition: 'not-certified' }, 'DENIED'],
    [{ disposition: ' Partially  approved ' }, 'APPROVED'],
    [{ reviewAction: 'A1 Certified in total' }, 'APPROVED'],
    [{ reviewAction: 'A3 - not medically necessary' }, 'DENIED'],
    [{ reviewAction: 'A4 - not enough records' }, 'PENDING'],
    [{ reviewAction: 'A1', HCR01: 'a1', reviewActionCode: 'Approved' }, 'APPROVED'],
    [{ reviewAction: 'a3/not certified', outcome: 'approved' }, 'DENIED'],
    // As FHIR nests codes: what is understood among them counts, texts only where there is no code.
    [{ reviewAction: { coding: [{ system: 'urn:x', code: 'zz' }, { code: 'A4' }] } }, 'PENDING'],
    [{ reviewAction: [{ coding: [{ code: 'A3' }] }], outcome: 'complete' }, 'DENIED'],
    [
      { reviewAction: { extension: [{ url: 'u', valueCodeableConcept: { coding: [{ code: 'A4' }] } }] } },
      'PENDING',
    ],
    [{ outcome: 'approved', disposition: { text: 'Pended' } }, 'PENDING'],
    [{ outcome: 'denied', reviewAction: [] }, 'DENIED'],
    // By names spelled otherwise, and one level further down.
    [{ OUTCOME: 'pended' }, 'PENDING'],
    [{ Disposition: 'Not Certified', Outcome: 'complete' }, 'DENIED'],
    [{ review_action: 'A4', outcome: 'approved' }, 'PENDING'],
    [{ claimResponse: { outcome: 'queued' } }, 'PENDING'],
    [{ lines: [{ reviewAction: { coding: [{ code: 'A1' }] } }, { reviewAction: 'A3' }] }, 'APPROVED'],
    // As a flag of its own.
    [{ approved: true }, 'APPROVED'],
    [{ Approved: false, denied: 'yes' }, 'DENIED'],
    [{ pended: true, outcome: 'approved' }, 'APPROVED'],
  ])('RESPONSE_OK %j', (metadata, status) => {
    expect(effectOf('RESPONSE_OK', metadata)).toMatchObject({ status, effect: 'answers', unclear: false });
  });

  it.each([
    { disposition: 'Contact payer' },
    { reviewAction: 'CT' },
    { outcome: 'complete' },
    { outcome: 'partial' },
    { outcome: 'error' },
    { outcome: 7 },
    { outcome: true },
    { reviewAction: 'Z9', disposition: 'ask again' },
    { disposition: {} },
    { reviewAction: 'A5' },
    { reviewAction: ['A1', 'A3'] },
    { reviewAction: 'A1,A3' },
    { disposition: 'A1 | A4' },
    { outcome: 'A1/A3' },
    { reviewAction: 'A1 - Not Certified' },
    { outcome: 'genehmigt' },
    { outcome: 'aprobado' },
    { reviewAction: { coding: [{ code: 'zz', display: 'Approved' }] } },
    { Outcome: 'as discussed' },
    { first: { outcome: 'approved' }, second: { outcome: 'denied' } },
    // Two names of the action that differ.
    { reviewAction: 'A1', HCR01: 'A3' },
    { reviewAction: 'A1', reviewActionCode: 'A3' },
    { hcr: { reviewAction: 'A1', HCR01: 'A4' } },
    // What asks, takes back or negates what it names.
    { disposition: 'approved?' },
    { disposition: '!approved' },
    { reviewAction: 'A1?' },
    { reviewAction: 'A3 overturned' },
    { reviewAction: 'A1 revoked' },
    { reviewAction: 'A1 not granted' },
    { disposition: 'not denied' },
    { disposition: 'approval denied' },
    { disposition: 'denial overturned' },
    { disposition: 'Unapproved' },
    { disposition: 'Approved pending records' },
    { disposition: 'to be approved' },
    // Words of another thing than the request, and codes of another list.
    { outcome: 'complete', preAuthRef: 'AUTH0001' },
    { outcome: 'complete', disposition: 'Claim settled as per contract' },
    { outcome: 'complete', item: [{ adjudication: [{ category: { coding: [{ code: 'A1' }] } }] }] },
    { outcome: 'error', error: [{ code: 'A3' }] },
    { reviewAction: 'A 1' },
    { reviewAction: 'A11' },
    { reviewAction: [['A1'], ['A3']] },
    { decision: 'not yet approved' },
    { decision: { status: 'approved' } },
    { determination: 'maybe' },
    // That it is not approved does not say what it is.
    { approved: false },
    { approved: true, denied: true },
  ])('RESPONSE_OK %j was stated and decides nothing', (metadata) => {
    expect(effectOf('RESPONSE_OK', metadata)).toMatchObject({
      status: null,
      effect: 'answers',
      unclear: true,
    });
  });

  it.each([undefined, {}, { outcome: null }, { outcome: '', disposition: ' ' }])(
    'RESPONSE_OK %j states no answer',
    (metadata) => {
      expect(effectOf('RESPONSE_OK', metadata)).toMatchObject({ status: null, unclear: false });
    },
  );

  it('does not take an accepted downstream call for a decision', () => {
    expect(effectOf('DOWNSTREAM_OK', { status: 'ACCEPTED', isAsync: false }).status).toBe('SENT_DOWNSTREAM');
    expect(effectOf('CALLBACK_OK', { status: 'COMPLETED' }).status).toBeNull();
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
  ])('after %s: status %s, next %s', (type, status, nextStage) => {
    expect(effectOf(type)).toMatchObject({ status, nextStage });
  });

  it('expects a callback only from a payer that answers later', () => {
    expect(effectOf('DOWNSTREAM_OK', { isAsync: false }).nextStage).toBe('RESPONSE_BUILDER');
    expect(effectOf('DOWNSTREAM_OK').nextStage).toBe('RESPONSE_BUILDER');
    expect(effectOf('DOWNSTREAM_OK', { isAsync: true }).nextStage).toBe('CALLBACK_HANDLER');
  });

  it('expects the next stage after a skipped one too', () => {
    expect(effectOf('ENRICH_OK', undefined, { status: 'SKIPPED' })).toMatchObject({
      status: null,
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

it.each([
  [{ approved: 2, denied: 0 }, 'approved'],
  [{ approved: 0, denied: 1 }, 'denied'],
  [{ approved: 1, denied: 1 }, 'partial'],
  [{ approved: 0, denied: 1, modified: 1 }, 'partial'],
  [{ approved: 1, denied: 1, pended: 1 }, 'pended'],
])('lines %j come to %s', (lines, answer) => {
  expect(answerIn(eventWith({ eventType: 'RESPONSE_OK', request: { lines } }))).toBe(answer);
});
