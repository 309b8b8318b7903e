/**
 * A payer's second year: 2026 as seen by somebody who knows the rules (docs/stuck.md, docs/contract/README.md, CMS-0057-F) and not the
 * program. Times are UTC, `03-02 10:00` is of 2026; 2 March is a Monday, and clocks go forward on 8 March in the United States.
 */

/** At, event type, metadata, request; and when it was heard of, where that was later. */
export type Step = [at: string, type: string, metadata?: unknown, request?: object | null, heardAt?: string];

/** Why it counts so; what was sent; the figures it is in (S standard, E expedited); mean hours from receipt to determination. */
export type Told = [why: string, steps: Step[], counts: string, hours?: number];

export const got = (at: string, request: object | null = null, metadata: unknown = null): Step => [
  at,
  'REQUEST_RECEIVED',
  metadata,
  request,
];
export const urgent = (at: string): Step => got(at, { priority: 'EXPEDITED' });
export const said = (at: string, metadata: unknown, request: object | null = null): Step => [
  at,
  'RESPONSE_OK',
  metadata,
  request,
];
export const yes = (at: string): Step => said(at, { outcome: 'approved', disposition: 'Certified' });
export const no = (at: string): Step =>
  said(at, { outcome: 'denied', disposition: 'Not Certified', denialReasonCode: 'MN-1' });
export const pend = (at: string): Step => said(at, { outcome: 'pended', disposition: 'Pended' });

export const APPROVED = 'received approved approvedInTime';
export const LATE = 'received approved';
export const DENIED = 'received denied deniedInTime reasonGiven';
export const IN_PART = 'received partial partialInTime reasonMissing';
export const OPEN = 'received open';

/** Received on 2 March and answered on 4 March, after two days. */
export const answered = (
  why: string,
  answer: unknown,
  counts: string,
  request: object | null = null,
): Told => {
  const isDecided = /approved|denied|partial/.test(counts);
  return [
    why,
    [got('03-02 10:00'), said('03-04 10:00', answer, request)],
    `S ${counts}`,
    isDecided ? 48 : undefined,
  ];
};

/** What somebody else than an answer says, on 4 March. */
export const ended = (why: string, step: Step, counts: string): Told => [
  why,
  [got('03-02 10:00'), step],
  `S ${counts}`,
];

/** Received and approved, under a policy. */
export const under = (
  why: string,
  received: string,
  approved: string,
  isInTime: boolean,
  hours: number,
): Told => [why, [got(received), yes(approved)], `S ${isInTime ? APPROVED : LATE}`, hours];

/** By plan; the others have the default: 72 hours, seven calendar days, in UTC. */
export const policy = {
  plans: {
    'NEW-YORK-IN-TIME': { zone: 'America/New_York' },
    'NEW-YORK-LATE': { zone: 'America/New_York' },
    'NEW-YORK-AUTUMN': { zone: 'America/New_York' },
    'NEW-YORK-NEW-YEARS-EVE': { zone: 'America/New_York' },
    'PHOENIX-LATE': { zone: 'America/Phoenix' },
    'CAIRO-MIDNIGHT': { zone: 'Africa/Cairo' },
    'BUSINESS-DAYS': {
      zone: 'America/Chicago',
      standardBusinessDays: 3,
      holidays: ['2026-11-26', '2026-11-27'],
    },
    'BUSINESS-DAYS-LATE': {
      zone: 'America/Chicago',
      standardBusinessDays: 3,
      holidays: ['2026-11-26', '2026-11-27'],
    },
    'BUSINESS-SATURDAY': { standardBusinessDays: 3 },
    'HOURS-IN-TIME': { standardHours: 120 },
    'HOURS-LATE': { standardHours: 120 },
    'STATE-STRICTER': { state: 'TX' },
    'STATE-LAXER': { standardDays: 2, state: 'TX' },
    'STATE-EXPEDITED': { state: 'TX' },
    'EXCHANGE-IN-TIME': { kind: 'exchange' },
    'EXCHANGE-LATE': { kind: 'exchange' },
    'EXCHANGE-URGENT': { kind: 'exchange' },
    'PERIOD-BEFORE': { periods: [{ from: '2026-07-01', standardDays: 5 }] },
    'PERIOD-AFTER': { periods: [{ from: '2026-07-01', standardDays: 5 }] },
    UNBOUND: 'off',
    'EXTENDED-BUSINESS': { standardBusinessDays: 3 },
    'plan-in-any-case': { kind: 'exchange' },
    'PLAN-NAMED-LATE': { kind: 'exchange' },
  },
  states: { TX: { expeditedHours: 24, standardBusinessDays: 3 } },
};

