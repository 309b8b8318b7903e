import { describe, expect, it } from 'vitest';
import {
  decisionSteps,
  defaultDecisionPolicy,
  lacksPolicy,
  parseDecisionPolicy,
  policyText,
} from '../../lib/domain/decision-clock.ts';
import type { DecisionEpisode } from '../../lib/domain/decision-episodes.ts';
import { RequestFold } from '../../lib/domain/request-fold.ts';
import { episodesOf } from '../../lib/domain/request-memory.ts';
import { eventWith } from './support/message.ts';

type Step = [at: string, eventType: string, metadata?: object | null, request?: object];

const PERIOD = '2026-03-';
const recordedAt = Date.parse('2026-05-01T00:00:00Z');
/** `02 10:00` is of March 2026, UTC. */
const at = (text: string) => `${PERIOD}${text.replace(' ', 'T')}:00.000Z`;
const text = (ms: number | null) =>
  ms === null ? null : new Date(ms).toISOString().slice(8, 16).replace('T', ' ');

function episodes(steps: readonly Step[], policy = defaultDecisionPolicy): DecisionEpisode[] {
  const fold = new RequestFold(null);
  for (const [when, eventType, metadata, request] of steps)
    fold.append(eventWith({ eventType, metadata, request, occurredAt: at(when) }), recordedAt);
  return episodesOf(fold.memory, 'anthem', policy);
}

function only(steps: readonly Step[], policy = defaultDecisionPolicy): DecisionEpisode {
  const [episode, ...more] = episodes(steps, policy);
  expect(more).toEqual([]);
  if (episode === undefined) throw new Error('There is none.');
  return episode;
}

const received: Step = ['02 10:00', 'REQUEST_RECEIVED'];
const urgent: Step = ['02 10:00', 'REQUEST_RECEIVED', null, { priority: 'EXPEDITED' }];
const approved: Step = ['03 10:00', 'RESPONSE_OK', { outcome: 'approved', disposition: 'Certified' }];
const denied: Step = ['03 10:00', 'RESPONSE_OK', { outcome: 'denied', disposition: 'Not Certified' }];
const pended: Step = ['02 10:01', 'RESPONSE_OK', { outcome: 'pended', disposition: 'Pended' }];

