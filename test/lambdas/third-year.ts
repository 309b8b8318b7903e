/**
 * A third year: requests that stand close to those of the second one and count otherwise. Times are UTC, `03-02 10:00` is of
 * 2026; 2 March is a Monday.
 */
import {
  APPROVED,
  answered,
  DENIED,
  ended,
  got,
  IN_PART,
  LATE,
  no,
  OPEN,
  pend,
  said,
  type Told,
  under,
  urgent,
  yes,
} from './second-year.ts';

const usHolidays = ['2026-07-03', '2026-11-26', '2026-12-25'];
const twoChanges = {
  standardDays: 10,
  periods: [
    { from: '2026-04-01', standardDays: 5 },
    { from: '2026-08-01', expeditedHours: 48, standardBusinessDays: 2 },
  ],
};

export const plans = {
  'KOLKATA-IN-TIME': { zone: 'Asia/Kolkata' },
  'KOLKATA-LATE': { zone: 'Asia/Kolkata' },
  'ST-JOHNS-IN-TIME': { zone: 'America/St_Johns' },
  'ST-JOHNS-LATE': { zone: 'America/St_Johns' },
  'LORD-HOWE-LATE': { zone: 'Australia/Lord_Howe' },
  'HAVANA-IN-TIME': { zone: 'America/Havana' },
  'GUAM-LATE': { zone: 'Pacific/Guam' },
  'THANKSGIVING-LATE': { zone: 'America/New_York', standardBusinessDays: 5, holidays: usHolidays },
  'CHRISTMAS-IN-TIME': { zone: 'America/New_York', standardBusinessDays: 2, holidays: usHolidays },
  'HOLIDAY-RECEIPT': { zone: 'America/New_York', standardBusinessDays: 1, holidays: usHolidays },
  'EXCHANGE-OF-2025': { kind: 'exchange' },
  'STATE-ACROSS-CLOCKS': { zone: 'America/New_York', state: 'TX' },
  'STATE-HOLIDAYS': { zone: 'America/New_York', state: 'TX', holidays: usHolidays },
  'LOCAL-2025': { zone: 'America/New_York' },
  'LOCAL-2026': { zone: 'America/New_York' },
  'PERIODS-FIRST': twoChanges,
  'PERIODS-LAST': twoChanges,
  'PERIODS-EXPEDITED': twoChanges,
};

/** FHIR PAS's review action: its number and its reason stand beside what decides. */
const pasAction = (code: string, reason: string) => ({
  extension: [
    { url: 'number', valueString: 'AUTH0001' },
    { url: 'reasonCode', valueCodeableConcept: { coding: [{ code: reason }] } },
    {
      url: 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode',
      valueCodeableConcept: { coding: [{ system: 'https://codesystem.x12.org/005010/306', code }] },
    },
  ],
});

export const wrappings: Record<string, Told> = {
  'BELOW-A1': answered(
    'FHIR’s complete says nothing; the action below it does.',
    { outcome: 'complete', response: { reviewAction: 'A1' } },
    APPROVED,
  ),
  'BELOW-A4': answered(
    'An action below comes before an outcome above.',
    { outcome: 'approved', response: { reviewAction: 'A4' } },
    OPEN,
  ),
  'BELOW-HCR': answered(
    'As X12 nests it, with its reason in HCR03.',
    { outcome: 'complete', HCR: { HCR01: 'A3', HCR03: '0V' } },
    DENIED,
  ),
  'PAS-A3': answered(
    'The reason’s code, A6, is none of an action.',
    { outcome: 'complete', reviewAction: pasAction('A3', 'A6') },
    DENIED,
  ),
  'PAS-A4': answered('And pends.', { outcome: 'complete', reviewAction: pasAction('A4', '0P') }, OPEN),
  'ACTION-OVER-DISPOSITION': answered(
    'The action comes first.',
    { reviewAction: 'A4', disposition: 'Certified' },
    OPEN,
  ),
  'ACTION-UNDER-REQUEST': answered('Also where it stands under request.', { outcome: 'approved' }, OPEN, {
    reviewAction: 'A4',
  }),
  'SYNC-BELOW': [
    'A synchronous answer is read as any other.',
    [
      got('03-02 10:00'),
      [
        '03-02 10:01',
        'WORKFLOW_COMPLETE',
        { mode: 'SYNC', outcome: 'complete', response: { reviewAction: 'A1' } },
      ],
    ],
    `S ${APPROVED}`,
    1 / 60,
  ],
  'CALLBACK-BELOW': [
    'So is what the payer calls back: decided on the fourth.',
    [
      got('03-02 10:00'),
      ['03-04 10:00', 'CALLBACK_OK', { outcome: 'complete', response: { reviewAction: 'A1' } }],
      said('03-05 10:00', { outcome: 'complete' }),
    ],
    `S ${APPROVED}`,
    48,
  ],
  'NOT-NEEDED-BRITISH': answered(
    'Needed and required are the same.',
    { disposition: 'Authorisation not needed' },
    'received notRequired',
  ),
  'FHIR-EXTENSIONS': answered(
    'FHIR’s extensions extend no time.',
    { reviewAction: 'A1', extension: [{ url: 'x', valueString: 'y' }] },
    APPROVED,
  ),
  'REVIEW-REASON': answered(
    'A reason by another name.',
    { reviewAction: 'A3', reviewReasonCode: '0V' },
    DENIED,
  ),
};

