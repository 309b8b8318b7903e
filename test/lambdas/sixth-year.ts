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
 * A sixth year, as somebody who audits a payer would draw it: every figure was written down from the rule before it was run. Times are UTC.
 */
export const plans = {
  'LA-SPRING': { zone: 'America/Los_Angeles' },
  ...all(['FAST-SPRING-LATE', 'EXT-UNTIL-DAY-NY', 'FAX-AT-NIGHT-NY', 'UNTIL-14-NY', 'UNTIL-DAY-FAST-NY'], {
    zone: 'America/New_York',
  }),
  'SYDNEY-AUTUMN': { zone: 'Australia/Sydney' },
  'HALIFAX-LATE': { zone: 'America/Halifax' },
  'DHAKA-LATE': { zone: 'Asia/Dhaka' },
  CHATHAM: { zone: 'Pacific/Chatham' },
  ...all(['HOURS-96', 'HOURS-48-FAST'], { expeditedHours: 48, standardHours: 96 }),
  ...all(['LABOR-DAY', 'LABOR-DAY-LATE'], {
    ...{ zone: 'America/New_York', standardBusinessDays: 2, holidays: ['2026-09-07'] },
  }),
  VETERANS: { zone: 'America/New_York', standardBusinessDays: 3, holidays: ['2026-11-11'] },
  ...all(['HOLIDAY-SATURDAY', 'HOLIDAY-SATURDAY-LATE'], {
    ...{ standardBusinessDays: 1, holidays: ['2026-07-04'] },
  }),
  ...all(['BD-LONG', 'BD-LONG-LATE'], { standardBusinessDays: 10, holidays: ['2025-12-25', '2026-01-01'] }),
  'LISBON-AUTUMN-LATE': { zone: 'Europe/Lisbon' },
  ...all(['STATE-WEEKEND', 'STATE-WEEKEND-LATE'], { state: 'TX' }),
  'STATE-CHRISTMAS': {
    state: 'TX',
    holidays: ['2026-12-23', '2026-12-24', '2026-12-25', '2026-12-28', '2026-12-29'],
  },
  ...all(['PERIOD-NIGHT', 'PERIOD-DAY', 'PERIOD-BY-FAX'], {
    ...{ zone: 'America/Chicago', periods: [{ from: '2026-10-01', standardDays: 3 }] },
  }),
  ...all(['MARKET-UPGRADED', 'MARKET-OLD', 'EXTENDED-PLAN-AFTERWARDS'], { kind: 'exchange' }),
  'EXT-BD': { standardBusinessDays: 5 },
};

export const zones: Record<string, Told> = {
  'LA-SPRING': ['the 9th ends an hour earlier', [came('03-02 18:00'), yes('03-10 06:30')], `S ${AP}`, 180.5],
  'FAST-SPRING-LATE': ['and a minute', [fast('03-07 12:00'), yes('03-10 12:01')], `E ${AL}`, 72 + 1 / 60],
  'SYDNEY-AUTUMN': ['an hour longer', [came('03-30 00:00'), yes('04-06 13:30')], `S ${AP}`, 181.5],
  'HALIFAX-LATE': [
    'seven times 24 hours are too late',
    [came('03-02 03:30'), yes('03-09 03:30')],
    `S ${AL}`,
    168,
  ],
  'DHAKA-LATE': ['at midnight the day is over', [came('05-10 18:30'), yes('05-18 18:00')], `S ${AL}`, 191.5],
  CHATHAM: [
    'twelve hours and three quarters ahead',
    [came('06-10 11:30'), yes('06-18 11:10')],
    `S ${AP}`,
    191 + 2 / 3,
  ],
  'HOURS-96': ['hours run on holidays', [came('05-22 20:00'), yes('05-26 20:00')], `S ${AP}`, 96],
  'HOURS-48-FAST': [
    'a minute over 48 hours',
    [fast('05-22 20:00'), yes('05-24 20:01')],
    `E ${AL}`,
    48 + 1 / 60,
  ],
  'LABOR-DAY': ['Friday and Tuesday', [came('09-03 15:00'), yes('09-09 03:00')], `S ${AP}`, 132],
  'LABOR-DAY-LATE': ['Tuesday is over', [came('09-03 15:00'), yes('09-09 05:00')], `S ${AL}`, 134],
  VETERANS: ['Monday, Tuesday, Thursday', [came('11-06 23:30'), yes('11-13 04:00')], `S ${AP}`, 148.5],
  'HOLIDAY-SATURDAY': [
    'a holiday on Saturday takes no day',
    [came('07-02 10:00'), yes('07-03 23:00')],
    `S ${AP}`,
    37,
  ],
  'HOLIDAY-SATURDAY-LATE': ['nor gives one', [came('07-02 10:00'), yes('07-04 01:00')], `S ${AL}`, 39],
  'BD-LONG': [
    'ten business days over two holidays',
    [came('2025-12-22 10:00'), yes('01-07 20:00')],
    'S carriedIn approved approvedInTime',
    394,
  ],
  'BD-LONG-LATE': ['and over', [came('2025-12-22 10:00'), yes('01-08 00:00')], 'S carriedIn approved', 398],
  'LISBON-AUTUMN-LATE': ['and over', [came('10-20 22:30'), yes('10-28 00:30')], `S ${AL}`, 170],
  'STATE-WEEKEND': ['Friday, Monday, Tuesday', [came('03-05 10:00'), yes('03-10 23:00')], `S ${AP}`, 133],
  'STATE-WEEKEND-LATE': [
    'before the seven days are over',
    [came('03-05 10:00'), yes('03-11 01:00')],
    `S ${AL}`,
    135,
  ],
  'STATE-CHRISTMAS': [
    "the state's days would be longer: seven days count",
    [came('12-22 10:00'), yes('12-30 01:00')],
    `S ${AL}`,
    183,
  ],
  'PERIOD-NIGHT': ['still September there', [came('10-01 04:30'), yes('10-08 04:00')], `S ${AP}`, 167.5],
  'PERIOD-DAY': ['October there: three days', [came('10-01 05:30'), yes('10-05 06:00')], `S ${AL}`, 96.5],
  'PERIOD-BY-FAX': [
    'by the fax it is of September',
    [came('10-02 10:00', { receivedAt: '2026-09-30T10:00:00-05:00' }), yes('10-07 15:00')],
    `S ${AP}`,
    168,
  ],
  'MARKET-UPGRADED': [
    '72 hours from the upgrade, within the 15 days',
    [came(), event('03-10 10:00', 'PRIORITY_UPGRADED'), yes('03-13 09:00')],
    `E ${AP}`,
    263,
  ],
  'MARKET-OLD': [
    '15 days in 2025, too',
    [came('2025-12-28 10:00'), yes('01-13 01:00')],
    'S carriedIn approved',
    375,
  ],
};