describe('what decides', () => {
  it.each<[string, Step, string | null]>([
    ['the running system’s words', approved, 'APPROVED'],
    [
      'an action, whatever FHIR’s outcome',
      ['03 10:00', 'RESPONSE_OK', { outcome: 'complete', reviewAction: 'A3' }],
      'DENIED',
    ],
    [
      'no pend that is complete to FHIR',
      ['03 10:00', 'RESPONSE_OK', { outcome: 'complete', reviewAction: 'A4' }],
      null,
    ],
    ['no partly adjudicated answer', ['03 10:00', 'RESPONSE_OK', { outcome: 'partial' }], null],
    ['HCR01', ['03 10:00', 'RESPONSE_OK', { outcome: 'complete', hcr01: 'A6' }], 'PARTIAL'],
    ['HCR01 before an outcome', ['03 10:00', 'RESPONSE_OK', { outcome: 'approved', HCR01: 'A4' }], null],
    [
      'a certification in part',
      ['03 10:00', 'RESPONSE_OK', { outcome: 'partial', disposition: 'Partially Certified' }],
      'PARTIAL',
    ],
    ['a stated status', ['03 10:00', 'VAL_OK', null, { status: 'DENIED' }], 'DENIED'],
    ['no authorization needed, by its type', ['03 10:00', 'AUTHORIZATION_NOT_REQUIRED'], 'NOT_REQUIRED'],
    [
      'a denial of which a part is certified',
      ['03 10:00', 'VAL_OK', { reviewAction: 'A2' }, { status: 'DENIED' }],
      'PARTIAL',
    ],
    [
      'a cancellation, whatever else is certified',
      ['03 10:00', 'VAL_OK', { disposition: 'Certified' }, { status: 'CANCELLED' }],
      'WITHDRAWN',
    ],
    ['a finer status', ['03 10:00', 'RESPONSE_OK', null, { status: 'partially approved' }], 'PARTIAL'],
    [
      'a synchronous answer',
      ['03 10:00', 'WORKFLOW_COMPLETE', { mode: 'SYNC', disposition: 'APPROVED' }],
      'APPROVED',
    ],
    ['no routing decision', ['03 10:00', 'WORKFLOW_COMPLETE', { mode: 'ASYNC_QUEUED' }], null],
    ['what the payer called back', ['03 10:00', 'CALLBACK_OK', { disposition: 'Certified' }], 'APPROVED'],
    [
      'no outcome of a call',
      ['03 10:00', 'DOWNSTREAM_OK', { outcome: 'approved', status: 'ACCEPTED' }],
      null,
    ],
    [
      'lines, all of them',
      ['03 10:00', 'RESPONSE_OK', { lines: { approved: 1, denied: 1, pended: 0 } }],
      'PARTIAL',
    ],
    [
      'no lines of which one pends',
      ['03 10:00', 'RESPONSE_OK', { disposition: 'Certified', lines: { approved: 1, pended: 1 } }],
      null,
    ],
    ['lines one by one', ['03 10:00', 'RESPONSE_OK', { lines: [{ reviewAction: 'A3' }, 'A3'] }], 'DENIED'],
    [
      'counts of lines',
      ['03 10:00', 'RESPONSE_OK', { linesApproved: 2, linesDenied: 0, linesPended: 0 }],
      'APPROVED',
    ],
    ['an answer under request', ['03 10:00', 'RESPONSE_OK', null, { outcome: 'approved' }], 'APPROVED'],
    ['a decision event', ['03 10:00', 'DETERMINATION', { outcome: 'approved' }], 'APPROVED'],
    ['a cancel request', ['03 10:00', 'CANCEL_REQUEST'], 'WITHDRAWN'],
    ['a duplicate that was found', ['03 10:00', 'DUPLICATE_DETECTED'], 'VOID'],
    ['a type of its own', ['03 10:00', 'DETERMINATION_MADE', { determination: 'denied' }], 'DENIED'],
    ['a cancellation', ['03 10:00', 'VAL_OK', null, { status: 'CANCELED' }], 'WITHDRAWN'],
    ['an X12 cancellation', ['03 10:00', 'RESPONSE_OK', { reviewAction: 'C' }], 'WITHDRAWN'],
    ['a cancel event', ['03 10:00', 'REQUEST_CANCELLED'], 'WITHDRAWN'],
    ['a cancel submission', ['03 10:00', 'REQUEST_RECEIVED', { requestType: 'CANCEL' }], 'WITHDRAWN'],
    ['a withdrawal', ['03 10:00', 'WITHDRAWN'], 'WITHDRAWN'],
    ['a duplicate', ['03 10:00', 'VAL_OK', { cancelReason: 'DUPLICATE' }, { status: 'CANCELLED' }], 'VOID'],
    ['a void', ['03 10:00', 'RESPONSE_OK', { disposition: 'Void' }], 'VOID'],
    ['a dismissal', ['03 10:00', 'RESPONSE_OK', { disposition: 'dismissed' }], 'DISMISSED'],
    ['no authorization required', ['03 10:00', 'RESPONSE_OK', { reviewAction: 'NA' }], 'NOT_REQUIRED'],
    [
      'no authorization required, in words',
      ['03 10:00', 'RESPONSE_OK', { disposition: 'No Authorization Required' }],
      'NOT_REQUIRED',
    ],
    ['no notification', ['03 10:00', 'NOTIFY_OK', { subscriptionCount: 1 }], null],
    ['no failure of ours', ['03 10:00', 'PIPELINE_FAILED', null, { status: 'FAILED' }], null],
    ['no expiry', ['03 10:00', 'VAL_OK', null, { status: 'EXPIRED' }], null],
    ['no answer that says nothing', ['03 10:00', 'RESPONSE_OK'], null],
    ['no contact', ['03 10:00', 'RESPONSE_OK', { reviewAction: 'CT' }], null],
  ])('%s', (_, step, resolution) => {
    const { resolution: said, resolvedAt } = only([received, step]);
    expect(said).toBe(resolution);
    expect(text(resolvedAt)).toBe(resolution && '03 10:00');
  });

  it('first, and keeps: an overturned denial is a denial, what is cancelled after its approval is approved', () => {
    expect(only([received, denied, ['05 10:00', 'RESPONSE_OK', { outcome: 'approved' }]]).resolution).toBe(
      'DENIED',
    );
    expect(only([received, approved, ['05 10:00', 'VAL_OK', null, { status: 'CANCELLED' }]]).resolution).toBe(
      'APPROVED',
    );
  });

  it.each<[string, object | undefined]>([
    ['a denial', { outcome: 'denied', disposition: 'Not Certified' }],
    ['FHIR’s error', { outcome: 'error' }],
    ['nothing', undefined],
  ])('dismisses what failed its validation and is answered with %s', (_, metadata) => {
    expect(only([received, ['02 10:01', 'VAL_FAIL'], ['02 10:02', 'RESPONSE_OK', metadata]]).resolution).toBe(
      'DISMISSED',
    );
    const corrected: Step[] = [received, ['02 10:01', 'VAL_FAIL'], ['02 10:02', 'VAL_OK'], denied];
    expect(only(corrected).resolution).toBe('DENIED');
  });

  it('decides lines when the last one is', () => {
    const steps: Step[] = [
      received,
      ['03 10:00', 'RESPONSE_OK', { lines: { approved: 1, pended: 1 } }],
      ['05 10:00', 'RESPONSE_OK', { lines: { approved: 1, denied: 1, pended: 0 } }],
    ];
    expect(only(steps)).toMatchObject({ resolution: 'PARTIAL', resolvedAt: Date.parse(at('05 10:00')) });
  });
});

describe('notice', () => {
  const told = (...steps: Step[]) => text(only([received, ...steps]).notifiedAt);
  it('is the answer, unless something else is said of it', () => {
    expect(told(approved)).toBe('03 10:00');
    expect(told(approved, ['03 10:05', 'NOTIFY_OK', { subscriptionCount: 1 }])).toBe('03 10:05');
    expect(told(approved, ['03 10:05', 'NOTIFY_OK', { subscriptionCount: 0 }])).toBe('03 10:00');
    expect(told(approved, ['03 10:05', 'NOTIFY_START'])).toBe('03 10:00');
    expect(told(['02 10:30', 'NOTIFY_OK'], approved)).toBe('03 10:00');
    expect(told([approved[0], approved[1], approved[2], { notifiedAt: at('04 09:00') }])).toBe('04 09:00');
    expect(
      told(
        ['03 10:00', 'WORKFLOW_COMPLETE', { mode: 'SYNC', disposition: 'APPROVED' }],
        ['09 10:00', 'NOTIFY_OK'],
      ),
    ).toBe('03 10:00');
  });

  it('is missing where it failed, and where the decision went no further', () => {
    expect(told(approved, ['03 10:05', 'NOTIFY_FAIL'])).toBeNull();
    expect(told(approved, ['03 10:05', 'NOTIFY_FAIL'], ['04 10:00', 'NOTIFY_OK'])).toBe('04 10:00');
    expect(told(['03 09:00', 'CALLBACK_OK', { disposition: 'Certified' }])).toBeNull();
    expect(told(['03 09:00', 'CALLBACK_OK', { disposition: 'Certified' }], approved)).toBe('03 10:00');
  });
});

