import type { Told } from './second-year.ts';
import {
  AL,
  AP,
  all,
  came,
  DE,
  EXT,
  event,
  fast,
  longer,
  no,
  PA,
  pend,
  says,
  stay,
  yes,
} from './year-steps.ts';

/**
 * A fifth year, its figures worked out from the rule before the clock's code was read. Times are UTC.
 */
const CHICAGO = {
  zone: 'America/Chicago',
  standardBusinessDays: 3,
  holidays: ['2026-05-25', '2026-07-03', '2026-11-26'],
};
export const plans = {
  ...all(
    [
      'MEMORIAL-DAY',

      'BD-AUTUMN',
      'BD-AUTUMN-LATE',

      'BD-REFUSED',
    ],
    CHICAGO,
  ),
  ...all(['NY-2025', 'NY-STATED-ZONE'], {
    zone: 'America/New_York',
  }),
  'LONDON-LATE': { zone: 'Europe/London' },
  ...all(['AUCKLAND', 'AUCKLAND-LATE'], { zone: 'Pacific/Auckland' }),
  KIRITIMATI: { zone: 'Pacific/Kiritimati' },
  'HOURS-EXTENDED-LATE': { standardHours: 120 },
  'NY-PERIOD-BEFORE': {
    zone: 'America/New_York',
    periods: [{ from: '2026-07-01', standardDays: 5 }],
  },
  ...all(['TX-UPGRADED-LATE', 'TX-REFUSED-LATE'], { state: 'TX' }),
  'MARKET-REFUSED': { kind: 'exchange' },
  'OFF-EXTENDED': 'off',
  'OFF-APPEALED': 'off',
};

export const answersInOrder: Record<string, Told> = {
  'PAYER-NO-ANSWER-YES': [
    'the payer decided; what the response says later is no appeal',
    [came(), event('03-04 10:00', 'DOWNSTREAM_OK', { reviewAction: 'A3' }), yes('03-05 10:00')],
    `S ${DE}`,
    48,
  ],
  'INVALID-YES': [
    'what failed its parser and is approved was processed',
    [came(), event('03-03 10:00', 'PARSE_FAIL'), yes('03-04 10:00')],
    `S ${AP}`,
    48,
  ],
  'PART-THEN-REST': [
    'the rest approved later leaves the first in part',
    [came(), says('A2', '03-04 10:00'), yes('03-06 10:00')],
    `S ${PA}`,
    48,
  ],
  'PEND-THEN-NA': [
    'no authorization needed after all',
    [came(), pend('03-03 10:00'), says('NA', '03-05 10:00')],
    'S received notRequired',
  ],
  'NA-BY-PAYER': [
    'the payer says so',
    [
      came(),
      event('03-04 10:00', 'DOWNSTREAM_OK', { reviewAction: 'NA' }),
      event('03-04 10:01', 'RESPONSE_OK', { outcome: 'complete' }),
    ],
    'S received notRequired',
  ],
  RESCINDED: [
    'rescinded later, it was approved',
    [came(), yes('03-04 10:00'), no('03-06 10:00')],
    `S ${AP}`,
    48,
  ],
  'YES-CALLED-NO': [
    'a callback of what is decided decides nothing',
    [
      came(),
      yes('03-04 10:00'),
      event('03-05 10:00', 'CALLBACK_START'),
      event('03-05 10:01', 'CALLBACK_OK', { reviewAction: 'A3' }),
    ],
    `S ${AP}`,
    48,
  ],
  'ACTIONS-AGREE': ['twice the same is', [came(), says(['A3', 'a3'], '03-04 10:00')], `S ${DE}`, 48],
  'STATUS-AGAINST-PEND': [
    'the action decides, not the status beside it',
    [came(), says('A4', '03-04 10:00', {}, { status: 'APPROVED' })],
    'S received open',
  ],
  'STATUS-AGAINST-YES': [
    'nor one that denies',
    [came(), says('A1', '03-04 10:00', {}, { status: 'DENIED' })],
    `S ${AP}`,
    48,
  ],
  'FAILED-ANSWER': [
    'an answer that could not be built decides nothing',
    [came(), event('03-04 10:00', 'RESPONSE_FAIL', { reviewAction: 'A3' })],
    'S received open',
  ],
  'STARTED-ANSWER': [
    'nor one that is begun',
    [came(), event('03-04 10:00', 'RESPONSE_START', { reviewAction: 'A1' })],
    'S received open',
  ],
  'VALID-ACTION': [
    'a validator approves nothing',
    [came(), event('03-04 10:00', 'VAL_OK', { reviewAction: 'A1' })],
    'S received open',
  ],
  'NOTIFIED-ACTION': [
    'a notification is sent of a decision, it is none',
    [came(), pend('03-03 10:00'), event('03-04 10:00', 'NOTIFY_OK', { reviewAction: 'A1' })],
    'S received open',
  ],
  'QUEUED-DISPOSITION': [
    'only a synchronous flow ends with its answer',
    [came(), event('03-02 10:01', 'WORKFLOW_COMPLETE', { mode: 'ASYNC_QUEUED', disposition: 'APPROVED' })],
    'S received open',
  ],
  'PIPE-FAILED-THEN-YES': [
    'and what follows is the determination',
    [came(), event('03-03 10:01', 'PIPELINE_FAILED', null, { status: 'FAILED' }), yes('03-05 10:00')],
    `S ${AP}`,
    72,
  ],
  'DECIDED-NOT-BUILT': [
    'the payer decided in time, the answer was built late',
    [
      came(),
      event('03-04 10:00', 'DOWNSTREAM_OK', { reviewAction: 'A1' }),
      event('03-04 10:01', 'RESPONSE_FAIL'),
      event('03-12 10:00', 'RESPONSE_OK', { reviewAction: 'A1' }),
    ],
    `S ${AL}`,
    48,
  ],
  'DECIDED-WITHDRAWN': [
    'withdrawn after the payer had decided, never told',
    [
      came(),
      event('03-04 10:00', 'DOWNSTREAM_OK', { reviewAction: 'A1' }),
      event('03-05 10:00', 'WITHDRAWN'),
    ],
    `S ${AL}`,
    48,
  ],
};

