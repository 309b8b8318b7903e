import type { Told } from './second-year.ts';
import { AL, AP, all, came, DE, EXT, event, fast, longer, no, PA, says, yes } from './year-steps.ts';

/**
 * A fourth year, written from the rule by somebody who had not read the other three. Times are UTC; a standard request received
 * on 2 March is due when the 9th is over, an expedited one of 10:00 at 10:00 on the 5th, unless its plan has another policy.
 */
export const plans = {
  ...all(
    [
      ...['YEAR-DECIDED-AT-NIGHT', 'YEAR-RECEIVED-THE-NIGHT-BEFORE', 'YEAR-OPEN-AT-NIGHT'],
      ...['YEAR-DECIDED-THE-NIGHT-BEFORE', 'YEAR-APPEALED-AT-NIGHT', 'YEAR-APPEAL-DECIDED-THE-NIGHT-BEFORE'],
      ...['YEAR-WITHDRAWN-AT-NIGHT', 'YEAR-DRUG-THE-NIGHT-BEFORE', 'YEAR-INQUIRY-AT-NIGHT'],
    ],
    { zone: 'America/New_York' },
  ),
  ...all(['BUSINESS-JULY', 'BUSINESS-JULY-LATE', 'BUSINESS-EXTENDED'], {
    ...{ zone: 'America/New_York', standardBusinessDays: 5, holidays: ['2026-07-03'] },
  }),
  'ZONE-AUTUMN-LATE': { zone: 'America/Los_Angeles' },
  'ZONE-HONOLULU': { zone: 'Pacific/Honolulu' },
  'YEAR-KOLKATA-NEXT': { zone: 'Asia/Kolkata' },
  'MARKET-EXTENDED': { kind: 'exchange' },
  'TEXAS-EXTENDED': { state: 'TX' },
};

export const longerTimes: Record<string, Told> = {
  'UNTIL-FOURTEEN': [
    '14 days after the 9th is the 23rd',
    [came(), longer('03-05 09:00', { until: '2026-03-23T23:59:59.999Z', by: 'plan' }), yes('03-23 20:00')],
    `S ${AP} ${EXT}`,
    514,
  ],
  'UNTIL-NOON': [
    'until the 14th is five days',
    [came(), longer('03-05 09:00', { until: '2026-03-14T12:00:00Z' }), yes('03-14 11:00')],
    `S ${AP} ${EXT}`,
    289,
  ],
  'UNTIL-NOON-LATE': [
    'and the 15th is later',
    [came(), longer('03-05 09:00', { until: '2026-03-14T12:00:00Z' }), yes('03-15 11:00')],
    `S ${AL} ${EXT}`,
    313,
  ],
  'UNTIL-TOO-FAR': [
    'no more than 14 days',
    [came(), longer('03-05 09:00', { until: '2026-04-15T00:00:00Z' }), yes('03-24 10:00')],
    `S ${AL} ${EXT}`,
    528,
  ],
  'UNTIL-BEFORE': [
    'a time before the deadline extends nothing',
    [came(), longer('03-05 09:00', { until: '2026-03-07T00:00:00Z' }), yes('03-08 10:00')],
    `S ${AP}`,
    144,
  ],
  'UNTIL-BEFORE-LATE': [
    'nor gives a day more',
    [came(), longer('03-05 09:00', { until: '2026-03-07T00:00:00Z' }), yes('03-10 10:00')],
    `S ${AL}`,
    192,
  ],
  'UNTIL-DEADLINE': [
    'nor does the deadline itself',
    [came(), longer('03-05 09:00', { until: '2026-03-09T23:59:59.999Z' }), yes('03-10 10:00')],
    `S ${AL}`,
    192,
  ],
  'UNTIL-BEFORE-THEN-REAL': [
    'what extends nothing uses nothing up',
    [
      came(),
      longer('03-05 09:00', { until: '2026-03-07T00:00:00Z' }),
      longer('03-06 09:00', { days: 3 }),
      yes('03-12 10:00'),
    ],
    `S ${AP} ${EXT}`,
    240,
  ],
  'UNTIL-URGENT': [
    'of 72 hours and two days',
    [fast(), longer('03-04 09:00', { until: '2026-03-07T10:00:00Z' }), yes('03-07 09:00')],
    `E ${AP} ${EXT}`,
    119,
  ],
  'UNTIL-URGENT-BEFORE': [
    'before the 72 hours are over',
    [fast(), longer('03-04 09:00', { until: '2026-03-05T09:00:00Z' }), yes('03-05 12:00')],
    `E ${AL}`,
    74,
  ],
  'UNTIL-DAY': [
    'a day counts to its end',
    [came(), longer('03-05 09:00', { until: '2026-03-14' }), yes('03-14 23:00')],
    `S ${AP} ${EXT}`,
    301,
  ],
  'UNTIL-DAY-LATE': [
    'and no longer',
    [came(), longer('03-05 09:00', { until: '2026-03-14' }), yes('03-15 01:00')],
    `S ${AL} ${EXT}`,
    303,
  ],
  'UNTIL-MIDNIGHT': [
    'until midnight is until the day before is over',
    [came(), longer('03-05 09:00', { until: '2026-03-14T00:00:00Z' }), yes('03-14 01:00')],
    `S ${AL} ${EXT}`,
    279,
  ],
  'UNTIL-NOT-UNDERSTOOD': [
    'what nobody understands is no 14 days',
    [came(), longer('03-05 09:00', { until: 'next Friday' }), yes('03-14 10:00')],
    `S ${AL}`,
    288,
  ],
  'NOTICE-BEFORE-DEADLINE': [
    'the notice counts, not the message',
    [came(), longer('03-10 09:00', { days: 14, at: '2026-03-09T12:00:00Z' }), yes('03-20 10:00')],
    `S ${AP} ${EXT}`,
    432,
  ],
  'NOTICE-AFTER-DEADLINE': [
    'the same the other way round',
    [came(), longer('03-10 09:00', { days: 14, at: '2026-03-10T08:00:00Z' }), yes('03-20 10:00')],
    `S ${AL}`,
    432,
  ],
  'EXTENDED-URGENT-LATE': [
    'an hour more',
    [fast(), longer('03-04 09:00', { days: 14 }), yes('03-19 11:00')],
    `E ${AL} ${EXT}`,
    409,
  ],
  'EXTENDED-PARTIAL': [
    'nor is in part',
    [came(), longer('03-05 09:00', true), says('A2', '03-20 10:00')],
    `S ${PA} extended`,
    432,
  ],
};