describe('the clock', () => {
  const due = (...steps: Step[]) => text(only(steps).dueAt);
  it('runs 72 hours, or seven calendar days after the day of receipt', () => {
    expect(due(urgent)).toBe('05 10:00');
    expect(due(received)).toBe('09 23:59');
    expect(due(['02 10:00', 'PARSE_OK', { hasUrgent: true }])).toBe('05 10:00');
    expect(due(['02 10:00', 'REQUEST_RECEIVED', { priority: 'urgent' }])).toBe('05 10:00');
    expect(due(['02 10:00', 'REQUEST_RECEIVED', null, { priority: 'STAT' }])).toBe('05 10:00');
  });

  it('starts with the receipt that is stated, but never after the decision', () => {
    expect(
      due(['02 10:00', 'REQUEST_RECEIVED', null, { priority: 'EXPEDITED', receivedAt: at('01 09:00') }]),
    ).toBe('04 09:00');
    const episode = only([
      received,
      approved,
      ['04 10:00', 'PARSE_OK', null, { receivedAt: at('04 09:00') }],
    ]);
    expect(text(episode.receivedAt)).toBe('02 10:00');
    expect(episode.faults).toEqual(['receipt-after-decision']);
  });

  it.each<[string, Step[], string, string[]]>([
    [
      'of its own message',
      [['02 10:00', 'REQUEST_RECEIVED', null, { receivedAt: at('04 09:00') }]],
      '02 10:00',
      ['receipt-after-message'],
    ],
    [
      'in its metadata',
      [['02 10:00', 'REQUEST_RECEIVED', { receivedAt: at('20 09:00') }]],
      '02 10:00',
      ['receipt-after-message'],
    ],
    [
      'by seconds, of another clock',
      [['02 10:00', 'REQUEST_RECEIVED', null, { receivedAt: '2026-03-02T10:00:40Z' }]],
      '02 10:00',
      [],
    ],
    [
      'and decided before it',
      [['02 10:00', 'REQUEST_RECEIVED', null, { receivedAt: at('04 09:00') }], approved],
      '02 10:00',
      ['receipt-after-message'],
    ],
    [
      'beside one that was before',
      [
        ['03 10:00', 'REQUEST_RECEIVED', null, { receivedAt: at('01 09:00') }],
        ['03 10:01', 'PARSE_OK', null, { receivedAt: at('05 09:00') }],
      ],
      '01 09:00',
      ['receipt-after-message'],
    ],
    [
      'but not than the message',
      [received, ['04 10:00', 'PARSE_OK', null, { receivedAt: at('03 09:00') }]],
      '03 09:00',
      [],
    ],
  ])('takes no receipt that is later than what states it: %s', (_, steps, receivedAt, faults) => {
    const episode = only(steps);
    expect(text(episode.receivedAt)).toBe(receivedAt);
    expect(episode.faults).toEqual(faults);
  });

  it.each<[string, Step]>([
    ['its priority', ['04 10:00', 'VAL_OK', null, { priority: 'STANDARD' }]],
    ['a type of its own', ['04 10:00', 'EXPEDITE_DENIED']],
    ['the metadata', ['04 10:00', 'VAL_OK', { expediteDenied: true }]],
    ['a change of priority', ['04 10:00', 'PRIORITY_CHANGED', { from: 'EXPEDITED', to: 'STANDARD' }]],
  ])('goes on by the standard frame when an expedite request is denied by %s', (_, step) => {
    const episode = only([urgent, step]);
    expect(episode).toMatchObject({
      requestedPriority: 'EXPEDITED',
      priority: 'STANDARD',
      prioritySince: Date.parse(at('04 10:00')),
    });
    expect(text(episode.dueAt)).toBe('09 23:59');
  });

  it.each<[string, Step[]]>([
    ['a type of its own', [['03 10:00', 'EXPEDITE_DENIED']]],
    ['a flag', [['03 10:00', 'VAL_OK', { expediteDenied: true }]]],
    [
      'a flag beside the priority as requested',
      [['03 10:00', 'VAL_OK', { expediteDenied: true }, { priority: 'EXPEDITED' }]],
    ],
    [
      'a flag beside the priority as processed',
      [['03 10:00', 'VAL_OK', { downgraded: true }, { priority: 'STANDARD' }]],
    ],
    [
      'a type, the intake telling the urgency later',
      [
        ['03 10:00', 'PRIORITY_DOWNGRADED'],
        ['03 11:00', 'PARSE_OK', { hasUrgent: true }],
      ],
    ],
    [
      'a type, where services repeat a standard priority',
      [
        ['02 10:00', 'VAL_OK', null, { priority: 'STANDARD' }],
        ['02 11:00', 'PARSE_OK', { hasUrgent: true }],
        ['03 10:00', 'EXPEDITE_DENIED'],
      ],
    ],
  ])('was requested as expedited where that is denied, whatever is said of it before: by %s', (_, steps) => {
    expect(only([['02 10:00', 'REQUEST_RECEIVED'], ...steps])).toMatchObject({
      requestedPriority: 'EXPEDITED',
      priority: 'STANDARD',
      prioritySince: Date.parse(at('03 10:00')),
    });
  });

  it.each<[string, Step]>([
    ['its priority', ['04 10:00', 'VAL_OK', null, { priority: 'EXPEDITED' }]],
    [
      'a type beside the priority as requested',
      ['04 10:00', 'PRIORITY_UPGRADED', null, { priority: 'STANDARD' }],
    ],
    ['a type of its own', ['04 10:00', 'PRIORITY_UPGRADED']],
  ])('has 72 hours from when an upgrade is asked for by %s', (_, step) => {
    const first: Step = ['02 10:00', 'REQUEST_RECEIVED', null, { priority: 'STANDARD' }];
    expect(due(first, step)).toBe('07 10:00');
    expect(only([first, step])).toMatchObject({ requestedPriority: 'STANDARD', priority: 'EXPEDITED' });
  });

  it('has them from the receipt where the upgrade lies before that by its producer’s clock', () => {
    const upgraded: Step = ['01 10:00', 'PRIORITY_UPGRADED'];
    const stated: Step = ['06 10:00', 'PARSE_OK', null, { receivedAt: at('05 10:00') }];
    expect(due(['01 09:00', 'WORKFLOW_START', null, { priority: 'STANDARD' }], upgraded, stated)).toBe(
      '08 10:00',
    );
  });

  it('takes what services repeat for no change, and the intake’s urgency for how it was requested', () => {
    const states = (when: string, type: string, metadata?: object): Step => [
      when,
      type,
      metadata,
      { priority: 'STANDARD' },
    ];
    expect(
      due(
        states('02 10:00', 'REQUEST_RECEIVED'),
        ['02 10:01', 'PARSE_OK', { hasUrgent: true }],
        states('02 10:02', 'VAL_OK'),
      ),
    ).toBe('05 10:00');
    expect(due(urgent, ['02 10:01', 'PARSE_OK', { hasUrgent: false }])).toBe('05 10:00');
    expect(due(urgent, ['04 10:00', 'EXPEDITE_DENIED'], ['04 11:00', 'PARSE_OK', { hasUrgent: true }])).toBe(
      '09 23:59',
    );
  });

  it('is left alone by what is stated after the decision', () => {
    const decided = only([received, approved]);
    const later: Step[] = [
      ['04 10:00', 'VAL_OK', { plan: 'H1', drug: true }, { priority: 'EXPEDITED' }],
      ['04 10:00', 'EXTENSION_GRANTED'],
      ['04 11:00', 'RESPONSE_OK', { outcome: 'approved' }],
      ['04 12:00', 'PIPELINE_FAILED', null, { status: 'FAILED' }],
    ];
    expect(only([received, approved, ...later])).toEqual(decided);
  });

  it.each<[string, Step]>([
    ['under request', ['04 10:00', 'VAL_OK', null, { extension: { days: 14, by: 'plan' } }]],
    ['as true', ['04 10:00', 'VAL_OK', null, { extension: true }]],
    ['as a number', ['04 10:00', 'VAL_OK', null, { extension: 14 }]],
    ['in the metadata', ['04 10:00', 'VAL_OK', { extension: { days: 14, requestedBy: 'payer' } }]],
    ['as days', ['04 10:00', 'VAL_OK', { extensionDays: 14 }]],
    ['by its end', ['04 10:00', 'VAL_OK', null, { extension: { until: '2026-03-23T23:59:59Z' } }]],
    ['by a type of its own', ['04 10:00', 'EXTENSION_GRANTED', { days: 14 }]],
    ['by another type', ['04 10:00', 'TIMEFRAME_EXTENDED']],
  ])('is extended when that is stated %s', (_, step) => {
    expect(text(only([received, step]).dueAt)).toBe('23 23:59');
  });

  it('is extended once, in time, and by 14 days at most', () => {
    const extended = (when: string, days = 14): Step => [when, 'EXTENSION_GRANTED', { days }];
    const outcome = (...steps: Step[]) => {
      const { dueAt, faults } = only([received, ...steps]);
      return [text(dueAt), ...faults];
    };
    expect(outcome(extended('10 00:01'))).toEqual(['09 23:59', 'extension-after-deadline']);
    expect(outcome(extended('04 10:00', 7), extended('05 10:00', 7))).toEqual([
      '16 23:59',
      'extension-stated-twice',
    ]);
    expect(outcome(extended('04 10:00', 30))).toEqual(['23 23:59', 'extension-too-long']);
    expect(
      outcome(
        ['01 10:00', 'EXTENSION_GRANTED', { days: 7 }],
        ['03 10:00', 'PARSE_OK', null, { receivedAt: at('02 10:00') }],
      ),
    ).toEqual(['16 23:59']);
    expect(outcome(['04 10:00', 'EXTENSION_DENIED'])).toEqual(['09 23:59']);
    expect(outcome(['04 10:00', 'VAL_OK', null, { extension: { days: 0 } }])).toEqual(['09 23:59']);
    const until = (end: string): Step => ['04 10:00', 'VAL_OK', null, { extension: { until: at(end) } }];
    expect(outcome(until('08 10:00'), extended('05 10:00', 7))).toEqual([
      '16 23:59',
      'extension-before-deadline',
    ]);
    expect(outcome(until('12 23:59'))).toEqual(['12 23:59']);
    expect(
      only([received, ['04 10:00', 'VAL_OK', null, { extension: { days: 3, by: 'enrollee' } }]]),
    ).toMatchObject({
      extensionDays: 3,
      extendedBy: 'member',
    });
  });
});