export const reasons: Record<string, Told> = {
  'REASON-CODING': [
    'a coding is a reason',
    [
      came(),
      says('A3', '03-04 10:00', {
        denialReasonCode: { coding: [{ system: 'https://codesystem.x12.org/external/886', code: '0V' }] },
      }),
    ],
    'S received denied deniedInTime reasonGiven',
    48,
  ],
  'REASON-BLANK': [
    'blanks are none',
    [came(), says('A3', '03-04 10:00', { denialReasonCode: '  ' })],
    `S ${DE}`,
    48,
  ],
  'REASON-EMPTY-LIST': [
    'nor is an empty list',
    [came(), says('A3', '03-04 10:00', { denialReasonCode: [] })],
    `S ${DE}`,
    48,
  ],
  'REASON-NONE': [
    'nor the word none',
    [came(), says('A3', '03-04 10:00', { denialReasonCode: 'NONE' })],
    `S ${DE}`,
    48,
  ],
  'REASON-UNKNOWN': [
    'nor unknown',
    [came(), says('A3', '03-04 10:00', { denialReasonCode: 'UNKNOWN' })],
    `S ${DE}`,
    48,
  ],
  'REASON-EMPTY-CODING': [
    'nor a coding without a code',
    [came(), says('A3', '03-04 10:00', { denialReasonCode: { coding: [{}] } })],
    `S ${DE}`,
    48,
  ],
  'REASON-PART': [
    'of a part that is denied',
    [came(), says('A2', '03-04 10:00', { reviewReasonCode: '0V' })],
    'S received partial partialInTime reasonGiven',
    48,
  ],
  'REASON-BY-PAYER': [
    'the payer gave it, the answer does not repeat it',
    [
      came(),
      event('03-04 10:00', 'DOWNSTREAM_OK', { reviewAction: 'A3', reasonCode: 'MN-1' }),
      no('03-04 10:05'),
    ],
    'S received denied deniedInTime reasonGiven',
    48,
  ],
  'REASON-OF-A-PEND': [
    'why it was pended is not why it is denied',
    [came(), says('A4', '03-03 10:00', { reasonCode: 'DOC-1' }), no('03-04 10:00')],
    `S ${DE}`,
    48,
  ],
};