export const hurry: Record<string, Told> = {
  'FASTER-AND-BACK': [
    'upgraded, then not',
    [
      came(),
      event('03-04 10:00', 'PRIORITY_UPGRADED'),
      event('03-05 10:00', 'PRIORITY_DOWNGRADED'),
      yes('03-09 20:00'),
    ],
    `S ${AP}`,
    178,
  ],
  'FASTER-TOO-LATE': [
    'what was missed on the 9th stays missed',
    [came(), event('03-11 10:00', 'PRIORITY_UPGRADED'), yes('03-12 10:00')],
    `E ${AL}`,
    240,
  ],
  'FAST-REFUSED-TOO-LATE': [
    'what was missed on the 5th stays missed',
    [fast(), event('03-06 10:00', 'EXPEDITE_DENIED'), yes('03-08 10:00')],
    `S ${AL}`,
    144,
  ],
  'FASTER-EXTENDED': [
    'the upgrade’s 72 hours may be extended',
    [
      came(),
      event('03-06 10:00', 'PRIORITY_UPGRADED'),
      longer('03-08 10:00', { days: 2 }),
      yes('03-11 09:00'),
    ],
    `E ${AP} ${EXT}`,
    215,
  ],
};

export const daysAndZones: Record<string, Told> = {
  'ZONE-AUTUMN-LATE': ['00:30 on the 3rd', [came('10-26 20:00'), yes('11-03 08:30')], `S ${AL}`, 180.5],
  'ZONE-HONOLULU': ['23:00 on 30 April there', [came('05-01 09:00'), yes('05-08 09:30')], `S ${AP}`, 168.5],
  'BUSINESS-JULY': [
    '30, 1, 2, (3 is a holiday), 6, 7',
    [came('06-29 15:00'), yes('07-08 03:00')],
    `S ${AP}`,
    204,
  ],
  'BUSINESS-JULY-LATE': ['the 8th has begun', [came('06-29 15:00'), yes('07-08 05:00')], `S ${AL}`, 206],
  'BUSINESS-EXTENDED': [
    'five business days and 14 days',
    [came('06-01 15:00'), longer('06-04 15:00', true), yes('06-23 03:00')],
    `S ${AP} ${EXT}`,
    516,
  ],
  'MARKET-EXTENDED': [
    '15 and 14 days',
    [came(), longer('03-10 10:00', true), yes('03-31 22:00')],
    `S ${AP} ${EXT}`,
    708,
  ],
  'TEXAS-EXTENDED': [
    'from the state’s deadline',
    [came(), longer('03-04 10:00', { days: 2 }), yes('03-08 01:00')],
    `S ${AL} ${EXT}`,
    135,
  ],
};

