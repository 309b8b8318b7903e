import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { freezeFigures, publishedFigures, readSnapshot } from '../../lib/data-access/published-figures.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import {
  changesSince,
  type PlanFigures,
  type PublishedPlan,
  publishedPlans,
} from '../../lib/domain/published-plans.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';

type Step = [at: string, eventType: string, metadata?: object | null, request?: object];

interface Told {
  /** Why it counts as it does. */
  why: string;
  steps: Step[];
  /** The figures it is a member of. */
  counts: string[];
}

const standard = (...names: string[]) => names.map((name) => `standard.${name}`);
const expedited = (...names: string[]) => names.map((name) => `expedited.${name}`);

const received = (at: string, request?: object, metadata: object | null = null): Step => [
  at,
  'REQUEST_RECEIVED',
  metadata,
  request,
];
const urgent = (at: string): Step => received(at, { priority: 'EXPEDITED' });
const answer = (at: string, metadata: object, request?: object): Step => [
  at,
  'RESPONSE_OK',
  metadata,
  request,
];
const approved = (at: string) => answer(at, { outcome: 'approved', disposition: 'Certified' });
const denied = (at: string) =>
  answer(at, { outcome: 'denied', disposition: 'Not Certified', denialReasonCode: 'MN-1' });
const pended = (at: string) => answer(at, { outcome: 'pended', disposition: 'Pended' });