export const priorities: Record<string, Told> = {
  'STATED-STANDARD-FOUND-URGENT': [
    'an urgency that the parser finds counts beside a stated standard',
    [
      came('03-02 10:00', { priority: 'STANDARD' }),
      event('03-02 10:05', 'PARSE_OK', { hasUrgent: true }),
      yes('03-08 10:00'),
    ],
    `E ${AL}`,
    144,
  ],
  'REFUSED-TWICE': [
    'said again',
    [
      fast(),
      event('03-03 10:00', 'EXPEDITE_DENIED'),
      event('03-04 10:00', 'EXPEDITE_DENIED'),
      yes('03-09 10:00'),
    ],
    `S ${AP}`,
    168,
  ],
  'UPGRADED-LAST-DAY': [
    'an upgrade on the last day gives no time beyond the standard frame',
    [came(), event('03-09 20:00', 'PRIORITY_UPGRADED'), yes('03-12 10:00')],
    `E ${AL}`,
    240,
  ],
  'UPGRADED-LAST-DAY-IN-TIME': [
    'within it',
    [came(), event('03-09 20:00', 'PRIORITY_UPGRADED'), yes('03-09 22:00')],
    `E ${AP}`,
    180,
  ],
  'STANDARD-REFUSED': [
    'nothing was asked that could be refused',
    [came(), event('03-03 10:00', 'EXPEDITE_DENIED'), yes('03-09 10:00')],
    `S ${AP}`,
    168,
  ],
  'FAST-UPGRADED': [
    'no new 72 hours for what has them',
    [fast(), event('03-04 10:00', 'PRIORITY_UPGRADED'), yes('03-06 10:00')],
    `E ${AL}`,
    96,
  ],
  'FOUND-AFTERWARDS': [
    'the parser finds it after the decision',
    [came(), yes('03-04 10:00'), event('03-04 11:00', 'PARSE_OK', { hasUrgent: true })],
    `S ${AP}`,
    48,
  ],
  'AT-MIDNIGHT': ['the day is over', [came('03-02 23:59'), yes('03-10 00:00')], `S ${AL}`, 168 + 1 / 60],
  'REFUSED-OPEN': [
    'open in the row it is worked in',
    [fast(), event('03-03 10:00', 'EXPEDITE_DENIED')],
    'S received open',
  ],
  'REFUSED-WITHDRAWN': [
    'withdrawn in the row it is worked in',
    [fast(), event('03-03 10:00', 'EXPEDITE_DENIED'), event('03-04 10:00', 'WITHDRAWN')],
    'S received withdrawn',
  ],
  'UPGRADED-DENIED-APPEALED': [
    'its appeal is in its row',
    [
      came(),
      event('03-04 10:00', 'PRIORITY_UPGRADED'),
      no('03-05 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_OVERTURNED'),
    ],
    `E ${DE} appealed overturned`,
    72,
  ],
  'TX-UPGRADED-LATE': [
    'and no more',
    [came(), event('03-04 10:00', 'PRIORITY_UPGRADED'), yes('03-05 11:00')],
    `E ${AL}`,
    73,
  ],
  'TX-REFUSED-LATE': [
    'refused, then three business days from receipt',
    [fast(), event('03-03 09:00', 'EXPEDITE_DENIED'), yes('03-06 10:00')],
    `S ${AL}`,
    96,
  ],
  'MARKET-REFUSED': [
    'refused, then fifteen days',
    [fast(), event('03-03 10:00', 'EXPEDITE_DENIED'), yes('03-17 10:00')],
    `S ${AP}`,
    360,
  ],
};