export const answers: Record<string, Told> = {
  'COMPLETE-A4': answered(
    'The action pends, whatever FHIR says.',
    { outcome: 'complete', reviewAction: 'A4' },
    OPEN,
  ),
  'QUEUED-THEN-A1': [
    'Older guides say queued for pended; the approval is the determination.',
    [
      got('03-02 10:00'),
      said('03-02 10:01', { outcome: 'queued' }),
      ['03-03 10:00', 'CALLBACK_START'],
      said('03-03 10:00', { outcome: 'complete', reviewActionCode: 'A1' }),
    ],
    `S ${APPROVED}`,
    24,
  ],
  'PARTIAL-A1': answered(
    'FHIR’s partial is partly adjudicated: the action decides.',
    { outcome: 'partial', reviewAction: 'A1' },
    APPROVED,
  ),
  'PARTIAL-OWN-WORDS': answered(
    'The running system’s own disposition.',
    { outcome: 'partial', disposition: 'Partially Certified' },
    IN_PART,
  ),
  'FHIR-ERROR': answered('An error answers nothing.', { outcome: 'error' }, OPEN),
  'ACTION-AGAINST-OUTCOME': answered(
    'A3 denies, whatever the outcome says.',
    { outcome: 'approved', reviewAction: 'A3', denialReasonCode: 'X' },
    DENIED,
  ),
  'DISPOSITION-AGAINST-OUTCOME': answered(
    'The disposition pends.',
    { outcome: 'approved', disposition: 'Pended' },
    OPEN,
  ),
  'UNKNOWN-ACTION': answered(
    'What is stated and not understood decides nothing.',
    { outcome: 'approved', reviewAction: 'A9' },
    OPEN,
  ),
  'UNKNOWN-HCR01': answered('The same by another name.', { outcome: 'approved', HCR01: 'A9' }, OPEN),
  'UNKNOWN-DISPOSITION': answered(
    'A disposition decides before an outcome, also where nobody understands it.',
    { outcome: 'approved', disposition: 'Contact payer' },
    OPEN,
  ),
  'SNAKE-CASE-ACTION': answered(
    'Names may be spelled otherwise.',
    { outcome: 'approved', review_action: 'A4' },
    OPEN,
  ),
  'CODEABLE-ACTION': answered(
    'As FHIR writes codes.',
    { outcome: 'complete', reviewAction: { coding: [{ code: 'A3' }] }, denialReasonCode: 'X' },
    DENIED,
  ),
  'CONTACT-PAYER': answered('Nothing is decided.', { outcome: 'complete', reviewAction: 'CT' }, OPEN),
  'CONTACT-PAYER-WORDS': answered('The same in words.', { disposition: 'Contact_Payer' }, OPEN),
  'A2-IN-PART': answered('Certified in part.', { outcome: 'complete', reviewAction: 'A2' }, IN_PART),
  'A6-LOWER-CASE': answered('Modified is a certification, changed.', { reviewAction: ' a6 ' }, IN_PART),
  'IN-TOTAL-WORDS': answered('A1 in words.', { disposition: 'certified_in_total' }, APPROVED),
  'NOT-CERTIFIED-WORDS': answered(
    'A denial that states no reason.',
    { disposition: 'NOT_CERTIFIED' },
    'received denied deniedInTime reasonMissing',
  ),
  'NO-AUTHORISATION': answered(
    'British spelling: no authorization is needed.',
    { disposition: 'No Authorisation Required' },
    'received notRequired',
  ),
  'NO-ACTION': answered('NA in words.', { disposition: 'no action required' }, 'received notRequired'),
  'C-ACTION': answered(
    'Cancelled by its answer.',
    { outcome: 'complete', reviewAction: 'C' },
    'received withdrawn',
  ),
  'CANCELED-AMERICAN': answered('The same in words.', { disposition: 'canceled' }, 'received withdrawn'),
  'METADATA-STRING': answered(
    'Metadata may be a string of JSON.',
    '{"outcome":"approved","disposition":"Certified"}',
    APPROVED,
  ),
  'LINES-MIXED': answered(
    'Some lines are denied: in part.',
    { outcome: 'complete', lines: { approved: 2, denied: 1 } },
    IN_PART,
  ),
  'LINES-ALL-DENIED': answered(
    'All lines are.',
    { outcome: 'partial', lines: { denied: 3 }, reasonCode: 'MN' },
    DENIED,
  ),
  'LINES-PENDED': answered(
    'A line is pended, so nothing is decided, though A1 is said.',
    { reviewAction: 'A1' },
    OPEN,
    { lines: { approved: 2, pended: 1 } },
  ),
  'LINES-LIST': answered('As a list of actions.', { outcome: 'complete' }, IN_PART, {
    lines: ['A1', 'A3', 'A1'],
  }),
  'LINES-LIST-CONTACT': answered('Of a line nothing is decided.', { outcome: 'complete' }, OPEN, {
    lines: ['A1', 'CT'],
  }),
  'LINES-NONE': answered(
    'No line is counted: the action decides.',
    { reviewAction: 'A1', lines: { approved: 0, denied: 0, pended: 0 } },
    APPROVED,
  ),
  'LINES-LATER': [
    'Decided when the last line is: on the fourth day, though a line was denied on the first.',
    [
      got('03-02 10:00'),
      said('03-03 10:00', { lines: { approved: 0, denied: 1, pended: 1 } }),
      said('03-06 10:00', { lines: { approved: 1, denied: 1, pended: 0 } }),
    ],
    `S ${IN_PART}`,
    96,
  ],
  'SYNC-APPROVED': [
    'A synchronous answer.',
    [got('03-02 10:00'), ['03-02 10:01', 'WORKFLOW_COMPLETE', { mode: 'SYNC', disposition: 'APPROVED' }]],
    `S ${APPROVED}`,
    1 / 60,
  ],
  'SYNC-PENDED': [
    'A routing decision answers nothing, not even with a disposition.',
    [
      got('03-02 10:00'),
      ['03-02 10:01', 'WORKFLOW_COMPLETE', { mode: 'ASYNC_QUEUED', disposition: 'APPROVED' }],
    ],
    `S ${OPEN}`,
  ],
  'STATED-STATUS': [
    'The status that a service states decides.',
    [got('03-02 10:00'), ['03-04 10:00', 'REVIEW_DONE', null, { status: 'APPROVED' }]],
    `S ${APPROVED}`,
    48,
  ],
};