export const turnsOfTheYear: Record<string, Told> = {
  'YEAR-DECIDED-AT-NIGHT': [
    '23:30 on 31 December in New York',
    [came('12-28 15:00'), yes('2027-01-01 04:30')],
    `S ${AP}`,
    85.5,
  ],
  'YEAR-RECEIVED-THE-NIGHT-BEFORE': [
    '23:30 on 31 December 2025',
    [came('01-01 04:30'), yes('01-05 15:00')],
    'S carriedIn approved approvedInTime',
    106.5,
  ],
  'YEAR-OPEN-AT-NIGHT': [
    '22:00 on 31 December',
    [came('2027-01-01 03:00'), yes('2027-01-02 10:00')],
    'S received open',
  ],
  'YEAR-DECIDED-THE-NIGHT-BEFORE': ['it is of 2025', [came('2025-12-28 15:00'), yes('01-01 04:30')], ''],
  'YEAR-APPEALED-AT-NIGHT': [
    'the appeal is of 2026',
    [
      came('12-20 15:00'),
      no('12-22 15:00'),
      event('2027-01-01 04:30', 'APPEAL_RECEIVED'),
      event('2027-01-09 10:00', 'APPEAL_OVERTURNED'),
    ],
    `S ${DE} appealed`,
    48,
  ],
  'YEAR-APPEAL-DECIDED-THE-NIGHT-BEFORE': [
    'its appeal is of 2025',
    [
      came('2025-12-10 15:00'),
      no('2025-12-12 15:00'),
      event('2025-12-20 15:00', 'APPEAL_RECEIVED'),
      event('01-01 04:00', 'APPEAL_OVERTURNED'),
    ],
    '',
  ],
  'YEAR-WITHDRAWN-AT-NIGHT': [
    'of 2026',
    [came('12-30 15:00'), says('C', '2027-01-01 04:30')],
    'S received withdrawn',
  ],
  'YEAR-DRUG-THE-NIGHT-BEFORE': [
    'of 2025',
    [came('01-01 04:30', { drug: 'medical' }), yes('01-01 15:00')],
    '',
  ],
  'YEAR-INQUIRY-AT-NIGHT': ['of 2026', [came('2027-01-01 04:30', { type: 'INQUIRY' })], 'S inquiries'],
  'YEAR-KOLKATA-NEXT': [
    '00:30 on 1 January there',
    [came('12-29 10:00'), yes('12-31 19:00')],
    'S received open',
  ],
  'YEAR-BEFORE-LATE': [
    'and no more',
    [came('2025-12-22 10:00'), yes('01-06 01:00')],
    'S carriedIn approved',
    351,
  ],
};

export const receipts: Record<string, Told> = {
  'RECEIPT-TWO': [
    'the earlier of two',
    [
      came('03-03 10:00', { receivedAt: '2026-03-03T09:00:00Z' }),
      event('03-04 09:00', 'PARSE_OK', null, { receivedAt: '2026-03-02T09:00:00Z' }),
      yes('03-10 09:00'),
    ],
    `S ${AL}`,
    192,
  ],
  'RECEIPT-ABSURD': [
    'more than 90 days before: not believed',
    [came('06-01 10:00', { receivedAt: '2026-01-15T10:00:00Z' }), yes('06-03 10:00')],
    `S ${AP}`,
    48,
  ],
};

export const linesDecided: Record<string, Told> = {
  'LINES-ONE-FREE': [
    'one needs none, one is certified',
    [came(), event('03-04 10:00', 'RESPONSE_OK', { lines: ['NA', 'A1'] })],
    `S ${AP}`,
    48,
  ],
  'LINES-PIECES': [
    'each message has its own lines: one certified, the other not',
    [
      came(),
      event('03-03 10:00', 'RESPONSE_OK', { lines: { approved: 1, pended: 1 } }),
      event('03-05 10:00', 'RESPONSE_OK', { lines: { denied: 1, pended: 0 } }),
    ],
    `S ${PA}`,
    72,
  ],
  'LINES-THREE-PIECES': [
    'the third of three',
    [
      came(),
      event('03-03 10:00', 'RESPONSE_OK', { lines: { denied: 1, pended: 2 } }),
      event('03-04 10:00', 'RESPONSE_OK', { lines: { denied: 1, pended: 1 } }),
      event('03-05 10:00', 'RESPONSE_OK', { lines: { approved: 1 } }),
    ],
    `S ${PA}`,
    72,
  ],
  'LINES-WHOLE-AGAIN': [
    'the second says all of it',
    [
      came(),
      event('03-03 10:00', 'RESPONSE_OK', { lines: { denied: 1, pended: 1 } }),
      event('03-05 10:00', 'RESPONSE_OK', { lines: { denied: 2 } }),
    ],
    `S ${DE}`,
    72,
  ],
  'LINES-REVERSED': [
    'a line once denied is certified in the whole',
    [
      came(),
      event('03-03 10:00', 'RESPONSE_OK', { lines: { denied: 1, pended: 1 } }),
      event('03-05 10:00', 'RESPONSE_OK', { lines: { approved: 2 } }),
    ],
    `S ${AP}`,
    72,
  ],
};