export const extensions: Record<string, Told> = {
  'EXTENDED-LAST-MINUTE': [
    'before the day is over',
    [came(), longer('03-09 23:59', { days: 14 }), yes('03-23 20:00')],
    `S ${AP} ${EXT}`,
    514,
  ],
  'EXTENDED-AT-MIDNIGHT': [
    'when it is over',
    [came(), longer('03-10 00:00', { days: 14 }), yes('03-11 10:00')],
    `S ${AL}`,
    216,
  ],
  'EXTENDED-BY-NONE': [
    'no days extend nothing',
    [came(), longer('03-05 09:00', { days: 0 }), yes('03-11 10:00')],
    `S ${AL}`,
    216,
  ],
  'EXTENDED-NONE-THEN-REAL': [
    'and use nothing up',
    [came(), longer('03-05 09:00', { days: 0 }), longer('03-06 09:00', { days: 5 }), yes('03-13 10:00')],
    `S ${AP} ${EXT}`,
    264,
  ],
  'EXTENDED-NOT-NEEDED': [
    'approved before the first deadline all the same',
    [came(), longer('03-05 09:00', { days: 14 }), yes('03-06 10:00')],
    `S ${AP} ${EXT}`,
    96,
  ],
  'EXTENDED-DENIED-OVERTURNED': [
    'overturned is not approved after an extension',
    [
      came(),
      longer('03-05 09:00', { days: 14 }),
      no('03-12 10:00'),
      event('03-13 10:00', 'APPEAL_RECEIVED'),
      event('03-20 10:00', 'APPEAL_OVERTURNED'),
    ],
    `S ${DE} extended appealed overturned`,
    240,
  ],
  'EXTENDED-REQUESTED-BY-PLAN': [
    'a plan grants, it does not ask',
    [
      came(),
      event('03-05 09:00', 'EXTENSION_REQUESTED', null, { extension: { days: 14, by: 'plan' } }),
      yes('03-11 10:00'),
    ],
    `S ${AL}`,
    216,
  ],
  'EXTENDED-TWO-SENDERS': [
    'the same extension told by two services',
    [
      came(),
      longer('03-05 09:00', { days: 7 }),
      event('03-05 09:01', 'EXTENSION_GRANTED', null, { extension: { days: 7 } }),
      yes('03-17 10:00'),
    ],
    `S ${AL} ${EXT}`,
    360,
  ],
  'HOURS-EXTENDED-LATE': [
    'a minute later',
    [came(), longer('03-05 09:00', { days: 14 }), yes('03-21 10:01')],
    `S ${AL} ${EXT}`,
    456 + 1 / 60,
  ],
  'OFF-EXTENDED': [
    'where no frame binds nothing is late',
    [came(), longer('03-05 09:00', { days: 14 }), yes('05-05 10:00')],
    `S ${AL} ${EXT}`,
    1536,
  ],
};