describe('an extension that is taken back', () => {
  const outcome = (...steps: Step[]) => {
    const { dueAt, extensionDays, extendedAt, extendedBy, faults } = only([received, ...steps]);
    return [text(dueAt), extensionDays, text(extendedAt), extendedBy, ...faults];
  };
  const none = ['09 23:59', 0, null, null];
  const granted: Step = ['04 10:00', 'EXTENSION_GRANTED', { days: 7, by: 'plan' }];
  const asked: Step = ['04 10:00', 'EXTENSION_REQUESTED', { days: 7, extensionBy: 'member' }];

  it.each<[string, Step]>([
    ['denied', ['05 10:00', 'EXTENSION_DENIED']],
    ['a denied request', ['05 10:00', 'EXTENSION_REQUEST_DENIED_BY_PLAN']],
    ['withdrawn', ['05 10:00', 'EXTENSION_WITHDRAWN']],
    ['revoked', ['05 10:00', 'TIMEFRAME_EXTENSION_REVOKED']],
    ['by its word', ['05 10:00', 'VAL_OK', null, { extension: 'rescinded' }]],
    ['by its status', ['05 10:00', 'VAL_OK', { extension: { status: 'Cancelled', days: 14 } }]],
    ['in the clock’s grace', ['15 10:00', 'EXTENSION_WITHDRAWN']],
  ])('was none: %s', (_, step) => {
    expect(outcome(granted, step)).toEqual(none);
    expect(outcome(asked, step)).toEqual(none);
  });

  it('may be taken again, and is not by what says only that there is none', () => {
    expect(
      outcome(granted, ['05 10:00', 'EXTENSION_DENIED'], ['06 10:00', 'EXTENSION_GRANTED', { days: 3 }]),
    ).toEqual([...['12 23:59', 3, '06 10:00', null]]);
    for (const extension of [false, 'none', 'not requested', { granted: false }])
      expect(outcome(granted, ['05 10:00', 'VAL_OK', null, { extension }])[1]).toBe(7);
    expect(outcome(['03 10:00', 'EXTENSION_DENIED'], granted)[1]).toBe(7);
    expect(
      outcome(
        granted,
        ['08 10:00', 'RESPONSE_OK', { outcome: 'approved' }],
        ['09 10:00', 'EXTENSION_WITHDRAWN'],
      )[1],
    ).toBe(7);
  });

  it('stays where another one is refused that was asked for since', () => {
    const another: Step = ['05 10:00', 'EXTENSION_REQUESTED', { days: 7, extensionBy: 'provider' }];
    const refused: Step = ['06 10:00', 'EXTENSION_DENIED'];
    const stands = ['16 23:59', 7, '04 10:00', 'plan', 'extension-stated-twice'];
    expect(outcome(granted, another, refused)).toEqual(stands);
    expect(outcome(granted, another, refused, ['07 10:00', 'EXTENSION_WITHDRAWN'])).toEqual([
      ...none,
      'extension-stated-twice',
    ]);
  });

  it('is the one that was asked for where it is granted, with the fewer days', () => {
    expect(outcome(asked, ['05 10:00', 'EXTENSION_GRANTED'])).toEqual(['16 23:59', 7, '04 10:00', 'member']);
    expect(outcome(asked, ['05 10:00', 'EXTENSION_GRANTED', { days: 3 }])).toEqual([
      '12 23:59',
      3,
      '04 10:00',
      'member',
    ]);
    expect(outcome(asked, ['05 10:00', 'VAL_OK', null, { extension: { until: '2026-03-12' } }])).toEqual([
      ...['12 23:59', 3, '04 10:00', 'member'],
    ]);
    expect(outcome(asked, granted, ['06 10:00', 'EXTENSION_GRANTED'])[4]).toBe('extension-stated-twice');
  });

  it.each([
    ['EXTENSION_REQUESTED_BY_PLAN', null],
    ['EXTENSION_REQUEST_SENT', null],
    ['EXTENSION_REQUESTED_BY_MEMBER', 'member'],
    ['MEMBER_EXTENSION_REQUEST_RECEIVED', 'member'],
    ['EXTENSION_REQUEST_APPROVED_BY_PLAN', 'plan'],
  ])('is asked for by whom the type says: %s', (eventType, by) => {
    expect(only([received, ['04 10:00', eventType]]).extendedBy).toBe(by);
    expect(only([received, ['04 10:00', eventType]]).extensionDays).toBe(by === null ? 0 : 14);
  });
});