export const ends: Record<string, Told> = {
  'NOTIFIED-ONLY': ended(
    'A notification decides nothing.',
    ['03-04 10:00', 'NOTIFY_OK', { subscriptionCount: 1 }],
    OPEN,
  ),
  'OUR-CRASH': ended(
    'Our failure is no end.',
    ['03-04 10:00', 'PIPELINE_FAILED', null, { status: 'FAILED' }],
    OPEN,
  ),
  'EXPIRED-HERE': ended('Nor is age.', ['03-30 10:00', 'EXPIRED', null, { status: 'EXPIRED' }], OPEN),
  'CALLBACK-WITHOUT-WORD': ended(
    'A callback came, and says nothing of a decision.',
    ['03-04 10:00', 'CALLBACK_OK', { status: 'COMPLETED', isError: false }],
    OPEN,
  ),
  'WITHDRAWN-TYPE': ended('Withdrawn.', ['03-04 10:00', 'WITHDRAWN'], 'received withdrawn'),
  'CANCEL-REQUEST': ended(
    'The provider sends a cancellation.',
    got('03-04 10:00', { type: 'CANCEL' }),
    'received withdrawn',
  ),
  'DISMISSED-TYPE': ended('Dismissed.', ['03-04 10:00', 'DISMISSED'], 'received dismissed'),
  'VOIDED-TYPE': ended('Void.', ['03-04 10:00', 'VOIDED'], 'received void'),
  'DUPLICATE-REASON': ended(
    'A duplicate is void, not withdrawn.',
    ['03-04 10:00', 'REQUEST_CANCELLED', { closeReason: 'duplicate' }, { status: 'CANCELLED' }],
    'received void',
  ),
  'NOT-REQUIRED-REASON': ended(
    'No authorization is needed.',
    ['03-04 10:00', 'REQUEST_CLOSED', { closeReason: 'NOT_REQUIRED' }, { status: 'CANCELLED' }],
    'received notRequired',
  ),
  'INVALID-UNANSWERED': ended(
    'It failed validation, and nobody was told.',
    ['03-04 10:00', 'VAL_FAIL', { errorCount: 2 }],
    OPEN,
  ),
  'INVALID-PARSE': [
    'It cannot be read: the answer dismisses it.',
    [got('03-02 10:00'), ['03-02 10:01', 'PARSE_FAIL'], no('03-02 10:02')],
    'S received dismissed',
  ],
  'INVALID-THEN-VALID': [
    'Its second validation passed, so the denial is one.',
    [got('03-02 10:00'), ['03-02 10:01', 'VAL_FAIL'], ['03-02 10:08', 'VAL_OK'], no('03-04 10:00')],
    `S ${DENIED}`,
    48,
  ],
  'WITHDRAWN-THEN-APPROVED': [
    'The withdrawal came first, and stopped the clock.',
    [got('03-02 10:00'), ['03-03 10:00', 'WITHDRAWN'], yes('03-04 10:00')],
    'S received withdrawn',
  ],
  'DENIED-THEN-VOID': [
    'What is decided is not made undone.',
    [got('03-02 10:00'), no('03-04 10:00'), ['03-05 10:00', 'VOIDED']],
    `S ${DENIED}`,
    48,
  ],
  'PENDED-THEN-WITHDRAWN': [
    'A pend is no decision that a withdrawal could come after.',
    [got('03-02 10:00'), pend('03-02 10:01'), ['03-20 10:00', 'WITHDRAWN']],
    'S received withdrawn',
  ],
  'TWO-IN-A-MESSAGE': [
    'Two determinations in one message: the first by its time counts, though it stands last.',
    [got('03-02 10:00'), no('03-05 10:00'), yes('03-04 10:00')],
    `S ${APPROVED}`,
    48,
  ],
  'IMPORTED-OPEN': [
    'Imported seven weeks late and undecided: it stays open.',
    [['03-02 10:00', 'REQUEST_RECEIVED', null, null, '04-20 10:00']],
    `S ${OPEN}`,
  ],
  'IMPORTED-DECIDED': [
    'Imported with its decision, which keeps its own time.',
    [
      ['03-02 10:00', 'REQUEST_RECEIVED', null, null, '04-20 10:00'],
      ['03-04 10:00', 'RESPONSE_OK', { outcome: 'approved' }, null, '04-20 10:00'],
    ],
    `S ${APPROVED}`,
    48,
  ],
};