export const zones: Record<string, Told> = {
  'MEMORIAL-DAY': [
    'received on Saturday before a holiday Monday: Tuesday to Thursday',
    [came('05-23 15:00'), yes('05-29 04:30')],
    `S ${AP}`,
    133.5,
  ],
  'BD-AUTUMN': [
    'Friday, Monday, Tuesday, an hour longer',
    [came('10-29 15:00'), yes('11-04 05:30')],
    `S ${AP}`,
    134.5,
  ],
  'BD-AUTUMN-LATE': ['and over', [came('10-29 15:00'), yes('11-04 06:30')], `S ${AL}`, 135.5],
  'BD-REFUSED': [
    'refused on Saturday: business days from receipt',
    [fast('05-22 20:00'), event('05-23 10:00', 'EXPEDITE_DENIED'), yes('05-28 20:00')],
    `S ${AP}`,
    144,
  ],
  'NY-2025': [
    'received before 2026 there: 14 days',
    [came('2025-12-31 20:00'), yes('01-15 04:30')],
    'S carriedIn approved approvedInTime',
    344.5,
  ],
  'NY-STATED-ZONE': [
    'received at a quarter past eleven at night there, by fax',
    [came('03-03 14:00', { receivedAt: '2026-03-02T23:15:00-05:00' }), yes('03-10 04:30')],
    `S ${AL}`,
    168.25,
  ],
  'LONDON-LATE': ['and over', [came('03-26 10:00'), yes('04-02 23:30')], `S ${AL}`, 181.5],
  AUCKLAND: ['received on 2 April there', [came('04-01 12:30'), yes('04-09 11:30')], `S ${AP}`, 191],
  'AUCKLAND-LATE': ['and over', [came('04-01 12:30'), yes('04-09 12:30')], `S ${AL}`, 192],
  KIRITIMATI: ['fourteen hours ahead', [came('03-02 11:00'), yes('03-10 09:30')], `S ${AP}`, 190.5],
  'NY-PERIOD-BEFORE': [
    'still 30 June there: seven days',
    [came('07-01 03:00'), yes('07-07 20:00')],
    `S ${AP}`,
    161,
  ],
};

export const receipts: Record<string, Told> = {
  'FAX-LAST-YEAR': [
    "a fax of New Year's Eve: carried in, 14 days",
    [came('01-02 10:00', { receivedAt: '2025-12-31T22:00:00Z' }), yes('01-14 20:00')],
    'S carriedIn approved approvedInTime',
    334,
  ],
  'CARRIED-WITHDRAWN': [
    'carried in and withdrawn',
    [came('2025-12-20 10:00'), event('01-05 10:00', 'WITHDRAWN')],
    'S carriedIn withdrawn',
  ],
  'CARRIED-FREE': [
    'carried in, none needed',
    [came('2025-12-20 10:00'), says('NA', '01-05 10:00')],
    'S carriedIn notRequired',
  ],
  'CARRIED-FAST': [
    'carried in and upgraded',
    [came('2025-12-30 10:00'), event('01-02 10:00', 'PRIORITY_UPGRADED'), no('01-05 09:00')],
    'E carriedIn denied deniedInTime reasonMissing',
    143,
  ],
  'CARRIED-DRUG': [
    'a drug of last year is of last year',
    [came('2025-12-30 10:00', { drug: 'medical' }), yes('01-02 10:00')],
    '',
  ],
  'CARRIED-STAY': [
    "last year's approval, this year's stay",
    [came('2025-12-20 10:00'), yes('2025-12-22 10:00'), stay('01-10 10:00'), yes('01-11 10:00')],
    `S ${AP}`,
    24,
  ],
  'DELEGATE-PARSER': [
    'the receipt is named by the parser',
    [
      came('03-03 10:00'),
      event('03-03 10:05', 'PARSE_OK', null, { receivedAt: '2026-03-02T10:00:00Z', delegate: 'EVICORE' }),
      yes('03-10 10:00'),
    ],
    `S ${AL}`,
    192,
  ],
};