export const receipts: Record<string, Told> = {
  'FAX-FRIDAY': [
    'a fax of Friday night, typed on Monday',
    [came('03-09 09:00', { receivedAt: '2026-03-06T23:50:00Z' }), yes('03-13 23:00')],
    `S ${AP}`,
    167 + 1 / 6,
  ],
  'FAX-URGENT': [
    '72 hours from the fax',
    [came('03-09 09:00', { priority: 'EXPEDITED', receivedAt: '2026-03-06T18:00:00Z' }), yes('03-09 18:00')],
    `E ${AP}`,
    72,
  ],
  'FAX-URGENT-LATE': [
    'and not from the keyboard',
    [came('03-09 09:00', { priority: 'EXPEDITED', receivedAt: '2026-03-06T18:00:00Z' }), yes('03-09 18:30')],
    `E ${AL}`,
    72.5,
  ],
  'DELEGATE-FIRST': [
    "the delegate's receipt, told by the parser",
    [
      came('03-06 10:00'),
      event('03-06 10:01', 'PARSE_OK', null, { delegate: 'evicore', receivedAt: '2026-03-03T12:00:00Z' }),
      yes('03-10 20:00'),
    ],
    `S ${AP}`,
    176,
  ],
  'TWO-RECEIPTS': [
    'the earlier of two',
    [
      came('03-05 10:00', { receivedAt: '2026-03-04T10:00:00Z' }),
      event('03-05 11:00', 'PARSE_OK', null, { receivedAt: '2026-03-03T10:00:00Z' }),
      yes('03-10 10:00'),
    ],
    `S ${AP}`,
    168,
  ],
  'RECEIPT-IN-FUTURE': [
    'nobody receives tomorrow',
    [came('03-02 10:00', { receivedAt: '2026-03-20T10:00:00Z' }), yes('03-12 10:00')],
    `S ${AL}`,
    240,
  ],
  'RECEIPT-FAR-EAST': [
    'written with the offset of Tokyo',
    [came('03-03 08:00', { receivedAt: '2026-03-03T01:00:00+09:00' }), yes('03-09 23:00')],
    `S ${AP}`,
    175,
  ],
  'METADATA-RECEIPT': [
    'stated in metadata',
    [came('03-05 10:00', null, { receivedAt: '2026-03-04T10:00:00Z' }), yes('03-11 23:00')],
    `S ${AP}`,
    181,
  ],
  'NO-INTAKE': [
    'the earliest that was heard of',
    [event('03-02 10:05', 'PARSE_START'), yes('03-09 10:05')],
    `S ${AP}`,
    168,
  ],
  'ANSWER-ONLY': ['nothing but its answer', [yes('03-04 10:00')], `S ${AP}`, 0],
  'RECEIPT-OF-APPEAL': [
    "an appeal's receipt is its own",
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED', null, { receivedAt: '2026-03-06T08:00:00Z' }),
      event('03-08 10:00', 'APPEAL_UPHELD'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'CARRIED-OPEN': ['carried in and out', [came('2025-12-30 10:00')], 'S carriedIn open'],
  'CARRIED-VOID': [
    'carried in, a duplicate',
    [came('2025-12-29 10:00'), event('01-02 10:00', 'DUPLICATE_DETECTED')],
    'S carriedIn void',
  ],
  'CARRIED-DISMISSED': [
    'carried in, unfit',
    [came('2025-12-29 10:00'), event('01-02 09:00', 'VAL_FAIL'), no('01-02 10:00')],
    'S carriedIn dismissed',
  ],
  'CARRIED-EXTENDED': [
    '14 days and 14 more',
    [came('2025-12-20 10:00'), longer('01-02 10:00', { days: 14 }), yes('01-17 10:00')],
    `S carriedIn approved approvedInTime ${EXT}`,
    672,
  ],
  'FAX-AT-NIGHT-NY': [
    "New Year's Eve there: of last year, 14 days",
    [came('01-02 15:00', { receivedAt: '2026-01-01T03:00:00Z' }), yes('01-14 20:00')],
    'S carriedIn approved approvedInTime',
    329,
  ],
};

export const priorities: Record<string, Told> = {
  'REFUSED-SATURDAY': [
    'seven days from Friday',
    [fast('03-06 16:00'), event('03-07 09:00', 'EXPEDITE_DENIED'), yes('03-13 20:00')],
    `S ${AP}`,
    172,
  ],
  'REFUSED-ASKED-AGAIN': [
    '72 hours from when it was asked again',
    [
      fast(),
      event('03-03 10:00', 'EXPEDITE_DENIED'),
      event('03-05 10:00', 'PRIORITY_UPGRADED'),
      yes('03-08 11:00'),
    ],
    `E ${AL}`,
    145,
  ],
  'URGENT-AS-TEXT': [
    'a flag written as a text',
    [came(), event('03-02 10:02', 'PARSE_OK', { hasUrgent: 'true' }), yes('03-05 09:00')],
    `E ${AP}`,
    71,
  ],
  'STAT-STATED': [
    'stat is expedited',
    [came('03-02 10:00', { priority: 'stat' }), yes('03-05 10:01')],
    `E ${AL}`,
    72 + 1 / 60,
  ],
  'STATED-BY-ENRICHER': [
    'stated first half an hour later: from receipt',
    [came(), event('03-02 10:30', 'ENRICH_OK', null, { priority: 'EXPEDITED' }), yes('03-05 10:15')],
    `E ${AL}`,
    72.25,
  ],
  'UPGRADED-BY-FIELD': [
    'a new priority by its field',
    [came(), event('03-04 10:00', 'PRIORITY_CHANGED', { newPriority: 'EXPEDITED' }), yes('03-07 10:00')],
    `E ${AP}`,
    120,
  ],
  'DOWNGRADED-BY-FIELD': [
    'from and to',
    [
      fast(),
      event('03-03 10:00', 'PRIORITY_CHANGED', { from: 'EXPEDITED', to: 'STANDARD' }),
      yes('03-09 10:00'),
    ],
    `S ${AP}`,
    168,
  ],
  'UPGRADED-PENDED': [
    'upgraded while pended',
    [came(), pend('03-03 10:00'), event('03-05 09:00', 'PRIORITY_UPGRADED'), yes('03-08 09:00')],
    `E ${AP}`,
    143,
  ],
  'WITHDRAWN-UPGRADED': [
    'what is over has no other priority',
    [came(), event('03-04 10:00', 'WITHDRAWN'), event('03-05 10:00', 'PRIORITY_UPGRADED')],
    'S received withdrawn',
  ],
  'PRIORITY-P1': [
    'a word that is not understood',
    [came('03-02 10:00', null, { priority: 'P1' }), yes('03-09 10:00')],
    `S ${AP}`,
    168,
  ],
  'QUEUE-PRIORITY': [
    "a queue's priority",
    [came(), event('03-02 10:05', 'PUBLISH_OK', { priority: 'EXPEDITED' }), yes('03-09 10:00')],
    `S ${AP}`,
    168,
  ],
};

export const extensions: Record<string, Told> = {
  'EXT-DENIED-LATE': [
    'the 23rd is over',
    [came(), longer('03-05 09:00', { days: 14 }), no('03-24 10:00')],
    'S received denied reasonMissing extended',
    528,
  ],
  'EXT-MEMBER': [
    'asked for by the member',
    [
      came(),
      event('03-05 09:00', 'EXTENSION_REQUESTED', null, { extension: { days: 10, by: 'member' } }),
      yes('03-19 10:00'),
    ],
    `S ${AP} ${EXT}`,
    408,
  ],
  'EXT-METADATA': [
    'days in metadata',
    [came(), event('03-05 09:00', 'EXTENSION_GRANTED', { extensionDays: 7 }), yes('03-16 20:00')],
    `S ${AP} ${EXT}`,
    346,
  ],
  'EXT-UNTIL-DAY-NY': [
    'until the 20th there',
    [came('03-02 15:00'), longer('03-05 15:00', { until: '2026-03-20' }), yes('03-21 03:00')],
    `S ${AP} ${EXT}`,
    444,
  ],
  'EXT-ON-PEND': [
    'said with the pend',
    [came(), says('A4', '03-05 10:00', {}, { extension: { days: 14 } }), yes('03-20 10:00')],
    `S ${AP} ${EXT}`,
    432,
  ],
  'EXT-BD': [
    '14 days after five business days',
    [came(), longer('03-05 10:00', { days: 14 }), yes('03-23 12:00')],
    `S ${AP} ${EXT}`,
    506,
  ],
  'EXT-WITHDRAWN': [
    'nothing was decided',
    [came(), longer('03-05 10:00', { days: 14 }), event('03-10 10:00', 'WITHDRAWN')],
    'S received withdrawn',
  ],
  'EXT-UPGRADED': [
    '72 hours from the upgrade',
    [
      came(),
      longer('03-05 10:00', { days: 14 }),
      event('03-12 10:00', 'PRIORITY_UPGRADED'),
      yes('03-16 10:00'),
    ],
    `E ${AL} ${EXT}`,
    336,
  ],
  'EXT-THEN-STAY': [
    'the stay has no extension',
    [
      came(),
      longer('03-05 10:00', { days: 14 }),
      yes('03-12 10:00'),
      stay('03-13 10:00'),
      yes('03-21 10:00'),
    ],
    `S received:2 approved:2 approvedInTime ${EXT}`,
    216,
  ],
};

export const ends: Record<string, Told> = {
  'CLOSED-ERROR': [
    'entered in error',
    [
      came(),
      event('03-04 10:00', 'REQUEST_CLOSED', { closeReason: 'ENTERED_IN_ERROR' }, { status: 'CANCELLED' }),
    ],
    'S received void',
  ],
  'CLOSED-UNFIT': [
    'unprocessable',
    [
      came(),
      event('03-04 10:00', 'REQUEST_CLOSED', { closeReason: 'UNPROCESSABLE' }, { status: 'CANCELLED' }),
    ],
    'S received dismissed',
  ],
  'UNFIT-PENDED': [
    'unfit, and more is asked for',
    [came(), event('03-02 10:01', 'VAL_FAIL'), pend('03-02 10:02')],
    'S received open',
  ],
  'UNFIT-ERROR': [
    'unfit, answered with an error',
    [came(), event('03-02 10:01', 'VAL_FAIL'), event('03-02 10:02', 'RESPONSE_OK', { outcome: 'error' })],
    'S received dismissed',
  ],
  'UNFIT-MENDED-DENIED': [
    'mended, then denied',
    [came(), event('03-02 10:01', 'VAL_FAIL'), event('03-03 10:00', 'VAL_OK'), no('03-05 10:00')],
    `S ${DE}`,
    72,
  ],
  'PENDED-VOID': [
    'a duplicate while pended',
    [came(), pend('03-03 10:00'), event('03-04 10:00', 'DUPLICATE')],
    'S received void',
  ],
  'DENIED-C': [
    'a denial cancelled is one',
    [came(), no('03-04 10:00'), says('C', '03-06 10:00')],
    `S ${DE}`,
    48,
  ],
  'DENIED-NA': [
    'none needed after all',
    [came(), no('03-04 10:00'), says('NA', '03-06 10:00')],
    `S ${DE}`,
    48,
  ],
  'CT-THEN-YES': [
    'to contact the payer decides nothing',
    [came(), says('CT', '03-03 10:00'), yes('03-05 10:00')],
    `S ${AP}`,
    72,
  ],
  'CANCEL-SENT-DECIDED': [
    'of what is decided',
    [came(), yes('03-04 10:00'), event('03-05 10:00', 'REQUEST_RECEIVED', null, { type: 'CANCEL' })],
    `S ${AP}`,
    48,
  ],
  EXPIRED: [
    'our expiry ends no clock',
    [came(), event('03-20 10:00', 'REQUEST_EXPIRED', null, { status: 'EXPIRED' })],
    'S received open',
  ],
  'DUPLICATES-LOOKED-FOR': [
    'looked for, not found',
    [came(), event('03-02 10:01', 'DUPLICATE_CHECK_OK'), yes('03-05 10:00')],
    `S ${AP}`,
    72,
  ],
  'VOID-THEN-STAY': [
    'a stay after a void one',
    [came(), event('03-04 10:00', 'VOIDED'), stay('03-06 10:00'), yes('03-08 10:00')],
    'S received:2 void approved approvedInTime',
    48,
  ],
};

export const appeals: Record<string, Told> = {
  'PART-APPEALED-PART': [
    'in part, and in part again',
    [
      came(),
      says('A2', '03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_DECIDED', null, { appeal: { outcome: 'partial' } }),
    ],
    `S ${PA} appealed overturnedInPart`,
    48,
  ],
  'BY-THE-MEMBER': [
    "a member's appeal",
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'MEMBER_APPEAL_FILED'),
      event('03-08 10:00', 'APPEAL_DECIDED', { appealOutcome: 'overturned' }),
    ],
    `S ${DE} appealed overturned`,
    48,
  ],
  RECONSIDERED: [
    'a reconsideration is one',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'RECONSIDERATION_RECEIVED'),
      event('03-08 10:00', 'RECONSIDERATION_UPHELD'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'APPEAL-BY-FIELDS': [
    'all of it in one event',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'STATUS_NOTE', null, {
        appeal: {
          receivedAt: '2026-03-05T10:00:00Z',
          outcome: 'overturned',
          decidedAt: '2026-03-06T09:00:00Z',
        },
      }),
    ],
    `S ${DE} appealed overturned`,
    48,
  ],
  'FILED-TWICE': [
    'one appeal',
    [
      came(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-07 10:00', 'APPEAL_FILED'),
      event('03-08 10:00', 'APPEAL_UPHELD'),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'LATE-DENIAL-APPEALED': [
    'denied late, then appealed',
    [
      came(),
      no('03-12 10:00'),
      event('03-13 10:00', 'APPEAL_RECEIVED'),
      event('03-15 10:00', 'APPEAL_UPHELD'),
    ],
    'S received denied reasonMissing appealed upheld',
    240,
  ],
  'MISSED-PENDED': [
    'pended, missed, appealed, still open',
    [came(), pend('03-03 10:00'), event('03-12 10:00', 'APPEAL_RECEIVED')],
    'S received open appealed',
  ],
  'MISSED-DISMISSED': [
    'the appeal is dismissed, the request decided later',
    [
      came(),
      event('03-12 10:00', 'APPEAL_RECEIVED'),
      event('03-14 10:00', 'APPEAL_DECIDED', null, { appeal: { outcome: 'dismissed' } }),
      yes('03-16 10:00'),
    ],
    `S ${AL} appealed appealsWithdrawn`,
    336,
  ],
  'MISSED-PART': [
    'the appeal decides in part',
    [
      came(),
      event('03-12 10:00', 'APPEAL_RECEIVED'),
      event('03-15 10:00', 'APPEAL_DECIDED', null, { appeal: { outcome: 'partial' } }),
    ],
    'S received partial reasonMissing appealed overturnedInPart',
    312,
  ],
  'APPEALED-WITHDRAWN': [
    'who withdraws now withdraws the appeal',
    [came(), no('03-04 10:00'), event('03-06 10:00', 'APPEAL_RECEIVED'), event('03-08 10:00', 'WITHDRAWN')],
    `S ${DE} appealed appealsWithdrawn`,
    48,
  ],
  'APPEAL-WHILE-STAY': [
    'of the denial, not of the stay',
    [
      came(),
      no('03-04 10:00'),
      stay('03-06 10:00'),
      event('03-07 10:00', 'APPEAL_RECEIVED'),
      yes('03-09 10:00'),
      event('03-11 10:00', 'APPEAL_UPHELD'),
    ],
    'S received:2 approved approvedInTime denied deniedInTime reasonMissing appealed upheld',
    60,
  ],
  'FAST-APPEALED': [
    'in the expedited row',
    [
      fast(),
      no('03-04 10:00'),
      event('03-06 10:00', 'APPEAL_RECEIVED'),
      event('03-08 10:00', 'APPEAL_OVERTURNED'),
    ],
    `E ${DE} appealed overturned`,
    48,
  ],
  'PEER-TO-PEER': [
    'a talk is no appeal',
    [came(), no('03-04 10:00'), event('03-05 10:00', 'PEER_TO_PEER_REQUESTED'), yes('03-06 10:00')],
    `S ${DE}`,
    48,
  ],
};

export const episodes: Record<string, Told> = {
  'STAY-DENIED': [
    'approved, then denied',
    [came(), yes('03-03 10:00'), stay('03-06 10:00'), no('03-08 10:00')],
    'S received:2 approved approvedInTime denied deniedInTime reasonMissing',
    36,
  ],
  'STAY-OPEN': [
    'open at the end of the year',
    [came(), yes('03-03 10:00'), stay('12-30 10:00')],
    'S received:2 approved approvedInTime open',
    24,
  ],
  'STAY-NEXT-YEAR': [
    'of the next year',
    [came(), yes('03-03 10:00'), stay('2027-01-02 10:00')],
    `S ${AP}`,
    24,
  ],
  'STAY-REFUSED': [
    'an expedited stay that is refused',
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00', { priority: 'EXPEDITED' }),
      event('03-07 10:00', 'EXPEDITE_DENIED'),
      yes('03-12 10:00'),
    ],
    'S received:2 approved:2 approvedInTime:2',
    84,
  ],
  'STAY-DRUG': [
    'a drug the second time',
    [came(), yes('03-03 10:00'), stay('03-06 10:00', { drug: 'pharmacy' }), yes('03-07 10:00')],
    `S ${AP} drugs`,
    24,
  ],
  'DRUG-THEN-STAY': [
    'a drug the first time',
    [
      came('03-02 10:00', { drug: 'medical' }),
      yes('03-03 10:00'),
      stay('03-06 10:00', { drug: 'none' }),
      yes('03-08 10:00'),
    ],
    `S ${AP} drugs`,
    48,
  ],
  CONCURRENT: [
    'by a type of its own',
    [came(), yes('03-03 10:00'), event('03-06 10:00', 'CONCURRENT_REVIEW_REQUESTED'), yes('03-07 10:00')],
    'S received:2 approved:2 approvedInTime:2',
    24,
  ],
  AMENDED: [
    'amended after the decision',
    [came(), yes('03-03 10:00'), event('03-06 10:00', 'REQUEST_AMENDED'), yes('03-07 10:00')],
    'S received:2 approved:2 approvedInTime:2',
    24,
  ],
  'STAY-MISSED': [
    "the stay's deadline is missed and appealed",
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00'),
      event('03-15 10:00', 'APPEAL_RECEIVED'),
      event('03-16 10:00', 'APPEAL_OVERTURNED'),
    ],
    'S received:2 approved:2 approvedInTime appealed overturned',
    132,
  ],
  'STAY-IN-PART': [
    'pended, then in part',
    [came(), yes('03-03 10:00'), stay('03-06 10:00'), pend('03-07 10:00'), says('A2', '03-10 10:00')],
    'S received:2 approved approvedInTime partial partialInTime reasonMissing',
    60,
  ],
  'STAY-HEARD-LATE': [
    'its answer is heard before it',
    [
      came(),
      yes('03-03 10:00'),
      yes('03-11 10:00'),
      ['03-06 10:00', 'REQUEST_RECEIVED', null, { type: 'CONTINUED_STAY' }, '03-12 10:00'],
    ],
    'S received:2 approved:2 approvedInTime:2',
    72,
  ],
};