export const notices: Record<string, Told> = {
  'NOTICE-LATE': [
    'Decided on the sixth day and told of on the ninth: late, though the mean uses the decision.',
    [got('03-02 10:00'), no('03-08 10:00'), ['03-08 10:01', 'NOTIFY_FAIL'], ['03-11 10:00', 'NOTIFY_OK']],
    'S received denied reasonGiven',
    144,
  ],
  'NOTICE-STATED': [
    'The letter went in time, whatever became of the electronic notice.',
    [
      got('03-02 10:00'),
      no('03-08 10:00'),
      ['03-08 10:01', 'NOTIFY_FAIL'],
      ['03-12 10:00', 'LETTER_FILED', null, { notifiedAt: '2026-03-09T15:00:00Z' }],
    ],
    `S ${DENIED}`,
    144,
  ],
  'NOTICE-OF-A-PEND': [
    'The provider heard of the pend in time, and never of the denial.',
    [
      got('03-02 10:00'),
      pend('03-02 10:01'),
      ['03-02 10:02', 'NOTIFY_OK'],
      no('03-06 10:00'),
      ['03-06 10:01', 'NOTIFY_FAIL'],
    ],
    'S received denied reasonGiven',
    96,
  ],
  'PAYER-DECIDED': [
    'The payer’s callback decides on the third day; the answer goes out on the fifth.',
    [
      got('03-02 10:00'),
      ['03-04 10:00', 'CALLBACK_OK', { status: 'COMPLETED', reviewAction: 'A1' }],
      yes('03-06 10:00'),
    ],
    `S ${APPROVED}`,
    48,
  ],
  'PAYER-DECIDED-UNDELIVERED': [
    'The payer decided, and no answer went out.',
    [got('03-02 10:00'), ['03-04 10:00', 'DOWNSTREAM_OK', { disposition: 'Certified' }]],
    `S ${LATE}`,
    48,
  ],
  'PAYER-DECIDED-ANSWER-LATE': [
    'The payer decided in time, and the answer went out on the eighth day.',
    [got('03-02 10:00'), ['03-04 10:00', 'CALLBACK_OK', { reviewAction: 'A1' }], yes('03-10 10:00')],
    `S ${LATE}`,
    48,
  ],
};