export const ends: Record<string, Told> = {
  'CANCELLED-THEN-OVERTURNED': [
    'denied, cancelled, appealed all the same',
    [
      came(),
      no('03-04 10:00'),
      event('03-05 10:00', 'REQUEST_CANCELLED'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_OVERTURNED'),
    ],
    `S ${DE} appealed overturned`,
    48,
  ],
  'CANCELLED-DUPLICATE': [
    'cancelled as a duplicate',
    [came(), event('03-04 10:00', 'REQUEST_CANCELLED', { closeReason: 'Duplicate' })],
    'S received void',
  ],
  'CANCELLED-DISMISSED': [
    'cancelled as unprocessable',
    [came(), event('03-04 10:00', 'REQUEST_CANCELLED', { closeReason: 'UNPROCESSABLE' })],
    'S received dismissed',
  ],
  'WITHDRAWN-RECEIVED': [
    'nor of what was withdrawn',
    [came(), event('03-03 10:00', 'WITHDRAWN'), came('03-06 10:00')],
    'S received withdrawn',
  ],
  'DISMISSED-EXTENDED': [
    'extended, then dismissed',
    [came(), longer('03-05 10:00', { days: 14 }), event('03-12 10:00', 'DISMISSED')],
    'S received dismissed',
  ],
  'NOTICE-BEFORE-DECISION': [
    'a notice before the decision is no notice of it',
    [came(), ['03-12 10:00', 'RESPONSE_OK', { reviewAction: 'A1' }, { notifiedAt: '2026-03-05T10:00:00Z' }]],
    `S ${AL}`,
    240,
  ],
  'NOTIFY-FAILED': [
    'the notification failed: no notice is known',
    [came(), yes('03-04 10:00'), event('03-04 10:01', 'NOTIFY_FAIL')],
    `S ${AL}`,
    48,
  ],
};

export const episodes: Record<string, Told> = {
  'THREE-STAYS': [
    'each stay by itself',
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00'),
      yes('03-08 10:00'),
      stay('03-10 10:00'),
      no('03-13 10:00'),
    ],
    'S received:3 approved:2 approvedInTime:2 denied deniedInTime reasonMissing',
    48,
  ],
  'STAY-APPEALED': [
    'the stay was denied, and overturned',
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00'),
      no('03-07 10:00'),
      event('03-08 10:00', 'APPEAL_RECEIVED'),
      event('03-10 10:00', 'APPEAL_OVERTURNED'),
    ],
    `S received:2 approved approvedInTime denied deniedInTime reasonMissing appealed overturned`,
    24,
  ],
  'STAY-BY-FAX': [
    'its own receipt, by fax, before the first was decided',
    [
      came(),
      yes('03-04 10:00'),
      stay('03-06 10:00', { receivedAt: '2026-03-03T10:00:00Z' }),
      yes('03-08 10:00'),
    ],
    `S received:2 approved:2 approvedInTime:2`,
    84,
  ],
  'UPDATED-TWICE': [
    'two updates before an answer are one',
    [
      came(),
      yes('03-04 10:00'),
      came('03-05 10:00', { type: 'UPDATE' }),
      came('03-06 10:00', { type: 'UPDATE' }),
      yes('03-07 10:00'),
    ],
    'S received:2 approved:2 approvedInTime:2',
    48,
  ],
  'STAY-PENDED-LATE': [
    'the stay pends past its deadline',
    [came(), yes('03-03 10:00'), stay('03-06 10:00'), pend('03-07 10:00'), yes('03-20 10:00')],
    'S received:2 approved:2 approvedInTime',
    180,
  ],
  'STAY-DISMISSED': [
    'the stay fails its validation',
    [came(), yes('03-03 10:00'), stay('03-06 10:00'), event('03-06 10:01', 'VAL_FAIL'), no('03-06 10:02')],
    'S received:2 approved approvedInTime dismissed',
    24,
  ],
  'FAST-THEN-STAY': [
    "an expedited request's stay that states nothing is as processed before",
    [fast(), yes('03-03 10:00'), stay('03-06 10:00', { priority: 'STANDARD' }), yes('03-12 10:00')],
    `S ${AP} E ${AP}`,
    84,
  ],
  'STAY-AFTER-NA': [
    'none was needed, then a stay',
    [came(), says('NA', '03-03 10:00'), stay('03-06 10:00'), yes('03-07 10:00')],
    'S received:2 approved approvedInTime notRequired',
    24,
  ],
};