describe('what is asked for', () => {
  it('is a request still when an inquiry is sent of it later, and else what its intake or a service says', () => {
    const inquiry = (when: string): Step => [when, 'REQUEST_RECEIVED', { requestType: 'INQUIRY' }];
    expect(only([received, inquiry('03 10:00')]).kind).toBe('request');
    expect(only([inquiry('02 10:00')]).kind).toBe('inquiry');
    expect(only([received, ['02 10:01', 'PARSE_OK', null, { type: 'INQUIRY' }]]).kind).toBe('inquiry');
  });
});

describe('a policy in words', () => {
  it.each([
    ['{}', 'expedited 72 hours, standard 7 days'],
    ['{"default": "off"}', 'no timeframe'],
    [
      '{"default": {"kind": "exchange", "zone": "America/New_York"}}',
      'expedited 72 hours, standard 15 days in America/New_York',
    ],
    [
      '{"default": {"state": "CA"}, "states": {"CA": {"standardBusinessDays": 5}}}',
      'expedited 72 hours, standard 7 days, by state standard 5 business days, no holidays stated',
    ],
    [
      '{"default": {"standardBusinessDays": 3, "holidays": ["2026-12-25", "2025-12-25"], "state": "CA"}, "states": {"CA": {"expeditedHours": 24}}}',
      'expedited 72 hours, standard 3 business days, by state expedited 24 hours, holidays stated until 2026-12-25',
    ],
    ['{"default": {"state": "CA"}, "states": {"CA": {}}}', 'expedited 72 hours, standard 7 days'],
  ])('%s', (json, text) => {
    expect(policyText(parseDecisionPolicy(json).default, new Date(recordedAt))).toBe(text);
  });
});