export const clocks: Record<string, Told> = {
  'FAX-BEFORE': [
    'The fax came two days before the first event: decided on the sixth day, late by the receipt.',
    [got('03-04 10:00', { receivedAt: '2026-03-02T10:00:00Z' }), yes('03-10 09:00')],
    `S ${LATE}`,
    191,
  ],
  'RECEIPT-AFTER-FIRST': [
    'Heard of by a draft, received when the service says.',
    [
      ['03-02 10:00', 'WORKFLOW_START'],
      got('03-04 10:00', { receivedAt: '2026-03-04T10:00:00Z' }),
      yes('03-11 10:00'),
    ],
    `S ${APPROVED}`,
    168,
  ],
  'DELEGATE-RECEIPT': [
    'The delegate had it first, and its receipt is the plan’s.',
    [
      got('03-04 10:00', { receivedAt: '2026-03-04T09:00:00Z' }),
      ['03-04 11:00', 'CALLBACK_START', null, { delegate: 'evicore', receivedAt: '2026-03-02T10:00:00Z' }],
      yes('03-10 10:00'),
    ],
    `S ${LATE}`,
    192,
  ],
  'RECEIPT-AFTER-DECISION': [
    'A receipt after the decision is none.',
    [
      got('03-02 10:00'),
      said('03-04 10:00', { outcome: 'approved' }, { receivedAt: '2026-03-05T10:00:00Z' }),
    ],
    `S ${APPROVED}`,
    48,
  ],
  'RECEIPT-STATED-AFTERWARDS': [
    'What is stated after the decision changes nothing.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      ['03-06 10:00', 'AUDIT_NOTE', null, { receivedAt: '2026-02-20T10:00:00Z' }],
    ],
    `S ${APPROVED}`,
    48,
  ],
  'CARRIED-IN-BY-FAX': [
    'Received on 30 December by fax: carried in, under 14 days, decided on the thirteenth.',
    [got('01-02 10:00', { receivedAt: '2025-12-30T10:00:00Z' }), yes('01-12 10:00')],
    'S carriedIn approved approvedInTime',
    312,
  ],
  'CARRIED-IN-LATE': [
    'Received in 2025: the fifteenth day is late.',
    [got('2025-12-22 10:00'), yes('01-06 10:00')],
    'S carriedIn approved',
    360,
  ],
  'DECIDED-NEXT-YEAR': [
    'Open when the year ends.',
    [got('12-29 10:00'), pend('12-29 10:01'), yes('2027-01-04 10:00')],
    `S ${OPEN}`,
  ],
  'EXPEDITE-DENIED': [
    'Standard from its receipt: in time on the sixth day.',
    [urgent('03-02 10:00'), ['03-03 10:00', 'VAL_OK', { expediteDenied: true }], yes('03-08 10:00')],
    `S ${APPROVED}`,
    144,
  ],
  'EXPEDITE-DENIED-LATE': [
    'Seven days run from the receipt, not from when the expedite request was denied.',
    [urgent('03-02 10:00'), ['03-04 10:00', 'PRIORITY_DOWNGRADED'], yes('03-10 10:00')],
    `S ${LATE}`,
    192,
  ],
  'UPGRADED-LATE': [
    '72 hours run from the upgrade.',
    [got('03-02 10:00'), ['03-03 10:00', 'PRIORITY_UPGRADED'], yes('03-06 10:01')],
    `E ${LATE}`,
    96 + 1 / 60,
  ],
  'UPGRADED-BY-WORD': [
    'A later priority is an upgrade, and urgent a word for it.',
    [
      got('03-02 10:00', { priority: 'routine' }),
      ['03-04 10:00', 'VAL_OK', null, { priority: 'urgent' }],
      yes('03-07 10:00'),
    ],
    `E ${APPROVED}`,
    120,
  ],
  'UPGRADED-AFTERWARDS': [
    'Nothing stated after the decision changes it.',
    [got('03-02 10:00'), yes('03-08 10:00'), ['03-08 11:00', 'PRIORITY_UPGRADED']],
    `S ${APPROVED}`,
    144,
  ],
  'DOWN-AND-UP': [
    'Denied, asked for again and granted: 72 hours from then.',
    [
      urgent('03-02 10:00'),
      ['03-03 10:00', 'EXPEDITE_DENIED'],
      ['03-05 10:00', 'PRIORITY_UPGRADED'],
      yes('03-08 09:00'),
    ],
    `E ${APPROVED}`,
    143,
  ],
  'STAT-ACROSS-CLOCKS': [
    'Hours are hours, also where clocks change.',
    [got('03-06 10:00', { priority: 'stat' }), no('03-09 10:01')],
    'E received denied reasonGiven',
    72 + 1 / 60,
  ],
  'URGENT-BY-PARSER': [
    'Nothing was stated, and the parser found it urgent.',
    [got('03-02 10:00'), ['03-02 10:01', 'PARSE_OK', { hasUrgent: true }], no('03-05 10:00')],
    `E ${DENIED}`,
    72,
  ],
};

export const extensions: Record<string, Told> = {
  'EXTENDED-TWICE': [
    'Once: the second one gives no more, and day 22 is late.',
    [
      got('03-02 10:00'),
      ['03-06 10:00', 'EXTENSION_GRANTED', { days: 14 }],
      ['03-20 10:00', 'EXTENSION_GRANTED', { days: 14 }],
      yes('03-24 10:00'),
    ],
    'S received approved approvedAfterExtension extended',
    528,
  ],
  'EXTENDED-TO-THE-END': [
    'Seven days and 14: the last minute of 23 March.',
    [got('03-02 10:00'), ['03-06 10:00', 'EXTENSION_GRANTED', { days: 14 }], yes('03-23 23:59')],
    'S received approved approvedInTime approvedAfterExtension extended',
    21 * 24 + 13 + 59 / 60,
  ],
  'EXTENDED-BY-30': [
    'At most 14 days.',
    [got('03-02 10:00'), ['03-06 10:00', 'EXTENSION_GRANTED', { extensionDays: 30 }], no('03-24 10:00')],
    'S received denied reasonGiven extended',
    528,
  ],
  'EXTENDED-BY-5': [
    'By five days only: the thirteenth is late.',
    [
      got('03-02 10:00'),
      ['03-06 10:00', 'VAL_OK', null, { extension: { days: 5, by: 'plan' } }],
      yes('03-15 10:00'),
    ],
    'S received approved approvedAfterExtension extended',
    312,
  ],
  'EXTENDED-TOO-LATE': [
    'After the deadline it is none.',
    [got('03-02 10:00'), ['03-10 10:00', 'TIMEFRAME_EXTENDED', { days: 14 }], yes('03-12 10:00')],
    `S ${LATE}`,
    240,
  ],
  'EXTENDED-HEARD-LATE': [
    'Granted in time; only the event is late.',
    [
      got('03-02 10:00'),
      ['03-08 10:00', 'EXTENSION_GRANTED', { days: 14 }, null, '03-14 10:00'],
      yes('03-12 10:00'),
    ],
    'S received approved approvedInTime approvedAfterExtension extended',
    240,
  ],
  'EXTENDED-AFTER-DECISION': [
    'What is decided is not extended.',
    [got('03-02 10:00'), yes('03-04 10:00'), ['03-05 10:00', 'EXTENSION_GRANTED', { days: 14 }]],
    `S ${APPROVED}`,
    48,
  ],
  'EXTENDED-EXPEDITED': [
    '72 hours and 14 days.',
    [urgent('03-02 10:00'), ['03-04 10:00', 'EXTENSION_GRANTED', { days: 14 }], yes('03-19 09:59')],
    'E received approved approvedInTime approvedAfterExtension extended',
    407 + 59 / 60,
  ],
  'EXTENDED-AND-DENIED': [
    'Extended, and not approved.',
    [got('03-02 10:00'), ['03-04 10:00', 'EXTENSION_GRANTED', null, { extension: true }], no('03-20 10:00')],
    'S received denied deniedInTime reasonGiven extended',
    432,
  ],
};