export const lines: Record<string, Told> = {
  'LINES-WITHOUT-ACTIONS': answered(
    'Listed lines that say nothing leave it to the answer.',
    { outcome: 'approved', lineItems: [{ lineNumber: 1 }, { lineNumber: 2 }] },
    APPROVED,
  ),
  'LINES-ONE-SAID': answered(
    'Where one says something, the other is awaited.',
    { outcome: 'approved', lineItems: [{ lineNumber: 1, reviewAction: 'A1' }, { lineNumber: 2 }] },
    OPEN,
  ),
  'LINES-ALL-WITHDRAWN': answered(
    'All are taken back.',
    { outcome: 'complete', lines: ['C', 'C'] },
    'received withdrawn',
  ),
  'LINES-ALL-UNNEEDED': answered(
    'None needs an authorization.',
    { outcome: 'complete', lines: ['NA', 'NA'] },
    'received notRequired',
  ),
  'LINES-ONE-WITHDRAWN': answered(
    'The other is certified.',
    { outcome: 'complete', lines: ['A1', 'C'] },
    APPROVED,
  ),
  'LINES-NEXT-YEAR': [
    'The last line is decided in the next year.',
    [
      got('12-28 10:00'),
      said('12-30 10:00', { lines: { approved: 1, pended: 1 } }),
      said('2027-01-02 10:00', { lines: { approved: 2 } }),
    ],
    `S ${OPEN}`,
  ],
  'LINES-LAST-LATE': [
    'The last line comes a day late, and takes the whole with it.',
    [
      got('03-02 10:00'),
      said('03-03 10:00', { lines: { approved: '1', pended: '1' } }),
      said('03-10 10:00', { lines: { approved: 1, denied: 1 }, denialReasonCode: 'X' }),
    ],
    'S received partial reasonGiven',
    192,
  ],
};

export const otherEnds: Record<string, Told> = {
  'DUPLICATE-SUBMISSION': ended(
    'A reason that says more is read, too.',
    ['03-04 10:00', 'REQUEST_CANCELLED', { cancelReason: 'DUPLICATE_SUBMISSION' }, { status: 'CANCELLED' }],
    'received void',
  ),
  'DUPLICATE-CHECK': ended('A check that ran finds nothing.', ['03-04 10:00', 'DUPLICATE_CHECK'], OPEN),
  'ATTACHMENT-WITHDRAWN': ended('A document is taken back.', ['03-04 10:00', 'ATTACHMENT_WITHDRAWN'], OPEN),
  'ELIGIBILITY-DETERMINED': ended(
    'Coverage is determined, not the request.',
    ['03-04 10:00', 'ELIGIBILITY_DETERMINATION', { outcome: 'approved' }],
    OPEN,
  ),
  'CANCELLED-NEXT-YEAR': [
    'Carried in; the cancellation’s own receipt is not the request’s.',
    [got('2025-12-30 10:00'), got('01-02 10:00', { type: 'CANCEL', receivedAt: '2026-01-02T10:00:00Z' })],
    'S carriedIn withdrawn',
  ],
  'UNNEEDED-THEN-DENIED': [
    'The first end stands.',
    [got('03-02 10:00'), said('03-03 10:00', { reviewAction: 'NA' }), no('03-05 10:00')],
    'S received notRequired',
  ],
  'TWO-AT-ONCE': [
    'A withdrawal and a denial at one instant: the plan had decided.',
    [got('03-02 10:00'), ['03-04 10:00', 'WITHDRAWN'], no('03-04 10:00')],
    `S ${DENIED}`,
    48,
  ],
  'DISMISSAL-APPEALED': [
    'There is no denial in a dismissal.',
    [got('03-02 10:00'), ['03-02 10:01', 'VAL_FAIL'], no('03-02 10:02'), ['03-05 10:00', 'APPEAL_RECEIVED']],
    'S received dismissed',
  ],
  'CARRIED-OUT': [
    'Open in both years.',
    [got('2025-12-30 10:00'), pend('2025-12-30 10:01')],
    'S carriedIn open',
  ],
};