describe('an appeal', () => {
  it.each<[string, Step[], unknown]>([
    [
      'is upheld',
      [
        ['05 10:00', 'APPEAL_RECEIVED'],
        ['06 10:00', 'APPEAL_DECIDED', { outcome: 'upheld' }],
      ],
      'upheld',
    ],
    [
      'is overturned',
      [
        ['05 10:00', 'APPEAL_FILED'],
        ['06 10:00', 'APPEAL_OVERTURNED'],
      ],
      'overturned',
    ],
    [
      'is overturned by an approval',
      [
        ['05 10:00', 'APPEAL_RECEIVED'],
        ['06 10:00', 'RESPONSE_OK', { outcome: 'approved' }],
      ],
      'overturned',
    ],
    [
      'is upheld by another denial',
      [
        ['05 10:00', 'APPEAL_RECEIVED'],
        ['06 10:00', 'RESPONSE_OK', { outcome: 'denied' }],
      ],
      'upheld',
    ],
    [
      'is overturned in part',
      [
        ['05 10:00', 'REQUEST_RECEIVED', { requestType: 'APPEAL' }],
        ['06 10:00', 'APPEAL_COMPLETED', { appealOutcome: 'partially overturned' }],
      ],
      'partial',
    ],
    [
      'is withdrawn',
      [
        ['05 10:00', 'VAL_OK', null, { appeal: true }],
        ['06 10:00', 'VAL_OK', null, { appeal: { outcome: 'withdrawn' } }],
      ],
      'withdrawn',
    ],
    [
      'is stated whole',
      [
        [
          '06 10:00',
          'RESPONSE_OK',
          { outcome: 'approved', appeal: { receivedAt: at('05 10:00'), outcome: 'overturned' } },
        ],
      ],
      'overturned',
    ],
    ['is open', [['05 10:00', 'APPEAL_RECEIVED']], null],
  ])('%s, and the denial stays', (_, steps, outcome) => {
    const episode = only([received, denied, ...steps]);
    expect(episode).toMatchObject({ resolution: 'DENIED', appealOutcome: outcome, faults: [] });
    expect(text(episode.appealedAt)).toBe('05 10:00');
    expect(text(episode.appealDecidedAt)).toBe(outcome && '06 10:00');
  });

  it('is none without a denial or a missed deadline', () => {
    const appeal: Step = ['05 10:00', 'APPEAL_RECEIVED'];
    for (const steps of [
      [received, approved, appeal],
      [received, appeal],
    ])
      expect(only(steps)).toMatchObject({ appealedAt: null, faults: ['appeal-without-denial'] });
    const missed = only([
      received,
      ['12 10:00', 'APPEAL_RECEIVED'],
      ['13 10:00', 'APPEAL_DECIDED', { outcome: 'overturned' }],
    ]);
    expect(missed).toMatchObject({ resolution: 'APPROVED', appealOutcome: 'overturned', faults: [] });
    expect(text(missed.resolvedAt)).toBe('13 10:00');
    const withdrawn = only([
      received,
      ['12 10:00', 'APPEAL_RECEIVED'],
      ['13 10:00', 'APPEAL_DECIDED', { outcome: 'withdrawn' }],
    ]);
    expect(withdrawn).toMatchObject({ resolution: null, resolvedAt: null, appealOutcome: 'withdrawn' });
  });
});

describe('an update of what is decided', () => {
  it.each<[string, Step]>([
    ['a submission of that type', ['10 10:00', 'REQUEST_RECEIVED', { requestType: 'UPDATE' }]],
    ['a continued stay', ['10 10:00', 'REQUEST_RECEIVED', null, { type: 'CONTINUED_STAY' }]],
    ['its number', ['10 10:00', 'REQUEST_RECEIVED', null, { episode: 2 }]],
    ['a type of its own', ['10 10:00', 'REQUEST_UPDATED']],
  ])('is an episode of its own by %s', (_, begun) => {
    const [first, second, ...more] = episodes([
      urgent,
      approved,
      begun,
      ['12 10:00', 'RESPONSE_OK', { outcome: 'denied' }],
    ]);
    expect(more).toEqual([]);
    expect([first?.resolution, text(first?.dueAt ?? null)]).toEqual(['APPROVED', '05 10:00']);
    expect([second?.resolution, text(second?.receivedAt ?? null), text(second?.dueAt ?? null)]).toEqual([
      'DENIED',
      '10 10:00',
      '17 23:59',
    ]);
  });

  it('was received when it says so, or came, where it only repeats an earlier receipt', () => {
    const receivedOf = (receipt: string) =>
      text(
        episodes([received, approved, ['10 10:00', 'REQUEST_UPDATED', null, { receivedAt: at(receipt) }]])[1]
          ?.receivedAt ?? null,
      );
    expect([receivedOf('02 09:00'), receivedOf('02 10:00'), receivedOf('02 10:01')]).toEqual([
      '10 10:00',
      '10 10:00',
      '02 10:01',
    ]);
  });

  it('has the priority that comes with it, and no other', () => {
    const asked: Step = ['10 10:00', 'REQUEST_UPDATED', null, { priority: 'EXPEDITED' }];
    const [, second] = episodes([received, approved, asked]);
    expect([second?.priority, second?.requestedPriority, text(second?.dueAt ?? null)]).toEqual([
      'EXPEDITED',
      'EXPEDITED',
      '13 10:00',
    ]);
  });

  it('is none while the first is undecided', () => {
    expect(
      episodes([
        received,
        pended,
        ['05 10:00', 'REQUEST_RECEIVED', { requestType: 'UPDATE' }],
        ['06 10:00', 'RESPONSE_OK', { outcome: 'approved' }],
      ]),
    ).toHaveLength(1);
  });
});