export const appeals: Record<string, Told> = {
  UPHELD: [
    'The denial stands.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      ['03-10 10:00', 'APPEAL_RECEIVED'],
      ['03-20 10:00', 'APPEAL_UPHELD'],
    ],
    `S ${DENIED} appealed upheld`,
    48,
  ],
  OVERTURNED: [
    'An overturned denial stays a denial, with an appeal.',
    [got('03-02 10:00'), no('03-04 10:00'), ['03-10 10:00', 'APPEAL_RECEIVED'], yes('03-20 10:00')],
    `S ${DENIED} appealed overturned`,
    48,
  ],
  'OVERTURNED-IN-PART': [
    'In part.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      ['03-10 10:00', 'REVIEW', null, { appeal: { receivedAt: '2026-03-09T10:00:00Z' } }],
      ['03-20 10:00', 'REVIEW', null, { appeal: { outcome: 'partial', decidedAt: '2026-03-19T10:00:00Z' } }],
    ],
    `S ${DENIED} appealed overturnedInPart`,
    48,
  ],
  'APPEAL-WITHDRAWN': [
    'The appeal is withdrawn, not the request.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      ['03-10 10:00', 'APPEAL_RECEIVED'],
      ['03-12 10:00', 'APPEAL_DECIDED', { outcome: 'withdrawn' }],
    ],
    `S ${DENIED} appealed appealsWithdrawn`,
    48,
  ],
  'APPEAL-OF-A-PART': [
    'A partial approval is adverse in part.',
    [
      got('03-02 10:00'),
      said('03-04 10:00', { reviewAction: 'A2' }),
      ['03-10 10:00', 'APPEAL_RECEIVED'],
      ['03-20 10:00', 'APPEAL_OVERTURNED'],
    ],
    `S ${IN_PART} appealed overturned`,
    48,
  ],
  'APPEAL-OF-AN-APPROVAL': [
    'There is nothing to appeal against.',
    [got('03-02 10:00'), yes('03-04 10:00'), ['03-10 10:00', 'APPEAL_OVERTURNED']],
    `S ${APPROVED}`,
    48,
  ],
  'APPEAL-OF-A-PEND': [
    'Nor is there before the deadline; the decision that follows is the first.',
    [got('03-02 10:00'), pend('03-02 10:01'), ['03-04 10:00', 'APPEAL_RECEIVED'], yes('03-06 10:00')],
    `S ${APPROVED}`,
    96,
  ],
  'APPEAL-OF-A-WITHDRAWAL': [
    'Nothing was denied.',
    [got('03-02 10:00'), ['03-03 10:00', 'WITHDRAWN'], ['03-05 10:00', 'APPEAL_RECEIVED']],
    'S received withdrawn',
  ],
  'MISSED-DEADLINE-UPHELD': [
    'A missed deadline can be appealed. Nothing was determined before the appeal was: it is the determination too.',
    [got('03-02 10:00'), ['03-12 10:00', 'APPEAL_RECEIVED'], ['03-20 10:00', 'APPEAL_UPHELD']],
    'S received denied reasonMissing appealed upheld',
    432,
  ],
  'MISSED-DEADLINE-OVERTURNED': [
    'And approves what nobody had denied.',
    [got('03-02 10:00'), ['03-12 10:00', 'APPEAL_RECEIVED'], yes('03-20 10:00')],
    'S received approved appealed overturned',
    432,
  ],
  'MISSED-DEADLINE-LATE-DENIAL': [
    'Denied at last: the denial is the first determination, and what the appeal came to. A second answer is neither.',
    [got('03-02 10:00'), ['03-12 10:00', 'APPEAL_RECEIVED'], no('03-20 10:00'), yes('03-22 10:00')],
    'S received denied reasonGiven appealed upheld',
    432,
  ],
  'MISSED-DEADLINE-UNDECIDED': [
    'Neither is decided.',
    [got('03-02 10:00'), ['03-12 10:00', 'APPEAL_RECEIVED']],
    'S received open appealed',
  ],
  'APPEAL-OF-LAST-YEAR': [
    'Denied in 2025: only the appeal is of this year.',
    [
      got('2025-12-01 10:00'),
      no('2025-12-03 10:00'),
      ['01-10 10:00', 'APPEAL_RECEIVED'],
      ['01-20 10:00', 'APPEAL_OVERTURNED'],
    ],
    'S appealed overturned',
  ],
  'APPEAL-NEXT-YEAR': [
    'Appealed in the year, and decided in the next one.',
    [
      got('12-01 10:00'),
      no('12-03 10:00'),
      ['12-20 10:00', 'APPEAL_RECEIVED'],
      ['2027-01-10 10:00', 'APPEAL_UPHELD'],
    ],
    `S ${DENIED} appealed`,
    48,
  ],
  'DENIED-THEN-APPROVED': [
    'Without an appeal a later approval is an outcome, and no figure.',
    [got('03-02 10:00'), no('03-04 10:00'), yes('03-05 10:00')],
    `S ${DENIED}`,
    48,
  ],
};

