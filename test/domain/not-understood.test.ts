import { describe, expect, it } from 'vitest';
import { eventWith, read, refusalWith } from './support/message.ts';

const lengthAsDays = 'Send the length as "days", or the end as "until".';
const isoWithZone = expect.stringMatching(/^Send ISO 8601 with a zone, such as /);

describe('what is stated of a decision and not understood', () => {
  it.each([
    [{ extension: { days: 14, at: 'yesterday' } }, '/extension/at', 'timestamp', isoWithZone],
    [{ extension: { days: 14, noticeAt: 1_772_618_400 } }, '/extension/noticeAt', 'timestamp', isoWithZone],
    [{ extension: { until: '2026-03-15 10:00' } }, '/extension/until', 'timestamp', isoWithZone],
    [{ extension: { until: '2026-02-30' } }, '/extension/until', 'timestamp', isoWithZone],
    [{ extension: { days: 'fourteen' } }, '/extension/days', 'range', 'Send a number of days.'],
    [{ extension: { days: -3 } }, '/extension/days', 'range', 'Send a number of days.'],
    [{ extension: { days: 14, status: 'pdf' } }, '/extension/status', 'extension', expect.any(String)],
    [{ extension: { hours: 48 } }, '/extension/hours', 'extension', lengthAsDays],
    [{ extension: { duration: 'PT48H' } }, '/extension/duration', 'extension', lengthAsDays],
    [{ extension: { weeks: 2, by: 'plan' } }, '/extension/weeks', 'extension', lengthAsDays],
    [{ extension: { value: 48, unit: 'h' } }, '/extension/value', 'extension', lengthAsDays],
    [{ extension: { newDueDate: '2026-03-15' } }, '/extension/newDueDate', 'extension', expect.any(String)],
    [{ extension: { days: '0x0e' } }, '/extension/days', 'range', 'Send a number of days.'],
    [{ extension: '15.03.2026' }, '/extension', 'extension', 'Send it as {"days":14,"by":"plan"}.'],
    [{ extension: 'pdf' }, '/extension', 'extension', expect.any(String)],
    [{ extended_until: 'soon' }, '/extended_until', 'timestamp', isoWithZone],
    [{ appeal: { receivedAt: '20.03.2026' } }, '/appeal/receivedAt', 'timestamp', isoWithZone],
    [{ appeal: { filedAt: [2026, 3, 20] } }, '/appeal/*', 'timestamp', isoWithZone],
    [{ appeal: { outcome: 'upheld', decidedAt: 5 } }, '/appeal/decidedAt', 'timestamp', isoWithZone],
    [{ appeal: { outcome: 'maybe' } }, '/appeal/outcome', 'one-of', expect.stringContaining('overturned')],
    [{ appeal: { status: 'pdf' } }, '/appeal/status', 'appeal', expect.any(String)],
    [{ appeal: { receivedDate: '2026-03-20' } }, '/appeal/receivedDate', 'timestamp', isoWithZone],
    [{ appeal: '20.03.2026' }, '/appeal', 'appeal', expect.any(String)],
    [{ appealReceivedAt: 'soon' }, '/appealReceivedAt', 'timestamp', isoWithZone],
    [{ notified_at: 'soon' }, '/notified_at', 'timestamp', isoWithZone],
    [{ received_at: 'soon' }, '/received_at', 'timestamp', isoWithZone],
    [{ planId: 'x'.repeat(65) }, '/planId', 'max-length', expect.any(String)],
    [{ lines: { approved: 'two' } }, '/lines/approved', 'range', 'Send a number of lines.'],
    [{ lines: { approved: 1.5 } }, '/lines/approved', 'range', 'Send a number of lines.'],
    [{ lines: { total: 3 } }, '/lines/total', 'range', 'Send a number of lines.'],
    [{ isDrug: 'unknown' }, '/isDrug', 'one-of', 'Send one of none, medical, pharmacy, true, false.'],
    [{ expediteDenied: 'perhaps' }, '/expediteDenied', 'type', 'Send true or false.'],
    [{ newPriority: 'rush' }, '/newPriority', 'one-of', 'Send one of EXPEDITED, STANDARD.'],
    [{ lines: 3 }, '/lines', 'one-of', expect.stringContaining('"approved":2')],
  ])('is refused under request: %j', (request, path, rule, hint) => {
    expect(refusalWith({ eventType: 'VAL_OK', request })).toMatchObject({
      code: 'FIELD_INVALID',
      path: `/request${path}`,
      rule,
      hint,
    });
  });

  it('is refused in an envelope by its path there', () => {
    const data = { tenant: 'anthem', pagwId: 'P', eventType: 'VAL_OK', request: { appeal: { at: 'soon' } } };
    expect(read([{ specversion: '1.0', id: 'e', data }]).rejections).toMatchObject([
      { path: '/0/data/request/appeal/at' },
    ]);
  });

  it.each([
    [{ extensionUntil: '2026-03-15 10:00', extensionDays: 3 }, '/metadata/extensionUntil', { days: 3 }],
    [{ extension: 'pdf' }, '/metadata/extension', undefined],
    [{ extension: { days: 14, at: 5 } }, '/metadata/extension/at', { days: 14 }],
    [{ extension: { until: 'soon' } }, '/metadata/extension/until', undefined],
  ])('is told in metadata, and counts for nothing: %j', (metadata, path, extension) => {
    const { events } = read({ tenant: 'anthem', pagwId: 'P', eventType: 'VAL_OK', metadata });
    expect(events[0]?.doubts).toMatchObject([{ path }]);
    expect(events[0]?.stated?.extension).toEqual(extension);
    for (const { path, didYouMean } of events[0]?.doubts ?? [])
      expect(Math.max(path.length, didYouMean.length)).toBeLessThanOrEqual(128);
  });

  it('is told of an appeal in metadata, which stays an appeal', () => {
    const metadata = { appealOutcome: 'maybe', appeal: { receivedAt: 5 }, deliveredAt: '2026-03-15 10:00' };
    const { events } = read({ tenant: 'anthem', pagwId: 'P', eventType: 'VAL_OK', metadata });
    expect(events[0]?.doubts?.map(({ path }) => path).toSorted()).toEqual([
      '/metadata/appeal/receivedAt',
      '/metadata/appealOutcome',
      '/metadata/deliveredAt',
    ]);
    expect(events[0]?.stated).toEqual({ appeal: {} });
  });
});