describe('what a request is', () => {
  it.each<[object | null, object | undefined, Partial<DecisionEpisode>]>([
    [{ plan: 'H1234' }, undefined, { plan: 'H1234' }],
    [{ plan_id: 'H1234' }, undefined, { plan: 'H1234' }],
    [null, { plan: 'H1234', delegate: 'evicore' }, { plan: 'H1234', delegate: 'evicore' }],
    [{ drug: true }, undefined, { drugs: 'medical' }],
    [null, { drug: 'part-b' }, { drugs: 'medical' }],
    [{ drugs: 'pharmacy' }, undefined, { drugs: 'pharmacy' }],
    [{ isDrug: 'false' }, undefined, { drugs: 'none' }],
    [{ drug: 'none' }, undefined, { drugs: 'none' }],
    [{ category: 'DRUG' }, undefined, { drugs: 'medical' }],
    [null, { type: 'DRUG' }, { drugs: 'medical' }],
    [{ requestType: 'INQUIRY' }, undefined, { kind: 'inquiry' }],
    [null, { type: 'PAS_NOTIFICATION' }, { kind: 'notification' }],
    [null, { type: 'retrospective' }, { kind: 'retrospective' }],
    [{ requestType: 'SUBMIT' }, { type: 'PAS_SUBMIT' }, { kind: 'request' }],
  ])('is read from %j and %j', (metadata, request, expected) => {
    expect(only([['02 10:00', 'REQUEST_RECEIVED', metadata, request]])).toMatchObject(expected);
  });
});