export const episodes: Record<string, Told> = {
  'STAY-TWICE': [
    'A stay continued twice: three requests with three clocks, after 24, 48 and 240 hours.',
    [
      got('03-02 10:00'),
      yes('03-03 10:00'),
      got('03-10 10:00', { type: 'CONTINUED_STAY' }),
      yes('03-12 10:00'),
      got('03-20 10:00', { type: 'continued-stay' }),
      no('03-30 10:00'),
    ],
    'S received:3 approved:2 approvedInTime:2 denied reasonGiven',
    104,
  ],
  'UPDATE-EXPEDITED': [
    'The update has a priority of its own.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      got('03-10 10:00', { type: 'UPDATE', priority: 'EXPEDITED' }),
      yes('03-12 10:00'),
    ],
    `S ${APPROVED} E ${APPROVED}`,
    48,
  ],
  'UPDATE-OPEN': [
    'The update is open, however well the first was decided.',
    [got('03-02 10:00'), yes('03-04 10:00'), ['03-10 10:00', 'REQUEST_UPDATED'], pend('03-10 10:01')],
    'S received:2 approved approvedInTime open',
    48,
  ],
  'UPDATE-WITHDRAWN': [
    'The update is withdrawn, and the denial stays.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      got('03-10 10:00', { type: 'UPDATE' }),
      ['03-11 10:00', 'WITHDRAWN'],
    ],
    'S received:2 denied deniedInTime reasonGiven withdrawn',
    48,
  ],
  'UPDATE-UNDECIDED': [
    'What is undecided is not decided twice.',
    [got('03-02 10:00'), got('03-03 10:00', { type: 'UPDATE' }), yes('03-06 10:00')],
    `S ${APPROVED}`,
    96,
  ],
  RESUBMITTED: [
    'Sent again after its denial: another request, no appeal.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      got('03-10 10:00', null, { requestType: 'RESUBMISSION' }),
      yes('03-11 10:00'),
    ],
    'S received:2 denied deniedInTime reasonGiven approved approvedInTime',
    36,
  ],
};

export const kinds: Record<string, Told> = {
  INQUIRY: [
    'Asks for no decision.',
    [got('03-02 10:00', { type: 'INQUIRY' }), yes('03-02 10:01')],
    'S inquiries',
  ],
  NOTIFICATION: [
    'Tells of an admission.',
    [got('03-02 10:00', null, { requestType: 'NOTIFICATION' })],
    'S notifications',
  ],
  RETROSPECTIVE: [
    'The service is over.',
    [got('03-02 10:00', { type: 'retrospective' }), no('05-02 10:00')],
    'S retrospective',
  ],
  'DRUG-PART-B': [
    'Part B drugs are drugs.',
    [got('03-02 10:00', { drug: 'Part B' }), yes('03-03 10:00')],
    'S drugs',
  ],
  'DRUG-TRUE': [
    'A drug of the medical benefit.',
    [got('03-02 10:00', null, { isDrug: true }), yes('03-03 10:00')],
    'S drugs',
  ],
  'DRUG-PHARMACY': ['One of the pharmacy.', [got('03-02 10:00', { drug: 'pharmacy' })], 'S drugs'],
  'DRUG-NONE': [
    'No drug at all.',
    [got('03-02 10:00', { drug: 'none' }), yes('03-04 10:00')],
    `S ${APPROVED}`,
    48,
  ],
  'DRUG-AFTERWARDS': [
    'Nothing stated after the decision takes it out of the figures.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      ['03-05 10:00', 'AUDIT_NOTE', null, { drug: 'medical', type: 'INQUIRY' }],
    ],
    `S ${APPROVED}`,
    48,
  ],
};