/** A payer's year 2026, request by request. Times are UTC; due times follow from 72 hours and seven calendar days. */
const year: Record<string, Told> = {
  'S-APPROVED': {
    why: 'Approved on the fourth of seven days.',
    steps: [received('2026-03-02 10:00'), approved('2026-03-05 10:00')],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-LAST-MINUTE': {
    why: 'Seven calendar days after the day of receipt end at midnight: in time, though 7 × 24 hours are over.',
    steps: [received('2026-03-02 10:00'), denied('2026-03-09 23:59')],
    counts: standard('received', 'denied', 'inTime'),
  },
  'S-LATE': {
    why: 'The first minute of the eighth day is late.',
    steps: [received('2026-03-02 10:00'), approved('2026-03-10 00:00')],
    counts: standard('received', 'approved'),
  },
  'S-PEND-COMPLETE': {
    why: 'FHIR says complete, the action A4 says pended: nothing is decided before the approval.',
    steps: [
      received('2026-03-02 10:00'),
      answer('2026-03-02 10:01', { outcome: 'complete', reviewAction: 'A4' }),
      ['2026-03-06 09:00', 'CALLBACK_START'],
      answer('2026-03-06 10:00', { outcome: 'complete', reviewAction: 'A1' }),
    ],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-STILL-PENDED': {
    why: 'Pended, told so to the provider, and never decided: it is open at the end of the year, whatever its age.',
    steps: [
      received('2026-04-01 10:00'),
      pended('2026-04-01 10:01'),
      ['2026-04-01 10:02', 'NOTIFY_OK', { subscriptionCount: 1 }],
    ],
    counts: [...standard('received'), 'leftOut.undecided'],
  },
  'S-OUR-FAILURE': {
    why: 'Our own failure ends no clock.',
    steps: [
      received('2026-04-01 10:00'),
      ['2026-04-01 10:05', 'PIPELINE_FAILED', null, { status: 'FAILED' }],
    ],
    counts: [...standard('received'), 'leftOut.undecided'],
  },
  'S-UNCLEAR': {
    why: 'An answer that nobody understands decides nothing.',
    steps: [received('2026-04-01 10:00'), answer('2026-04-02 10:00', { outcome: 'partial' })],
    counts: [...standard('received'), 'leftOut.undecided'],
  },
  'S-PARTIAL': {
    why: 'Some lines are approved and some denied: a class of its own, decided when the last line is.',
    steps: [
      received('2026-05-04 10:00'),
      answer('2026-05-05 10:00', { lines: { approved: 1, denied: 0, pended: 1 } }),
      answer('2026-05-07 10:00', { lines: { approved: 1, denied: 1, pended: 0 } }),
    ],
    counts: standard('received', 'partial', 'inTime'),
  },
  'S-MODIFIED': {
    why: 'A6 certifies something else than was asked for.',
    steps: [received('2026-05-04 10:00'), answer('2026-05-05 10:00', { outcome: 'complete', hcr01: 'A6' })],
    counts: standard('received', 'partial', 'inTime'),
  },
  'S-WITHDRAWN': {
    why: 'The provider withdrew it before it was decided.',
    steps: [
      received('2026-05-04 10:00'),
      ['2026-05-05 10:00', 'REQUEST_CANCELLED', null, { status: 'CANCELLED' }],
    ],
    counts: [...standard('received'), 'leftOut.withdrawn'],
  },
  'S-APPROVED-THEN-CANCELLED': {
    why: 'Cancelled after its approval, it stays approved.',
    steps: [
      received('2026-05-04 10:00'),
      approved('2026-05-05 10:00'),
      ['2026-05-20 10:00', 'CANCELLED', null, { status: 'CANCELLED' }],
    ],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-INVALID': {
    why: 'It failed its validation: the answer dismisses it, and denies nothing.',
    steps: [
      received('2026-05-04 10:00'),
      ['2026-05-04 10:01', 'VAL_FAIL', { errorCount: 1 }],
      answer('2026-05-04 10:02', { outcome: 'denied', disposition: 'Not Certified' }),
    ],
    counts: standard('received'),
  },
  'S-DUPLICATE': {
    why: 'Void as a duplicate: neither decided nor withdrawn.',
    steps: [
      received('2026-05-04 10:00'),
      ['2026-05-04 11:00', 'REQUEST_CLOSED', { closeReason: 'DUPLICATE' }, { status: 'CANCELLED' }],
    ],
    counts: standard('received'),
  },
  'S-NOT-REQUIRED': {
    why: 'No authorization is needed: neither approved nor denied.',
    steps: [received('2026-05-04 10:00'), answer('2026-05-04 10:01', { reviewAction: 'NA' })],
    counts: standard('received'),
  },
  'S-EXTENDED': {
    why: 'Extended before its deadline, it is approved in time on the twelfth day.',
    steps: [
      received('2026-06-01 10:00'),
      ['2026-06-05 10:00', 'EXTENSION_GRANTED', { days: 14, requestedBy: 'payer' }],
      approved('2026-06-13 10:00'),
    ],
    counts: standard('received', 'approved', 'approvedAfterExtension', 'inTime'),
  },
  'S-EXTENDED-TOO-LATE': {
    why: 'An extension that is stated after the deadline is none.',
    steps: [
      received('2026-06-01 10:00'),
      ['2026-06-09 10:00', 'EXTENSION_GRANTED', { days: 14 }],
      approved('2026-06-13 10:00'),
    ],
    counts: standard('received', 'approved'),
  },
  'S-OVERTURNED': {
    why: 'Denied and overturned on appeal: the denial stays, the appeal counts.',
    steps: [
      received('2026-06-01 10:00'),
      denied('2026-06-03 10:00'),
      ['2026-06-20 10:00', 'APPEAL_RECEIVED'],
      ['2026-07-01 10:00', 'APPEAL_DECIDED', { outcome: 'overturned' }],
    ],
    counts: standard('received', 'denied', 'appealed', 'appealsDecided', 'approvedAfterAppeal', 'inTime'),
  },
  'S-UPHELD': {
    why: 'Denied and upheld on appeal.',
    steps: [
      received('2026-06-01 10:00'),
      denied('2026-06-03 10:00'),
      received('2026-06-20 10:00', undefined, { requestType: 'APPEAL' }),
      answer('2026-07-01 10:00', { outcome: 'denied' }),
    ],
    counts: standard('received', 'denied', 'appealed', 'appealsDecided', 'inTime'),
  },
  'S-APPEAL-OF-NOTHING': {
    why: 'There is nothing to appeal against in an approval.',
    steps: [
      received('2026-06-01 10:00'),
      approved('2026-06-03 10:00'),
      ['2026-06-20 10:00', 'APPEAL_RECEIVED'],
    ],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-FAX': {
    why: 'Received by fax on Monday, heard of on Thursday: the clock started on Monday, and ended before the answer.',
    steps: [
      received('2026-07-09 10:00', { receivedAt: '2026-07-06T09:00:00Z' }),
      approved('2026-07-14 08:00'),
    ],
    counts: standard('received', 'approved'),
  },
  'S-UNDELIVERED': {
    why: 'Decided in time, but the notice failed and came late: the mean uses the decision, in time the notice.',
    steps: [
      received('2026-07-06 10:00'),
      denied('2026-07-08 10:00'),
      ['2026-07-08 10:01', 'NOTIFY_FAIL'],
      ['2026-07-15 10:00', 'NOTIFY_OK', { subscriptionCount: 1 }],
    ],
    counts: standard('received', 'denied'),
  },
  'S-TWICE': {
    why: 'Two determinations in one year: the first counts.',
    steps: [received('2026-07-06 10:00'), approved('2026-07-07 10:00'), denied('2026-07-09 10:00')],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-CARRIED-IN': {
    why: 'Received in 2025 under 14 days, decided in 2026: decided, not received, in time.',
    steps: [received('2025-12-22 10:00'), approved('2026-01-05 10:00')],
    counts: standard('approved', 'inTime'),
  },
  'S-CARRIED-OUT': {
    why: 'Received in 2026, decided in 2027: received, and undecided at the end of the year.',
    steps: [received('2026-12-30 10:00'), approved('2027-01-02 10:00')],
    counts: [...standard('received'), 'leftOut.undecided'],
  },
  'S-YEAR-BEFORE': {
    why: 'Received and decided before the year.',
    steps: [received('2025-12-01 10:00'), approved('2025-12-02 10:00')],
    counts: [],
  },
  'S-UPDATED': {
    why: 'An update of a decided request is a request of its own: two received, an approval and a denial.',
    steps: [
      received('2026-08-03 10:00'),
      approved('2026-08-04 10:00'),
      received('2026-09-07 10:00', { type: 'CONTINUED_STAY' }),
      denied('2026-09-10 10:00'),
    ],
    counts: standard('received 2', 'approved', 'denied', 'inTime 2'),
  },
  'S-DOWNGRADED': {
    why: 'The expedite request is denied: seven days from its receipt.',
    steps: [
      urgent('2026-08-03 10:00'),
      ['2026-08-04 10:00', 'EXPEDITE_DENIED'],
      approved('2026-08-09 10:00'),
    ],
    counts: standard('received', 'approved', 'inTime'),
  },
  'S-DRUG': {
    why: 'Drugs are left out, whichever benefit they are of.',
    steps: [received('2026-08-03 10:00', { drug: true }), approved('2026-08-04 10:00')],
    counts: ['leftOut.drugs'],
  },
  'S-PHARMACY': {
    why: 'So are those of the pharmacy benefit.',
    steps: [received('2026-08-03 10:00', {}, { drug: 'pharmacy' }), denied('2026-08-04 10:00')],
    counts: ['leftOut.drugs'],
  },
  'S-INQUIRY': {
    why: 'An inquiry asks for no decision.',
    steps: [
      received('2026-08-03 10:00', {}, { requestType: 'INQUIRY' }),
      answer('2026-08-03 10:01', { outcome: 'complete' }),
    ],
    counts: [],
  },
  'E-APPROVED': {
    why: 'Approved with the last of 72 hours.',
    steps: [urgent('2026-03-02 10:00'), approved('2026-03-05 10:00')],
    counts: expedited('received', 'approved', 'inTime'),
  },
  'E-LATE': {
    why: 'A minute after 72 hours.',
    steps: [
      received('2026-03-02 10:00'),
      ['2026-03-02 10:00', 'PARSE_OK', { hasUrgent: true }],
      denied('2026-03-05 10:01'),
    ],
    counts: expedited('received', 'denied'),
  },
  'E-UPGRADED': {
    why: 'Upgraded on the third day, and decided within 72 hours of that.',
    steps: [
      received('2026-03-02 10:00', { priority: 'STANDARD' }),
      ['2026-03-04 10:00', 'PRIORITY_UPGRADED', null, { priority: 'EXPEDITED' }],
      approved('2026-03-07 09:00'),
    ],
    counts: expedited('received', 'approved', 'inTime'),
  },
  'E-AFTERWARDS': {
    why: 'What is said after the decision changes nothing.',
    steps: [
      urgent('2026-03-02 10:00'),
      denied('2026-03-03 10:00'),
      ['2026-03-04 10:00', 'VAL_OK', { drug: true }, { priority: 'STANDARD' }],
    ],
    counts: expedited('received', 'denied', 'inTime'),
  },
};