describe('a plan’s policy', () => {
  const due = (policy: object, ...steps: Step[]) => {
    const { dueAt } = only(steps, parseDecisionPolicy(JSON.stringify(policy)));
    return dueAt === null ? null : new Date(dueAt).toISOString();
  };
  const ofPlan = (when: string, request: object = {}): Step => [
    when,
    'REQUEST_RECEIVED',
    null,
    { plan: 'H1', ...request },
  ];

  it('counts days of its zone, across a change of clocks', () => {
    const plans = { H1: { zone: 'America/New_York' } };
    // Received at 23:30 of the first in New York, which is the second in UTC; clocks go forward on the eighth.
    expect(due({ plans }, ofPlan('02 04:30'))).toBe('2026-03-09T03:59:59.999Z');
    expect(due({ plans: { H1: { zone: 'UTC' } } }, ofPlan('02 04:30'))).toBe('2026-03-09T23:59:59.999Z');
    expect(due({ plans }, ofPlan('02 04:30', { priority: 'EXPEDITED' }))).toBe('2026-03-05T04:30:00.000Z');
  });

  it.each([
    ['2028-02-25T10:00:00Z', '2028-03-03T23:59:59.999Z'],
    ['2028-02-29T23:59:59Z', '2028-03-07T23:59:59.999Z'],
    ['2026-02-25T10:00:00Z', '2026-03-04T23:59:59.999Z'],
  ])('counts a leap day where there is one: %s', (received, dueAt) => {
    const asked = { tenant: 'anthem', plan: null, kind: 'request', drugs: 'none', priority: null } as const;
    const clock = {
      requestedPriority: null,
      prioritySince: null,
      clockStartedAt: new Date(received),
      extensionDays: 0,
      extendedAt: null,
    };
    expect(decisionSteps({ ...asked, ...clock }, defaultDecisionPolicy)?.dueAt.toISOString()).toBe(dueAt);
  });

  it('says of which plan nobody has said anything, once plans are named', () => {
    const policy = parseDecisionPolicy('{"tenants":{"carelon":{}},"plans":{"H1":{}}}');
    expect(lacksPolicy(policy, 'anthem', 'h1')).toBe(false);
    expect(lacksPolicy(policy, 'carelon', 'H2')).toBe(false);
    expect(lacksPolicy(policy, 'anthem', 'H2')).toBe(true);
    expect(lacksPolicy(defaultDecisionPolicy, 'anthem', 'H2')).toBe(false);
  });

  it('counts business days by its calendar', () => {
    const plans = { H1: { standardBusinessDays: 5, holidays: ['2026-03-04'] } };
    expect(due({ plans }, ofPlan('02 10:00'))).toBe('2026-03-10T23:59:59.999Z');
    expect(due({ plans }, ofPlan('07 10:00'))).toBe('2026-03-13T23:59:59.999Z');
  });

  it('is that of an exchange plan, of drugs, of its state, and of the time', () => {
    expect(due({ plans: { H1: { kind: 'exchange' } } }, ofPlan('02 10:00'))).toBe('2026-03-17T23:59:59.999Z');
    expect(due({}, ofPlan('02 10:00', { drug: 'medical' }))).toBe('2026-03-05T10:00:00.000Z');
    expect(due({}, ofPlan('02 10:00', { drug: 'pharmacy' }))).toBeNull();
    const states = { TX: { standardBusinessDays: 3, expeditedHours: 24 } };
    expect(due({ plans: { H1: { state: 'TX' } }, states }, ofPlan('02 10:00'))).toBe(
      '2026-03-05T23:59:59.999Z',
    );
    expect(
      due({ plans: { H1: { state: 'TX' } }, states }, ofPlan('02 10:00', { priority: 'EXPEDITED' })),
    ).toBe('2026-03-03T10:00:00.000Z');
    const periods = [{ from: '2026-03-02', standardDays: 10 }];
    expect(due({ plans: { H1: { standardDays: 20, periods } } }, ofPlan('01 23:59'))).toBe(
      '2026-03-21T23:59:59.999Z',
    );
    expect(due({ plans: { H1: { standardDays: 20, periods } } }, ofPlan('02 00:00'))).toBe(
      '2026-03-12T23:59:59.999Z',
    );
    expect(due({ tenants: { anthem: 'off' } }, ofPlan('02 10:00'))).toBeNull();
  });

  it.each<[string, object, string, string]>([
    [
      'of a state that speaks of expedited requests alone',
      { standardDays: 14, state: 'TX' },
      '2026-03-02',
      '2026-03-16',
    ],
    ['of such a state, before 2026', { state: 'TX' }, '2025-12-01', '2025-12-15'],
    [
      'of a plan with a rating period to come, before 2026',
      { periods: [{ from: '2026-07-01', expeditedHours: 24 }] },
      '2025-12-01',
      '2025-12-15',
    ],
    [
      'of it, since 2026',
      { periods: [{ from: '2025-07-01', expeditedHours: 24 }] },
      '2026-03-02',
      '2026-03-09',
    ],
    [
      'of a period before 2026 that says nothing of it',
      { periods: [{ from: '2025-07-01', expeditedHours: 24 }] },
      '2025-12-01',
      '2025-12-15',
    ],
    [
      'of an exchange plan with such a period',
      { kind: 'exchange', periods: [{ from: '2025-07-01', expeditedHours: 24 }] },
      '2025-12-01',
      '2025-12-16',
    ],
  ])('keeps the standard frame where nothing is stated of it: %s', (_, plan, received, day) => {
    const policy = parseDecisionPolicy(
      JSON.stringify({ plans: { H1: plan }, states: { TX: { expeditedHours: 24 } } }),
    );
    const asked = { tenant: 'anthem', plan: 'H1', kind: 'request', drugs: 'none', priority: null } as const;
    const clock = { requestedPriority: null, prioritySince: null, extensionDays: 0, extendedAt: null };
    const steps = decisionSteps(
      { ...asked, ...clock, clockStartedAt: new Date(`${received}T10:00:00Z`) },
      policy,
    );
    expect(steps?.dueAt.toISOString().slice(0, 10)).toBe(day);
  });

  it('was 14 days before 2026', () => {
    const fold = new RequestFold(null);
    fold.append(
      eventWith({ eventType: 'REQUEST_RECEIVED', occurredAt: '2025-12-31T23:00:00Z' }),
      Date.parse('2026-01-01T00:00:00Z'),
    );
    expect(episodesOf(fold.memory, 'anthem', defaultDecisionPolicy)[0]?.dueAt).toBe(
      Date.parse('2026-01-14T23:59:59.999Z'),
    );
  });

  it.each<[object, string]>([
    [{ plans: { H1: { zone: 'America/Springfield' } } }, 'plans.H1.zone: is not a time zone that exists'],
    [
      { plans: { H1: null } },
      'plans.H1: has no policy: state "off", or an object such as {"expeditedHours": 72, "standardDays": 7}',
    ],
    [{ plans: { H1: { zone: 5 } } }, 'plans.H1.zone: Invalid input: expected string, received number'],
    [
      { tenants: { anthem: { standardDays: '7' } } },
      'tenants.anthem.standardDays: Invalid input: expected number, received string',
    ],
    [{ plans: { H1: { kind: 'Exchange' } } }, 'plans.H1.kind: is neither "impacted" nor "exchange"'],
    [{ plans: { H1: { standardDays: 1.5 } } }, 'plans.H1.standardDays: is not a whole number'],
    [
      { plans: { H1: { standardDays: 7, standardHours: 3 } } },
      'plans.H1: states the standard time more than once',
    ],
    [
      { states: { TX: { standardDays: 7, standardHours: 3 } } },
      'states.TX: states the standard time more than once',
    ],
    [
      { plans: { H1: { drugs: { medical: { standardDays: 7, standardHours: 3 } } } } },
      'plans.H1.drugs.medical: states the standard time more than once',
    ],
    [{ plans: { H1: { holidays: ['2026-02-30'] } } }, 'plans.H1.holidays.0: is not a day such as 2026-12-25'],
    [
      { tenants: { anthem: { state: 'TX' } } },
      'tenants.anthem.state: names a state that states has no times for',
    ],
  ])('%j is refused in one sentence', (policy, fault) => {
    expect(() => parseDecisionPolicy(JSON.stringify(policy))).toThrow(
      `The decision policies are not valid; correct ${fault}.`,
    );
  });
});