describe('an answer that nobody understands', () => {
  it.each([
    ['RESPONSE_OK', { metadata: { disposition: 'Rejected' } }, '/metadata/disposition'],
    ['RESPONSE_OK', { metadata: { reviewAction: 'A5', disposition: 'Certified' } }, '/metadata/reviewAction'],
    ['RESPONSE_OK', { metadata: { reviewAction: ['A1', 'A3'] } }, '/metadata/reviewAction'],
    ['RESPONSE_OK', { metadata: { outcome: 'complete' } }, '/metadata/outcome'],
    ['RESPONSE_OK', { metadata: { result: { disposition: 'Rejected' } } }, '/metadata/result/disposition'],
    ['RESPONSE_OK', { request: { reviewActionCode: 'A7' } }, '/request/reviewActionCode'],
    ['RESPONSE_OK', { request: { lines: ['A1', 'Rejected'] } }, '/request/lines'],
    ['CALLBACK_OK', { metadata: { disposition: 'Rejected' } }, '/metadata/disposition'],
    ['DOWNSTREAM_OK', { metadata: { reviewAction: 'Z9' } }, '/metadata/reviewAction'],
    ['DETERMINATION_MADE', { metadata: { decision: 'Rejected' } }, '/metadata/decision'],
  ])('is recorded, and told by its sender: %s %j', (eventType, fields, path) => {
    expect(eventWith({ eventType, ...fields })).toMatchObject({
      doubts: [{ path, didYouMean: expect.stringContaining('A1, A2, A3') }],
    });
  });

  it.each([
    ['RESPONSE_OK', { reviewAction: 'CT' }],
    ['RESPONSE_OK', { reviewAction: 'A1', disposition: 'Rejected' }],
    ['RESPONSE_OK', { outcome: 'approved' }],
    ['RESPONSE_OK', null],
    ['CALLBACK_OK', { outcome: 'SUCCESS' }],
    ['VAL_OK', { disposition: 'Rejected' }],
  ])('is none of %s %j', (eventType, metadata) => {
    expect(eventWith({ eventType, metadata })).not.toHaveProperty('doubts');
  });
});

describe('a field of the request', () => {
  it('that is near a known one is told with what it most likely means; other spellings and others are not', () => {
    const request = {
      ...{ Priority: 'EXPEDITED', recievedAt: '2026-03-20T10:00:00Z', payload: { bukket: 'b' } },
      ...{ planId: 'H1', is_drug: false, HCR01: 'A1', favouriteColour: 'x', extension_days: 3 },
      ...{ extension: { days: 3, untill: '2026-03-20' }, appeal: { filed_at: '2026-03-20T10:00:00Z' } },
      ...{ lines: { approved: 1, aproved: 2 } },
    };
    const { events } = read({ tenant: 'anthem', pagwId: 'P', eventType: 'VAL_OK', request });
    expect(events[0]?.doubts).toEqual([
      { path: '/request/Priority', didYouMean: 'priority' },
      { path: '/request/recievedAt', didYouMean: 'receivedAt' },
      { path: '/request/payload/bukket', didYouMean: 'bucket' },
      { path: '/request/extension/untill', didYouMean: 'until' },
      { path: '/request/lines/aproved', didYouMean: 'approved' },
    ]);
  });

  it.each([
    [{ eventTyp: 'VAL_OK', pagwId: 'P' }, '/eventType', 'eventType'],
    [{ eventType: 'VAL_OK', pagw_id: 'P' }, '/pagwId', 'pagwId'],
    [{ eventType: null, event_type: 'VAL_OK', pagwId: 'P' }, '/eventType', 'eventType'],
    [
      { eventType: 'VAL_OK', pagwId: 'P', request: { lines: { aproved: 2 } } },
      '/request/lines/*',
      'approved',
    ],
    [
      { eventType: 'VAL_OK', pagwId: 'P', request: { extension: { dayss: 2 } } },
      '/request/extension/*',
      'days',
    ],
    [
      { eventType: 'VAL_OK', pagwId: 'P', request: { extension: { untill: '2026-03-20' } } },
      '/request/extension/*',
      'until',
    ],
  ])('is named where the field that it stands for is missing: %j', (event, path, name) => {
    const end = new RegExp(` A field there is misspelt: did you mean ${name}\\?$`);
    const refusals = { rejections: [{ path, hint: expect.stringMatching(end) }] };
    expect(read({ tenant: 'anthem', ...event })).toMatchObject(refusals);
    const data = read({ specversion: '1.0', id: 'e', data: { tenant: 'anthem', ...event } });
    expect(data.rejections).toMatchObject([{ path: `/data${path}`, hint: expect.stringMatching(end) }]);
  });

  it('is not named for a field that is missing beside it and is not meant', () => {
    const { rejections } = read({ tenant: 'anthem', eventTyp: 'VAL_OK', eventType: 'VAL_OK' });
    expect(rejections).toMatchObject([{ path: '/pagwId', hint: expect.not.stringContaining('misspelt') }]);
  });
});