const counted = (at: string, lines: unknown, metadata: object | null = null) =>
  event(at, 'RESPONSE_OK', metadata, { lines });
export const lines: Record<string, Told> = {
  'LINES-LAST-DENIED': [
    'decided with the last',
    [
      came(),
      counted('03-04 10:00', { approved: 2, pended: 1 }),
      counted('03-06 10:00', { approved: 2, denied: 1 }),
    ],
    `S ${PA}`,
    96,
  ],
  'LINES-CHANGED': ['one changed', [came(), counted('03-04 10:00', ['A1', 'A6'])], `S ${PA}`, 48],
  'LINES-CT': ['one not decided', [came(), counted('03-04 10:00', ['A1', 'CT'])], 'S received open'],
  'LINES-C-A3': ['one taken back, one denied', [came(), counted('03-04 10:00', ['C', 'A3'])], `S ${DE}`, 48],
  'LINES-REASON': [
    'the line that is denied says why',
    [
      came(),
      counted('03-04 10:00', [{ reviewAction: 'A1' }, { reviewAction: 'A3', denialReasonCode: 'MN-1' }]),
    ],
    'S received partial partialInTime reasonGiven',
    48,
  ],
  'LINES-A2': [
    'all approved, in part',
    [came(), says('A2', '03-04 10:00', {}, { lines: { approved: 3 } })],
    `S ${PA}`,
    48,
  ],
};