export const changesOfMind: Record<string, Told> = {
  'VOIDED-THEN-REAL': [
    'the first end stands: a duplicate is answered as its original is',
    [came(), event('03-03 10:00', 'REQUEST_VOIDED'), yes('03-05 10:00')],
    'S received void',
  ],
  'VOIDED-THEN-RESUBMITTED': [
    'asked again, and decided',
    [
      came(),
      event('03-03 10:00', 'REQUEST_VOIDED'),
      came('03-04 10:00', { type: 'RESUBMISSION' }),
      yes('03-05 10:00'),
    ],
    'S received:2 void approved approvedInTime',
    24,
  ],
  'TIE-REVERSED': [
    'whichever is written first',
    [came(), no('03-04 10:00'), yes('03-04 10:00')],
    `S ${AP}`,
    48,
  ],
};

export const appealed: Record<string, Told> = {
  'APPEAL-SECOND-LEVEL': [
    'the plan upheld it; who overturns it then is another',
    [
      came(),
      no('03-04 10:00'),
      event('03-10 10:00', 'APPEAL_RECEIVED'),
      event('03-20 10:00', 'APPEAL_UPHELD'),
      event('04-10 10:00', 'SECOND_LEVEL_APPEAL_RECEIVED'),
      event('04-20 10:00', 'SECOND_LEVEL_APPEAL_OVERTURNED'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'APPEAL-BEFORE-THEN-DECIDED': [
    'nor has what it came to',
    [
      came(),
      event('03-03 10:00', 'APPEAL_RECEIVED'),
      no('03-04 10:00'),
      event('03-05 10:00', 'APPEAL_RECEIVED'),
      event('03-20 10:00', 'APPEAL_OVERTURNED'),
    ],
    `S ${DE} appealed overturned`,
    48,
  ],
  'APPEAL-YEAR-BEFORE': [
    'denied in 2025',
    [
      came('2025-12-10 10:00'),
      no('2025-12-12 10:00'),
      event('01-05 10:00', 'APPEAL_RECEIVED'),
      event('01-20 10:00', 'APPEAL_OVERTURNED'),
    ],
    'S appealed overturned',
  ],
  'APPEAL-AT-ONCE': [
    'received and decided in one message',
    [
      came(),
      no('03-04 10:00'),
      event('03-20 10:00', 'APPEAL_DECIDED', null, {
        appeal: { receivedAt: '2026-03-10T10:00:00Z', outcome: 'upheld', decidedAt: '2026-03-20T09:00:00Z' },
      }),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
};

export const again: Record<string, Told> = {
  'STAY-FAST': [
    'standard, then expedited',
    [
      came(),
      yes('03-04 10:00'),
      came('03-10 10:00', { type: 'CONTINUED_STAY', priority: 'EXPEDITED' }),
      yes('03-13 11:00'),
    ],
    `S ${AP} E ${AL}`,
    60.5,
  ],
  'UPDATE-OF-DENIED': [
    'a resubmission is no appeal',
    [came(), no('03-04 10:00'), event('03-10 10:00', 'REQUEST_RESUBMITTED'), yes('03-11 10:00')],
    'S received:2 denied deniedInTime reasonMissing approved approvedInTime',
    36,
  ],
  'UPDATE-EXTENDED': [
    'each has its own extension',
    [
      came(),
      longer('03-05 10:00', true),
      yes('03-20 10:00'),
      event('04-01 10:00', 'REQUEST_UPDATED'),
      longer('04-05 10:00', true),
      yes('04-20 10:00'),
    ],
    'S received:2 approved:2 approvedInTime:2 approvedAfterExtension:2 extended:2',
    444,
  ],
  'NOTICE-TRIED-TWICE': [
    'failed, then told in time',
    [
      came(),
      yes('03-04 10:00'),
      event('03-04 10:01', 'NOTIFY_FAIL'),
      event('03-05 10:00', 'NOTIFY_OK', { subscriptionCount: 1 }),
    ],
    `S ${AP}`,
    48,
  ],
};
