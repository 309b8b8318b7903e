import fc from 'fast-check';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';

/** When the events of an arbitrary history are recorded; they happen within the days around it. */
export const recordedAt = new Date('2026-03-10T12:00:00.000Z');

const MINUTE_MS = 60_000;
const types = [
  ...['REQUEST_RECEIVED', 'WORKFLOW_START', 'WORKFLOW_COMPLETE', 'PARSE_START', 'PARSE_OK', 'PARSE_FAIL'],
  ...['VAL_START', 'VAL_OK', 'VAL_FAIL', 'ENRICH_START', 'ENRICH_OK', 'CONVERT_OK', 'DOWNSTREAM_START'],
  ...[
    'DOWNSTREAM_OK',
    'DOWNSTREAM_TIMEOUT',
    'CALLBACK_START',
    'CALLBACK_OK',
    'RESPONSE_START',
    'RESPONSE_OK',
  ],
  ...['RESPONSE_OK', 'NOTIFY_OK', 'NOTIFY_FAIL', 'PUBLISH_OK', 'ATTACH_FAIL', 'MADE_UP_FAIL', 'MADE_UP_OK'],
  ...[
    'PIPELINE_FAILED',
    'REQUEST_UPDATED',
    'APPEAL_RECEIVED',
    'EXTENSION_GRANTED',
    'EXTENSION_DENIED',
    'REQUEST_CANCELLED',
    'CALLBACK',
  ],
] as const;
const outcomes = ['approved', 'denied', 'pended', 'partial', 'queued', 'canceled', 'what?', 'complete'];

const request = fc.option(
  fc.record(
    {
      type: fc.constantFrom('PAS_SUBMIT', 'PAS_UPDATE'),
      priority: fc.constantFrom('EXPEDITED', 'STANDARD'),
      status: fc.constantFrom('APPROVED', 'DENIED', 'PENDING', 'CANCELLED', 'EXPIRED', 'FAILED', 'MAPPED'),
      receivedAt: fc.integer({ min: -10_000, max: 100 }).map((minute) => instant(minute)),
      payload: fc.record(
        { bucket: fc.constantFrom('b1', 'b2', null), key: fc.constantFrom('k1', 'k2', 'k3') },
        { requiredKeys: [] },
      ),
      notifiedAt: fc.integer({ min: -10_000, max: 100 }).map((minute) => instant(minute)),
      plan: fc.constantFrom('H1234', 'H5678'),
      delegate: fc.constantFrom('carelon', 'elsewhere'),
      drug: fc.constantFrom(true, false, 'pharmacy'),
      kind: fc.constantFrom('inquiry', 'retrospective'),
      expedited: fc.boolean(),
      expediteDenied: fc.boolean(),
      lines: fc.record({
        approved: fc.nat({ max: 2 }),
        denied: fc.nat({ max: 2 }),
        pended: fc.nat({ max: 1 }),
      }),
      denialReason: fc.constantFrom('not covered'),
      reviewAction: fc.constantFrom('A1', 'A3', 'A4', 'C', 'ZZ'),
      extension: fc.record(
        {
          days: fc.constantFrom(5, 14, 20),
          at: fc.integer({ min: -5_000, max: 0 }).map((minute) => instant(minute)),
        },
        { requiredKeys: [] },
      ),
      appeal: fc.record(
        {
          receivedAt: fc.integer({ min: -5_000, max: 0 }).map((minute) => instant(minute)),
          outcome: fc.constantFrom('upheld', 'overturned'),
        },
        { requiredKeys: [] },
      ),
      update: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  { freq: 4 },
);

const fields = {
  eventType: fc.constantFrom(...types),
  minute: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -200, max: 5 }) },
    // Clocks that are days off, and those that were never set.
    { weight: 1, arbitrary: fc.integer({ min: -130_000, max: 100_000 }) },
    { weight: 1, arbitrary: fc.constant(-29_000_000) },
  ),
  tenant: fc.oneof({ weight: 9, arbitrary: fc.constant('anthem') }, fc.constantFrom('', 'carelon')),
  attempt: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(1, 2, 3, 7, 2_147_483_647)),
  retryable: fc.option(fc.boolean()),
  outcome: fc.constantFrom(...outcomes),
  disposition: fc.option(
    fc.constantFrom('Certified', 'Not Certified', 'Pended', 'odd', 'Certified '.repeat(60), {
      coding: [{ code: 'A1', display: 'Certified in total. '.repeat(20) }],
    }),
    { freq: 3 },
  ),
  status: fc.option(fc.constantFrom('STARTED', 'COMPLETED', 'FAILURE', 'SKIPPED', 'RETRY_SCHEDULED'), {
    freq: 5,
  }),
  nextRetryAt: fc.option(fc.constantFrom(instant(5), '9999-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z'), {
    freq: 5,
  }),
  subscriptionCount: fc.option(fc.constantFrom(0, 1, '0')),
  errorCode: fc.option(fc.constantFrom('API_TIMEOUT', 'PARSE_EXCEPTION', 'INVALID_NPI')),
  correlationId: fc.option(fc.constantFrom('c-1', 'c-2')),
  externalReference: fc.option(fc.constantFrom('EXT-1', 'EXT-2')),
  hasUrgent: fc.option(fc.boolean()),
  isAsync: fc.boolean(),
  request,
};
const said = fc.record(fields);