export const answers: Record<string, Told> = {
  HCR: [
    "X12's own names",
    [came(), event('03-04 10:00', 'RESPONSE_OK', { HCR01: 'A3', HCR03: '0V' })],
    'S received denied deniedInTime reasonGiven',
    48,
  ],
  'PENDED-A6': [
    'pended, then changed',
    [came(), pend('03-03 10:00'), says('A6', '03-05 10:00')],
    `S ${PA}`,
    72,
  ],
  'PARTLY-DENIED': [
    'denied in part is approved in part',
    [came(), event('03-04 10:00', 'RESPONSE_OK', { disposition: 'Partially Denied' })],
    `S ${PA}`,
    48,
  ],
  'TWO-HEARD-TOGETHER': [
    'two determinations in a message',
    [came(), ['03-04 10:00', 'RESPONSE_OK', { reviewAction: 'A3' }, null, '03-05 10:00'], yes('03-04 11:00')],
    `S ${DE}`,
    48,
  ],
  'ANSWER-HEARD-FIRST': [
    'the intake is heard after the answer',
    [yes('03-04 10:00'), ['03-02 10:00', 'REQUEST_RECEIVED', null, null, '03-05 10:00']],
    `S ${AP}`,
    48,
  ],
  'CALLBACK-THEN-ANSWER': [
    'decided in time, answered late',
    [
      came(),
      event('03-09 20:00', 'CALLBACK_OK', { reviewAction: 'A1' }),
      event('03-10 10:00', 'RESPONSE_OK', { outcome: 'complete' }),
    ],
    `S ${AL}`,
    178,
  ],
  'CALLBACK-THEN-NOTICE': [
    'decided and notified in time',
    [
      came(),
      event('03-09 20:00', 'CALLBACK_OK', { reviewAction: 'A1' }),
      event('03-09 23:00', 'NOTIFY_OK', { subscriptionCount: 1 }),
    ],
    `S ${AP}`,
    178,
  ],
  'NOTICE-STATED-LATE': [
    'the notice is stated, and late',
    [
      came(),
      yes('03-09 10:00'),
      event('03-10 09:30', 'NOTIFY_OK', null, { notifiedAt: '2026-03-10T09:00:00Z' }),
    ],
    `S ${AL}`,
    168,
  ],
  'NOTICE-MAILED': [
    'mailed in time, told later',
    [
      came(),
      yes('03-09 10:00'),
      event('03-11 10:00', 'NOTIFY_OK', null, { notifiedAt: '2026-03-09T20:00:00Z' }),
    ],
    `S ${AP}`,
    168,
  ],
  'NOTICE-TO-NOBODY': [
    'no subscriber had it',
    [
      came(),
      event('03-09 10:00', 'CALLBACK_OK', { reviewAction: 'A1' }),
      event('03-09 12:00', 'NOTIFY_OK', { subscriptionCount: 0 }),
    ],
    `S ${AL}`,
    168,
  ],
  'RETRIED-LATE': [
    'failures of ours excuse nothing',
    [
      came(),
      event('03-02 10:05', 'DOWNSTREAM_FAIL'),
      event('03-02 10:10', 'DOWNSTREAM_FAIL'),
      yes('03-11 10:00'),
    ],
    `S ${AL}`,
    216,
  ],
  'CALL-FAILED-DENIED': [
    'a call that failed denies nothing',
    [came(), event('03-02 10:05', 'DOWNSTREAM_FAIL', { disposition: 'Denied' })],
    'S received open',
  ],
};