describe('what is understood', () => {
  it.each([
    [{ extension: '2026-03-15' }, { extension: { days: 14, until: '2026-03-15' } }],
    [
      { extension: '2026-03-15T10:00:00+01:00' },
      { extension: { days: 14, until: '2026-03-15T09:00:00.000Z' } },
    ],
    [{ extension_until: '2026-03-15' }, { extension: { days: 14, until: '2026-03-15' } }],
    [{ appealFiledAt: '2026-03-20T10:00:00Z' }, { appeal: { receivedAt: '2026-03-20T10:00:00.000Z' } }],
    [{ extension: 'granted' }, { extension: { days: 14 } }],
    [{ extension: '7' }, { extension: { days: 7 } }],
    [{ extension: { days: 7, status: 'approved', at: ' ' } }, { extension: { days: 7 } }],
    [{ extension: 'denied' }, { extension: { days: 0 } }],
    [{ extension: 'none' }, null],
    [{ extension: false }, null],
    [{ extension: { days: 0 } }, null],
    [{ extension: [{ url: 'http://fhir' }] }, null],
    [{ extension: { url: 'http://fhir', status: 'x' } }, null],
    [{ appeal: '2026-03-20T10:00:00Z' }, { appeal: { receivedAt: '2026-03-20T10:00:00.000Z' } }],
    [{ appeal: 'filed' }, { appeal: {} }],
    [{ appeal: { outcome: 'pending', status: 'open' } }, { appeal: {} }],
    [{ appeal: { outcome: 'in progress' } }, { appeal: {} }],
    [{ appeal: { outcome: 'IN_PROCESS' } }, { appeal: {} }],
    [{ appeal: { outcome: 'not decided yet' } }, { appeal: {} }],
    [{ appeal: { outcome: 'unfavourable' } }, { appeal: { outcome: 'upheld' } }],
    [{ appeal: { outcome: 'Original decision upheld' } }, { appeal: { outcome: 'upheld' } }],
    [{ appeal: { outcome: 'fully_favourable' } }, { appeal: { outcome: 'overturned' } }],
    [{ appeal: { outcome: 'overturned in full' } }, { appeal: { outcome: 'overturned' } }],
    [{ appeal: { outcome: 'Partially Favourable' } }, { appeal: { outcome: 'partial' } }],
    [{ appeal: { status: 'not filed' } }, null],
    [{ appeal: { filed: false } }, null],
    [{ appeal: 'none' }, null],
    [{ extension: { granted: false, by: 'plan' } }, null],
    [{ extension: { granted: true, reason: 'CLINICAL' } }, { extension: { days: 14 } }],
    [{ isDrug: 0 }, { drugs: 'none' }],
    [{ hasDrugs: 2 }, { drugs: 'medical' }],
    [{ received_at: '2026-03-20T10:00:00Z' }, { receivedAt: '2026-03-20T10:00:00.000Z' }],
    [{ lines: [] }, null],
  ])('states what it says, and no doubt is told: %j', (request, stated) => {
    const event = eventWith({ eventType: 'VAL_OK', request });
    expect(event).not.toHaveProperty('doubts');
    expect(event.stated).toEqual(stated);
  });

  it.each([
    [{ hasUrgent: 'True' }, true],
    [{ has_urgent: true }, true],
    [{ hasUrgent: 'no' }, false],
  ])('is a flag as services write it: %j', (metadata, expedited) => {
    expect(eventWith({ metadata }).stated).toEqual({ expedited });
  });

  it('is the receipt in the metadata of the submission, and of no other event', () => {
    const metadata = { receivedAt: '2026-03-20T10:00:00Z' };
    const receivedAt = '2026-03-20T10:00:00.000Z';
    expect(eventWith({ eventType: 'REQUEST_RECEIVED', metadata }).stated).toEqual({ receivedAt });
    expect(eventWith({ eventType: 'CALLBACK_OK', metadata }).stated).toBeNull();
  });
});