export const asides: Record<string, Told> = {
  'ASKED-AFTER': [
    'An inquiry of how it stands makes it none, and is not its receipt.',
    [
      got('03-02 10:00'),
      pend('03-02 10:01'),
      got('03-03 10:00', { type: 'INQUIRY', receivedAt: '2026-03-03T10:00:00Z' }),
      yes('03-10 10:00'),
    ],
    `S ${LATE}`,
    192,
  ],
  'INQUIRY-BY-PARSER': [
    'An inquiry it is where the parser says so.',
    [got('03-02 10:00'), ['03-02 10:01', 'PARSE_OK', { requestType: 'INQUIRY' }], yes('03-02 10:02')],
    'S inquiries',
  ],
  'STATUS-UPDATED': [
    'Not every update asks for another decision.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      ['03-05 10:00', 'STATUS_UPDATED'],
      ['03-06 10:00', 'ELIGIBILITY_UPDATE'],
    ],
    `S ${APPROVED}`,
    48,
  ],
  'APPEAL-RIGHTS': [
    'Nor does every appeal’s word appeal.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      ['03-04 11:00', 'APPEAL_RIGHTS_SENT', { appeal: 'N' }],
      ['03-05 11:00', 'AUDIT_NOTE', { appealStatus: 'NOT_APPEALED' }],
      ['05-04 11:00', 'APPEAL_DEADLINE_PASSED'],
    ],
    `S ${DENIED}`,
    48,
  ],
  'STAY-EXTENDED': [
    'A longer stay is no longer time to decide.',
    [got('03-02 10:00'), ['03-04 10:00', 'STAY_EXTENDED'], yes('03-12 10:00')],
    `S ${LATE}`,
    240,
  ],
  'SYSTEM-UPGRADED': [
    'The service was upgraded, not the request.',
    [got('03-02 10:00'), ['03-04 10:00', 'VERSION_UPGRADED'], yes('03-08 10:00')],
    `S ${APPROVED}`,
    144,
  ],
};

export const priorities: Record<string, Told> = {
  'UPGRADE-DENIED': [
    'Asked for and denied: standard from its receipt.',
    [
      got('03-02 10:00'),
      ['03-03 10:00', 'UPGRADE_REQUESTED'],
      ['03-04 10:00', 'UPGRADE_DENIED'],
      yes('03-08 10:00'),
    ],
    `S ${APPROVED}`,
    144,
  ],
  'EXPEDITE-REFUSED': [
    'Refused, rejected and declined are denied.',
    [urgent('03-02 10:00'), ['03-04 10:00', 'EXPEDITED_REQUEST_REJECTED'], yes('03-08 10:00')],
    `S ${APPROVED}`,
    144,
  ],
  'EXPEDITED-Y': [
    'Y is yes.',
    [got('03-02 10:00', null, { expedited: 'Y' }), yes('03-05 10:01')],
    `E ${LATE}`,
    72 + 1 / 60,
  ],
  'UPGRADED-ACROSS-THE-YEAR': [
    'Carried in as standard, upgraded on New Year’s Day.',
    [got('2025-12-30 10:00'), ['01-01 10:00', 'PRIORITY_UPGRADED'], yes('01-04 10:00')],
    'E carriedIn approved approvedInTime',
    120,
  ],
};