export const kinds: Record<string, Told> = {
  ADMISSION: [
    'an admission is notified',
    [came('03-02 10:00', { type: 'ADMISSION_NOTIFICATION' }), yes('03-04 10:00')],
    'S notifications',
  ],
  'DRUG-RETAIL': [
    'of a pharmacy',
    [came('03-02 10:00', null, { drugType: 'retail pharmacy' }), yes('03-04 10:00')],
    'S drugs',
  ],
  'DRUG-FAST': [
    'Part B, expedited',
    [came('03-02 10:00', { priority: 'EXPEDITED', drug: 'medical' }), yes('03-03 09:00')],
    'E drugs',
  ],
  'RETRO-FAST': [
    'urgent afterwards',
    [came('03-02 10:00', { type: 'RETROSPECTIVE', priority: 'EXPEDITED' })],
    'E retrospective',
  ],
  MEDICATION: [
    'a medication by its category',
    [came('03-02 10:00', null, { category: 'MEDICATION' }), yes('03-04 10:00')],
    'S drugs',
  ],
};

export const crossings: Record<string, Told> = {
  'STAY-RECEIPT-LATER-THAN-SAID': [
    'nobody says today that he will receive in a week',
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00', { receivedAt: '2026-03-12T10:00:00Z' }),
      yes('03-15 10:00'),
    ],
    'S received:2 approved:2 approvedInTime',
    120,
  ],
  'APPEAL-TOLD-LATER': [
    'decided the day before it is told, and filed by then',
    [
      came(),
      no('03-04 10:00'),
      event('03-09 10:00', 'APPEAL_DECIDED', null, {
        appeal: { outcome: 'overturned', decidedAt: '2026-03-08T10:00:00Z' },
      }),
    ],
    `S ${DE} appealed overturned`,
    48,
  ],
  'APPEAL-DECIDED-BEFORE-FILED': [
    'decided when it was filed, by another clock',
    [
      came(),
      no('03-04 10:00'),
      event('03-09 10:00', 'APPEAL_DECIDED', null, {
        appeal: { outcome: 'upheld', receivedAt: '2026-03-08T10:00:00Z', decidedAt: '2026-03-08T09:00:00Z' },
      }),
    ],
    `S ${DE} appealed upheld`,
    48,
  ],
  'EXTENDED-RECEIPT-BEFORE': [
    "the delegate's receipt comes with its answer: the extension was too late",
    [
      came('03-05 10:00'),
      longer('03-11 10:00', { days: 14 }),
      says('A1', '03-13 10:00', {}, { receivedAt: '2026-03-02T10:00:00Z' }),
    ],
    `S ${AL}`,
    264,
  ],
  'EXTENDED-RECEIPT-AFTER': [
    'by the receipt that is stated later it was in time',
    [
      came(),
      longer('03-10 10:00', { days: 7 }),
      event('03-11 10:00', 'PARSE_OK', null, { receivedAt: '2026-03-04T10:00:00Z' }),
      yes('03-17 10:00'),
    ],
    `S ${AP} ${EXT}`,
    312,
  ],
  'EXTENDED-PLAN-AFTERWARDS': [
    'by the plan that is named later it was in time',
    [
      came('03-02 10:00', { plan: null }),
      longer('03-12 10:00', { days: 7 }),
      event('03-13 10:00', 'ENRICH_OK', { planId: 'EXTENDED-PLAN-AFTERWARDS' }),
      yes('03-23 10:00'),
    ],
    `S ${AP} ${EXT}`,
    504,
  ],
  'APPEALED-RECEIPT-AFTER': [
    'by the receipt that is stated later no deadline was missed',
    [
      came(),
      event('03-10 10:00', 'APPEAL_RECEIVED'),
      event('03-11 10:00', 'PARSE_OK', null, { receivedAt: '2026-03-04T10:00:00Z' }),
      yes('03-11 20:00'),
    ],
    `S ${AP}`,
    178,
  ],
  'UPGRADED-FAXED-BEFORE': [
    'the fax makes the standard frame end before the 72 hours',
    [
      came('03-05 10:00'),
      event('03-06 10:00', 'PRIORITY_UPGRADED'),
      event('03-06 11:00', 'PARSE_OK', null, { receivedAt: '2026-03-01T10:00:00Z' }),
      yes('03-09 09:00'),
    ],
    `E ${AL}`,
    191,
  ],
  'APPEAL-TAKEN-BACK-YES': [
    'approved after the appeal was withdrawn',
    [
      came(),
      no('03-04 10:00'),
      event('03-05 10:00', 'APPEAL_RECEIVED'),
      event('03-06 10:00', 'APPEAL_WITHDRAWN'),
      yes('03-12 10:00'),
    ],
    `S ${DE} appealed appealsWithdrawn`,
    48,
  ],
  'UNTIL-14-NY': [
    '14 days there, the 23rd',
    [came('03-02 15:00'), longer('03-05 15:00', { until: '2026-03-24T03:59:59Z' }), yes('03-24 03:30')],
    `S ${AP} ${EXT}`,
    516.5,
  ],
  'UNTIL-DAY-FAST-NY': [
    'a frame of hours ends at its hour on the 10th',
    [fast('03-05 15:00'), longer('03-06 15:00', { until: '2026-03-10' }), yes('03-10 20:00')],
    `E ${AL} ${EXT}`,
    125,
  ],
  'STAY-UPGRADED': [
    'the stay is upgraded',
    [
      came(),
      yes('03-03 10:00'),
      stay('03-06 10:00'),
      event('03-08 10:00', 'PRIORITY_UPGRADED'),
      yes('03-10 10:00'),
    ],
    `S ${AP} E ${AP}`,
    60,
  ],
  'LINES-THEN-A1': [
    'the rest is approved by its action',
    [came(), counted('03-04 10:00', { approved: 1, pended: 1 }), yes('03-06 10:00')],
    `S ${AP}`,
    96,
  ],
  'LINES-REST': [
    'the last of three',
    [came(), counted('03-04 10:00', { approved: 2, pended: 1 }), counted('03-06 10:00', ['A3'])],
    `S ${PA}`,
    96,
  ],
  'LINES-WORDS': [
    'lines in words',
    [came(), counted('03-04 10:00', ['Certified', 'Not Certified'])],
    `S ${PA}`,
    48,
  ],
  'TYPE-FREE': [
    'by a type of its own',
    [came(), event('03-04 10:00', 'AUTHORIZATION_NOT_REQUIRED')],
    'S received notRequired',
  ],
  'TYPE-DETERMINED': [
    'by what stands in it',
    [came(), event('03-04 10:00', 'DETERMINATION_MADE', { decision: 'Approved' })],
    `S ${AP}`,
    48,
  ],
  LETTER: [
    'a letter is a notice',
    [
      came(),
      event('03-08 10:00', 'CALLBACK_OK', { reviewAction: 'A3' }),
      event('03-09 10:00', 'DENIAL_LETTER_SENT', null, { notifiedAt: '2026-03-09T09:00:00Z' }),
    ],
    `S ${DE}`,
    144,
  ],
  'SENT-AGAIN-DECIDED': [
    'told again after the decision',
    [came(), yes('03-04 10:00'), came('03-05 10:00')],
    `S ${AP}`,
    48,
  ],
  'REFUSED-EXTENDED': [
    'refused, then extended: from the standard frame',
    [
      fast(),
      event('03-03 10:00', 'EXPEDITE_DENIED'),
      longer('03-08 10:00', { days: 14 }),
      yes('03-23 10:00'),
    ],
    `S ${AP} ${EXT}`,
    504,
  ],
  'EXTENDED-UPGRADED-IN-TIME': [
    'within the 72 hours',
    [
      came(),
      longer('03-05 10:00', { days: 14 }),
      event('03-12 10:00', 'PRIORITY_UPGRADED'),
      yes('03-15 09:00'),
    ],
    `E ${AP} ${EXT}`,
    311,
  ],
  'UPGRADE-EXTENDED-AFTERWARDS': [
    'what is extended once is not again',
    [
      came(),
      longer('03-05 10:00', { days: 14 }),
      event('03-12 10:00', 'PRIORITY_UPGRADED'),
      longer('03-13 10:00', { days: 14 }),
      yes('03-16 10:00'),
    ],
    `E ${AL} ${EXT}`,
    336,
  ],
  'MISSED-THEN-UPHELD-PEND': [
    'pended again under appeal',
    [came(), event('03-12 10:00', 'APPEAL_RECEIVED'), pend('03-13 10:00'), no('03-15 10:00')],
    'S received denied reasonMissing appealed upheld',
    312,
  ],
};