export const appeals: Record<string, Told> = {
  'APPEAL-DISMISSED': [
    'a dismissed appeal is decided neither way',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_DECIDED', null, { appeal: { outcome: 'dismissed' } }),
    ],
    `S ${DE} appealed appealsWithdrawn`,
    48,
  ],
  'UPHELD-ALONE': [
    'upheld, without a receipt of its own',
    [came(), no('03-04 10:00'), event('03-08 10:00', 'APPEAL_UPHELD')],
    `S ${DE} appealed upheld`,
    48,
  ],
  'APPEAL-ANSWER-PART': [
    "the answer after it is the appeal's: in part",
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL', null, { appeal: true }),
      says('A2', '03-08 10:00'),
    ],
    `S ${DE} appealed overturnedInPart`,
    48,
  ],
  'APPEAL-ANSWER-PEND': [
    'pended: an appeal without a decision',
    [came(), no('03-04 10:00'), event('03-06 10:00', 'APPEAL', null, { appeal: true }), pend('03-08 10:00')],
    `S ${DE} appealed`,
    48,
  ],
  'APPEAL-NOT-OVERTURNED': [
    'a negation says nothing',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_DECIDED', null, { appeal: { outcome: 'not overturned' } }),
    ],
    `S ${DE} appealed`,
    48,
  ],
  'MISSED-EXTENDED': [
    'not missed: it was extended',
    [
      came(),
      longer('03-05 10:00', { days: 14 }),
      event('03-12 10:00', 'APPEAL_RECEIVED'),
      yes('03-14 10:00'),
    ],
    `S ${AP} ${EXT}`,
    288,
  ],
  'APPEAL-WITH-EXPEDITE': [
    'an appeal asked for urgently changes no priority of the request',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED', null, { priority: 'EXPEDITED' }),
      event('03-08 10:00', 'APPEAL_UPHELD'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'APPEAL-EXTENDED': [
    'an extension of the appeal is none of the request',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      longer('03-07 10:00', { days: 14 }),
      event('03-28 10:00', 'APPEAL_UPHELD'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'OFF-APPEALED': [
    'appealed where no frame binds',
    [
      came(),
      no('06-04 10:00'),
      event('06-06 10:00', 'APPEAL_RECEIVED'),
      event('06-08 10:00', 'APPEAL_OVERTURNED'),
    ],
    'S received denied reasonMissing appealed overturned',
    2256,
  ],
};

export const kinds: Record<string, Told> = {
  'DRUG-DENIED-APPEALED': [
    'a drug counts nowhere else',
    [came('03-02 10:00', { drug: 'pharmacy' }), no('03-04 10:00'), event('03-06 10:00', 'APPEAL_RECEIVED')],
    'S drugs',
    undefined,
  ],
  'DRUG-CORRECTED': [
    'what once was said to be a drug is one',
    [
      came('03-02 10:00', { drug: 'medical' }),
      event('03-02 10:05', 'PARSE_OK', null, { drug: 'none' }),
      yes('03-04 10:00'),
    ],
    'S drugs',
  ],
  'RETROSPECTIVE-BY-PARSER': [
    'found by the parser',
    [came(), event('03-02 10:05', 'PARSE_OK', { requestType: 'RETROSPECTIVE' }), yes('03-04 10:00')],
    'S retrospective',
  ],
  'RETROSPECTIVE-DRUG': [
    'once, as a drug or as that',
    [came('03-02 10:00', { type: 'RETROSPECTIVE', drug: 'medical' }), yes('03-04 10:00')],
    'S retrospective',
  ],
  'LINES-OVER-A4': [
    'the lines decide',
    [came(), says('A4', '03-04 10:00', {}, { lines: { approved: 3 } })],
    `S ${AP}`,
    48,
  ],
  'LINES-ZERO': [
    'nothing counted, the action decides',
    [came(), says('A3', '03-04 10:00', {}, { lines: { approved: 0, denied: 0, pended: 0 } })],
    `S ${DE}`,
    48,
  ],
  'LINES-TEXT': [
    'numbers in texts',
    [came(), event('03-04 10:00', 'RESPONSE_OK', null, { lines: { approved: '2', denied: '1' } })],
    `S ${PA}`,
    48,
  ],
  'LINES-BY-PAYER': [
    'counted by the payer, answered later',
    [
      came(),
      event('03-04 10:00', 'DOWNSTREAM_OK', null, { lines: { approved: 1, denied: 1 } }),
      says('A2', '03-04 10:05'),
    ],
    `S ${PA}`,
    48,
  ],
};