export const otherExtensions: Record<string, Told> = {
  'EXTENDED-BY-LESS': [
    'A length that is none extends nothing.',
    [got('03-02 10:00'), ['03-05 10:00', 'VAL_OK', { extensionDays: -3 }], yes('03-10 10:00')],
    `S ${LATE}`,
    192,
  ],
  'EXTENSION-ASKED': [
    'The plan’s request for more time is not yet an extension.',
    [got('03-02 10:00'), ['03-04 10:00', 'EXTENSION_REQUESTED', { requestedBy: 'plan' }], yes('03-12 10:00')],
    `S ${LATE}`,
    240,
  ],
  'EXTENSION-ASKED-BY-MEMBER': [
    'The member’s is one.',
    [
      got('03-02 10:00'),
      ['03-04 10:00', 'EXTENSION_REQUESTED', { requestedBy: 'member' }],
      yes('03-12 10:00'),
    ],
    'S received approved approvedInTime approvedAfterExtension extended',
    240,
  ],
  'EXTENSION-CANCELLED': [
    'What ends is the extension, if anything.',
    [got('03-02 10:00'), ['03-04 10:00', 'EXTENSION_CANCELLED'], yes('03-08 10:00')],
    `S ${APPROVED}`,
    144,
  ],
  'EXTENSION-DENIED-IN-WORDS': [
    'Denied.',
    [got('03-02 10:00'), ['03-04 10:00', 'VAL_OK', { extension: 'denied' }], yes('03-12 10:00')],
    `S ${LATE}`,
    240,
  ],
  'EXTENDED-THEN-DOWNGRADED': [
    'Seven days from the receipt, and the 14 that were granted.',
    [
      urgent('03-02 10:00'),
      ['03-03 10:00', 'EXTENSION_GRANTED', { days: 14 }],
      ['03-04 10:00', 'EXPEDITE_DENIED'],
      yes('03-23 23:59'),
    ],
    'S received approved approvedInTime approvedAfterExtension extended',
    21 * 24 + 13 + 59 / 60,
  ],
  'EXTENDED-IN-TIME-SAID-LATE': [
    'It was stated two hours before the deadline, and heard of an hour after it.',
    [
      got('03-02 10:00'),
      ['03-10 01:00', 'VAL_OK', null, { extension: { days: 14, by: 'member', at: '2026-03-09T22:00:00Z' } }],
      yes('03-20 10:00'),
    ],
    'S received approved approvedInTime approvedAfterExtension extended',
    432,
  ],
};

export const otherAppeals: Record<string, Told> = {
  'MISSED-WITH-REASON': [
    'What the appeal of a missed deadline comes to states its reason.',
    [
      got('03-02 10:00'),
      pend('03-02 10:01'),
      ['03-11 10:00', 'APPEAL_RECEIVED'],
      ['03-12 10:00', 'APPEAL_UPHELD', { denialReasonCode: 'X' }],
    ],
    'S received denied reasonGiven appealed upheld',
    240,
  ],
  'MISSED-AND-WITHDRAWN': [
    'The appeal is over; the request is as open as before.',
    [got('03-02 10:00'), ['03-12 10:00', 'APPEAL_RECEIVED'], ['03-14 10:00', 'APPEAL_WITHDRAWN']],
    'S received open appealed appealsWithdrawn',
  ],
  'NOT-YET-MISSED': [
    'The extension moved the deadline that could be missed.',
    [
      got('03-02 10:00'),
      ['03-05 10:00', 'EXTENSION_GRANTED', { days: 14 }],
      ['03-12 10:00', 'APPEAL_RECEIVED'],
      yes('03-14 10:00'),
    ],
    'S received approved approvedInTime approvedAfterExtension extended',
    288,
  ],
  'APPEAL-BESIDE-AN-UPDATE': [
    'The appeal is of the denial, the approval of the update.',
    [
      got('03-02 10:00'),
      no('03-04 10:00'),
      ['03-05 10:00', 'APPEAL_RECEIVED'],
      got('03-10 10:00', { type: 'UPDATE' }),
      yes('03-12 10:00'),
      ['03-20 10:00', 'APPEAL_DENIED'],
    ],
    `S received:2 denied deniedInTime reasonGiven approved approvedInTime appealed upheld`,
    48,
  ],
  'UPDATE-MISSED': [
    'The update’s deadline is missed, and appealed.',
    [
      got('03-02 10:00'),
      yes('03-04 10:00'),
      got('03-10 10:00', { type: 'UPDATE' }),
      ['03-20 10:00', 'APPEAL_RECEIVED'],
      ['03-21 10:00', 'APPEAL_UPHELD'],
    ],
    'S received:2 approved approvedInTime denied reasonMissing appealed upheld',
    156,
  ],
  'RESUBMITTED-AFTER-DISMISSAL': [
    'A dismissal, and a request of its own that is valid.',
    [
      got('03-02 10:00'),
      ['03-02 10:01', 'VAL_FAIL'],
      no('03-02 10:02'),
      got('03-03 10:00', { type: 'RESUBMISSION' }),
      no('03-05 10:00'),
    ],
    'S received:2 dismissed denied deniedInTime reasonGiven',
    48,
  ],
  'MODIFIED-AND-PARTLY-OVERTURNED': [
    'In part, and in part again.',
    [
      got('03-02 10:00'),
      said('03-04 10:00', { reviewAction: 'a2' }),
      ['03-05 10:00', 'REDETERMINATION_REQUESTED'],
      ['03-20 10:00', 'REDETERMINATION_DECIDED', { outcome: 'partially overturned' }],
    ],
    `S ${IN_PART} appealed overturnedInPart`,
    48,
  ],
};