const DAY_MINUTES = 1_440;
const days = (min: number, max: number) =>
  fc.integer({ min: min * DAY_MINUTES, max: max * DAY_MINUTES }).map((minute) => instant(minute));

/** What moves a deadline or takes it away. */
const deadlineTypes = [
  ...(['REQUEST_RECEIVED', 'PARSE_OK', 'PARSE_FAIL', 'VAL_OK', 'VAL_FAIL', 'RESPONSE_OK'] as const),
  ...(['CALLBACK_START', 'CALLBACK_OK', 'NOTIFY_OK', 'REQUEST_UPDATED'] as const),
  ...(['EXTENSION_GRANTED', 'APPEAL_RECEIVED'] as const),
] as const;

/** Few types in one history and close together: any of it may come before any other. */
const saidOfDeadlines = fc
  .subarray([...deadlineTypes, ...deadlineTypes], { minLength: 2, maxLength: 6 })
  .map((some) =>
    fc.record({
      ...fields,
      eventType: fc.constantFrom(...some),
      minute: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -12, max: 0 }) },
        { weight: 1, arbitrary: fc.integer({ min: -20 * DAY_MINUTES, max: 0 }) },
      ),
      tenant: fc.constant('anthem'),
      outcome: fc.constantFrom('approved', 'denied', 'pended', 'what?', 'what?'),
      disposition: fc.constant(null),
      status: fc.constant(null),
      request: fc.option(
        fc.record(
          {
            priority: fc.constantFrom('EXPEDITED', 'STANDARD'),
            receivedAt: days(-20, 0),
            notifiedAt: days(-20, 0),
            plan: fc.constantFrom('THREE', 'FREE', 'OTHER'),
            drug: fc.constantFrom(true, false, 'medical', 'pharmacy'),
            kind: fc.constantFrom('inquiry', 'retrospective'),
            expedited: fc.boolean(),
            expediteDenied: fc.constant(true),
            reviewAction: fc.constantFrom('A1', 'A3', 'A4', 'C', 'NA'),
            extension: fc.record(
              { days: fc.constantFrom(1, 14), at: days(-10, 0) },
              { requiredKeys: ['days'] },
            ),
            appeal: fc.record(
              { receivedAt: days(-10, 0), outcome: fc.constantFrom('upheld', 'overturned', 'withdrawn') },
              { requiredKeys: [] },
            ),
            update: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
        { freq: 2 },
      ),
    }),
  );

/** Up to `maxLength` events of one request as a message gives them, each with an id of its own. */
export function arbitraryHistory(pagwId: string, maxLength = 25): fc.Arbitrary<TrackedEvent[]> {
  return historyOf(said, pagwId, maxLength);
}

/** The same of what decides when a decision is due, and whether it is. Plans: THREE days, FREE of any, and OTHER. */
export function arbitraryDeadlines(pagwId: string, maxLength = 8): fc.Arbitrary<TrackedEvent[]> {
  return saidOfDeadlines.chain((one) => historyOf(one, pagwId, maxLength));
}

function historyOf(
  event: fc.Arbitrary<Said>,
  pagwId: string,
  maxLength: number,
): fc.Arbitrary<TrackedEvent[]> {
  return fc
    .array(event, { minLength: 1, maxLength })
    .map((events) => events.map((one, place) => toTrackedEvent(pagwId, `e-${place}`, one)));
}

type Said = Omit<typeof said extends fc.Arbitrary<infer Value> ? Value : never, 'request'> & {
  request: object | null;
};

function toTrackedEvent(pagwId: string, eventId: string, event: Said): TrackedEvent {
  const { minute, outcome, disposition, subscriptionCount, hasUrgent, isAsync, ...fields } = event;
  const { events, rejections } = readMessage(
    JSON.stringify({
      ...fields,
      pagwId,
      eventId,
      occurredAt: instant(minute),
      metadata: {
        outcome,
        disposition,
        subscriptionCount,
        hasUrgent,
        isAsync,
        mode: 'SYNC',
        targetSystem: 'carelon',
      },
    }),
    { messageId: eventId, sentAt: recordedAt },
    { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
  );
  if (events[0] === undefined)
    throw new Error(`The history holds an event that is refused: ${rejections[0]?.code}.`);
  return events[0];
}

function instant(minute: number): string {
  return new Date(Math.max(0, recordedAt.getTime() + minute * MINUTE_MS)).toISOString();
}

/** The history in pieces of arbitrary length, in order. */
export function cutAnywhere<Item>(items: readonly Item[], cuts: readonly number[]): Item[][] {
  const places = [...new Set(cuts.map((cut) => cut % (items.length + 1)))].toSorted(
    (one, other) => one - other,
  );
  return [0, ...places]
    .map((from, number) => items.slice(from, places[number]))
    .filter(({ length }) => length > 0);
}