const db = await databaseOfFile();

beforeAll(async () => {
  const told = Object.entries(year).flatMap(([name, { steps }]) =>
    steps.flatMap((step, place) => [
      eventOf(`ALONE-${name}`, 'alone', name, step, place),
      eventOf(`YEAR-${name}`, 'anthem', 'H1234-001', step, place),
    ]),
  );
  const byTime = Map.groupBy(told, ({ occurredAt }) => occurredAt);
  for (const at of [...byTime.keys()].toSorted())
    await recordEvents(db.database, byTime.get(at) ?? [], new Date(at));
});

function eventOf(pagwId: string, tenant: string, plan: string, step: Step, place: number): TrackedEvent {
  const [at, eventType, metadata, stated] = step;
  const occurredAt = `${at.replace(' ', 'T')}:00.000Z`;
  const request = place === 0 ? { plan, ...stated } : stated;
  const { events, rejections } = readMessage(
    JSON.stringify({ tenant, pagwId, eventId: `e-${place}`, eventType, occurredAt, metadata, request }),
    { messageId: pagwId, sentAt: new Date(occurredAt) },
    { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
  );
  if (events[0] === undefined) throw new Error(`Refused: ${JSON.stringify(rejections)}`);
  return events[0];
}

const span = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2027-01-01T00:00:00Z') };

const byPlan = (one: PlanFigures, other: PlanFigures) => {
  const [left, right] = [one, other].map(({ tenant, plan, priority }) => `${tenant} ${plan} ${priority}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
};

/** The counts that are not zero, with how many where it is more than one. */
function membership({ standard, expedited, leftOut }: PublishedPlan): string[] {
  return Object.entries({ standard, expedited, leftOut }).flatMap(([part, figures]) =>
    Object.entries(figures).flatMap(([name, count]) =>
      name.endsWith('Ms') || !count ? [] : [`${part}.${name}${count === 1 ? '' : ` ${count}`}`],
    ),
  );
}

describe('a year of requests', () => {
  it.each(Object.entries(year))('counts %s as it should', async (name, { why, counts }) => {
    const plans = publishedPlans(
      await publishedFigures(db.database, { tenant: 'alone', ...span }),
      'partial',
    );
    const plan = plans.find((one) => one.plan === name);
    expect(plan === undefined ? [] : membership(plan).toSorted(), why).toEqual(counts.toSorted());
  });

  it('adds up to the figures that are right', async () => {
    const rows = await publishedFigures(db.database, { tenant: 'anthem', ...span });
    const hour = 3_600_000;
    // From receipt to decision, in hours, of the 19 standard decisions of the year, in the order above.
    const hours = [
      72,
      181 + 59 / 60,
      182,
      96,
      72,
      24,
      24,
      288,
      288,
      48,
      48,
      48,
      191,
      48,
      24,
      336,
      24,
      72,
      144,
    ];
    const mean = hours.reduce((sum, one) => sum + one, 0) / 19;
    expect(publishedPlans(rows, 'partial')).toEqual([
      {
        plan: 'H1234-001',
        tenant: 'anthem',
        standard: {
          received: 26,
          approved: 12,
          denied: 5,
          partial: 2,
          approvedAfterExtension: 1,
          appealed: 2,
          appealsDecided: 2,
          approvedAfterAppeal: 1,
          inTime: 15,
          meanMs: expect.closeTo(mean * hour, 0),
          medianMs: 72 * hour,
        },
        expedited: {
          received: 4,
          approved: 2,
          denied: 2,
          partial: 0,
          approvedAfterExtension: 0,
          appealed: 0,
          appealsDecided: 0,
          approvedAfterAppeal: 0,
          inTime: 3,
          meanMs: expect.closeTo(((72 + 72 + 1 / 60 + 119 + 24) / 4) * hour, 0),
          medianMs: expect.closeTo((72 + 1 / 120) * hour, 0),
        },
        leftOut: { drugs: 2, withdrawn: 1, undecided: 4 },
      },
    ]);
    expect(publishedPlans(rows, 'denied')[0]?.standard).toMatchObject({
      approved: 12,
      denied: 7,
      partial: 0,
    });
  });

  it('is explained to the last request, with the reasons of its denials', async () => {
    expect(await publishedFigures(db.database, { tenant: 'anthem', ...span })).toMatchObject([
      { priority: 'EXPEDITED', received: 4, carriedIn: 0, decided: 4, open: 0 },
      {
        ...{
          priority: 'STANDARD',
          received: 26,
          carriedIn: 1,
          decided: 19,
          withdrawn: 1,
          dismissed: 1,
          void: 1,
        },
        ...{ notRequired: 1, open: 4, reasonGiven: 5, reasonMissing: 2, inquiries: 1 },
      },
    ]);
  });

  it('begins and ends where the tenant is', async () => {
    const since = new Date('2026-03-01T00:00:00Z');
    const tenants = [{ name: 'anthem', since, until: span.until }];
    const years = { ...span, tenants, plans: [] };
    const of = async (one: object) => publishedFigures(db.database, { tenant: null, ...span, ...one });
    const later = (await of({ since })).filter(({ tenant }) => tenant === 'anthem');
    const others = (await of({})).filter(({ tenant }) => tenant !== 'anthem');
    expect(await of({ years })).toEqual([...later, ...others].toSorted(byPlan));
  });

  it('can be frozen: what comes later is a change of the snapshot, and the snapshot cannot be another', async () => {
    const year = { tenant: 'anthem', ...span };
    const rows = await publishedFigures(db.database, year);
    const kim = { actedBy: 'kim', reason: 'published' };
    const digest = await freezeFigures(
      db.database,
      { year: 2026, tenant: 'anthem', rows },
      kim,
      generateKeyPairSync('ed25519').privateKey,
      new Date('2027-03-30T00:00:00Z'),
    );
    const appeal = eventOf('YEAR-S-LAST-MINUTE', 'anthem', '', ['2026-12-20 10:00', 'APPEAL_RECEIVED'], 9);
    await recordEvents(db.database, [appeal], new Date('2027-01-10T00:00:00Z'));
    const snapshot = await readSnapshot(db.database, 2026, 'anthem');
    expect(snapshot).toMatchObject({ digest, actedBy: 'kim', reason: 'published', rows });
    const standardOf2026 = { tenant: 'anthem', plan: 'H1234-001', priority: 'STANDARD' };
    expect(changesSince(snapshot?.rows ?? [], await publishedFigures(db.database, year))).toEqual([
      { ...standardOf2026, figure: 'appealed', frozen: 2, now: 3 },
    ]);
    expect(await readSnapshot(db.database, 2026, null)).toBeUndefined();
    await expect(db.database.execute(`UPDATE report_snapshot SET figures = '[]'`)).rejects.toThrow(
      'report_snapshot',
    );
    const { rows: deeds } = await db.database.execute(`SELECT action, acted_by FROM operator_action`);
    expect(deeds).toEqual([{ action: 'report.freeze', actedBy: 'kim' }]);
  });
});