export const places: Record<string, Told> = {
  'KOLKATA-IN-TIME': under(
    'Half an hour off: 9 March ends at 18:30.',
    '03-02 18:15',
    '03-09 18:29',
    true,
    168 + 14 / 60,
  ),
  'KOLKATA-LATE': under('A minute later.', '03-02 18:15', '03-09 18:30', false, 168.25),
  'ST-JOHNS-IN-TIME': under(
    'Received at 23:59 of 2 March; clocks are forward when the 9th ends at 02:30.',
    '03-03 03:29',
    '03-10 02:29',
    true,
    167,
  ),
  'ST-JOHNS-LATE': under('A minute later.', '03-03 03:29', '03-10 02:30', false, 167 + 1 / 60),
  'LORD-HOWE-LATE': under(
    'Clocks go back by half an hour: 7 April ends at 13:30.',
    '03-31 01:00',
    '04-07 13:30',
    false,
    180.5,
  ),
  'HAVANA-IN-TIME': under(
    'Midnight comes twice on 1 November, which ends at 05:00.',
    '10-25 15:00',
    '11-02 04:59',
    true,
    181 + 59 / 60,
  ),
  'GUAM-LATE': under(
    'It is 3 March there: 10 March ends at 14:00.',
    '03-02 20:00',
    '03-10 14:00',
    false,
    186,
  ),
  'THANKSGIVING-LATE': under(
    '23, 24, 25, 27 and 30 November: the fifth business day ends at 05:00.',
    '11-20 15:00',
    '12-01 05:00',
    false,
    254,
  ),
  'CHRISTMAS-IN-TIME': under('28 and 29 December.', '12-24 15:00', '12-30 04:59', true, 133 + 59 / 60),
  'HOLIDAY-RECEIPT': under(
    'Received on a holiday before a weekend: Monday.',
    '07-03 15:00',
    '07-07 03:59',
    true,
    84 + 59 / 60,
  ),
  'EXCHANGE-OF-2025': [
    'Fifteen days, in 2025 as well.',
    [got('2025-12-20 10:00'), yes('01-05 00:00')],
    'S carriedIn approved',
    374,
  ],
  'STATE-ACROSS-CLOCKS': [
    '24 hours, though 8 March has but 23.',
    [urgent('03-07 22:00'), yes('03-08 22:01')],
    `E ${LATE}`,
    24 + 1 / 60,
  ],
  'STATE-HOLIDAYS': under(
    'The state’s business days by the plan’s calendar: 25, 27 and 30 November.',
    '11-24 15:00',
    '12-01 05:00',
    false,
    158,
  ),
  'LOCAL-2025': [
    'Still 2025 there, so 14 days.',
    [got('01-01 04:59'), yes('01-15 04:59')],
    'S carriedIn approved approvedInTime',
    336,
  ],
  'LOCAL-2026': under('2026 there, so seven.', '01-01 05:00', '01-09 05:00', false, 192),
  'PERIODS-FIRST': under(
    'Received the day before the first change.',
    '03-31 23:59',
    '04-10 23:59',
    true,
    240,
  ),
  'PERIODS-LAST': under('A Saturday: Monday and Tuesday.', '08-01 00:00', '08-05 00:00', false, 96),
  'PERIODS-EXPEDITED': [
    '48 hours by then.',
    [urgent('08-03 00:00'), yes('08-05 00:01')],
    `E ${LATE}`,
    48 + 1 / 60,
  ],
};