export const policies: Record<string, Told> = {
  'NEW-YORK-IN-TIME': under(
    'Received on 2 March, local: the 9th ends at 04:00, clocks being forward.',
    '03-03 04:30',
    '03-10 03:59',
    true,
    167 + 29 / 60,
  ),
  'NEW-YORK-LATE': under('A minute later it is the 10th.', '03-03 04:30', '03-10 04:00', false, 167.5),
  'NEW-YORK-AUTUMN': under(
    'Clocks are back: 4 November ends at 05:00.',
    '10-28 16:00',
    '11-05 04:59',
    true,
    180 + 59 / 60,
  ),
  'NEW-YORK-NEW-YEARS-EVE': [
    'Received in the year before by local days: 14 of them.',
    [got('01-01 02:00'), yes('01-10 10:00')],
    'S carriedIn approved approvedInTime',
    224,
  ],
  'PHOENIX-LATE': under(
    'No daylight saving: 12 March ends at 07:00.',
    '03-06 03:00',
    '03-13 07:00',
    false,
    172,
  ),
  'CAIRO-MIDNIGHT': under(
    'Clocks go forward at midnight: 23 April ends at 22:00.',
    '04-16 10:00',
    '04-23 22:00',
    false,
    180,
  ),
  'BUSINESS-DAYS': under(
    'Thanksgiving, the day after and a weekend do not count: 2 December.',
    '11-25 18:00',
    '12-03 05:59',
    true,
    179 + 59 / 60,
  ),
  'BUSINESS-DAYS-LATE': under('The fourth business day.', '11-25 18:00', '12-03 06:00', false, 180),
  'BUSINESS-SATURDAY': under(
    'Received on a Saturday: Monday is the first day.',
    '03-07 10:00',
    '03-11 23:59',
    true,
    109 + 59 / 60,
  ),
  'HOURS-IN-TIME': under('120 hours.', '03-02 10:00', '03-07 10:00', true, 120),
  'HOURS-LATE': under('And not to the end of their day.', '03-02 10:00', '03-07 10:01', false, 120 + 1 / 60),
  'STATE-STRICTER': under(
    'The state’s three business days come before seven.',
    '03-02 10:00',
    '03-06 10:00',
    false,
    96,
  ),
  'STATE-LAXER': under(
    'The plan’s own two days come before the state’s.',
    '03-02 10:00',
    '03-05 10:00',
    false,
    72,
  ),
  'STATE-EXPEDITED': [
    '24 hours in this state.',
    [urgent('03-02 10:00'), yes('03-03 10:01')],
    `E ${LATE}`,
    24 + 1 / 60,
  ],
  'EXCHANGE-IN-TIME': under('15 days.', '03-02 10:00', '03-17 23:59', true, 373 + 59 / 60),
  'EXCHANGE-LATE': under('And no more.', '03-02 10:00', '03-18 00:00', false, 374),
  'EXCHANGE-URGENT': ['72 hours.', [urgent('03-02 10:00'), yes('03-05 10:00')], `E ${APPROVED}`, 72],
  'PERIOD-BEFORE': under('Received the day before: seven days.', '06-30 10:00', '07-07 10:00', true, 168),
  'PERIOD-AFTER': under('Received on the day: five days.', '07-01 10:00', '07-07 10:00', false, 144),
  UNBOUND: under(
    'No timeframe binds it: neither late nor in time.',
    '03-02 10:00',
    '06-02 10:00',
    false,
    2_208,
  ),
  'PLAN-IN-ANY-CASE': under(
    'The policy names the plan in lower case.',
    '03-02 10:00',
    '03-17 23:59',
    true,
    373 + 59 / 60,
  ),
  'PLAN-IN-TWO-CASES': [
    'One plan, however it is written.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      got('03-10 10:00', { type: 'UPDATE', plan: 'plan-in-two-cases' }),
      yes('03-12 10:00'),
    ],
    'S received:2 approved:2 approvedInTime:2',
    48,
  ],
  'PLAN-NAMED-LATE': [
    'Named by the parser, and judged by its policy.',
    [
      got('03-02 10:00', { plan: null }),
      ['03-02 10:01', 'PARSE_OK', { planId: 'PLAN-NAMED-LATE' }],
      yes('03-17 23:59'),
    ],
    `S ${APPROVED}`,
    373 + 59 / 60,
  ],
  'PLAN-NAMED-AFTERWARDS': [
    'Another plan that is stated after the decision does not get it.',
    [got('03-02 10:00'), yes('03-04 10:00'), ['03-05 10:00', 'AUDIT_NOTE', null, { plan: 'ANOTHER' }]],
    `S ${APPROVED}`,
    48,
  ],
  'EXTENDED-BUSINESS': [
    'Three business days, then 14 calendar days: 19 March.',
    [got('03-02 10:00'), ['03-04 10:00', 'EXTENSION_GRANTED', { days: 14 }], yes('03-19 23:59')],
    'S received approved approvedInTime approvedAfterExtension extended',
    421 + 59 / 60,
  ],
};
