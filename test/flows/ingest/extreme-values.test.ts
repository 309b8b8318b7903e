import fc from 'fast-check';
import { expect, it } from 'vitest';
import { insertRejectedMessages } from '../../../lib/data-access/ingest.ts';
import { ensurePartitionsAhead } from '../../../lib/data-access/maintain.ts';
import { claimDueRetries } from '../../../lib/data-access/retry.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { parsePhiGuard } from '../../../lib/domain/phi-guard.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../../lib/domain/sender-tenants.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { ingestMessages } from '../../../lib/flows/ingest/ingest-messages.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
const INT4_MAX = 2_147_483_647;
const db = await databaseOfFile();

const texts = (longest: number) => [
  ...['', ' ', 'x', '\u0000', '\ud800', '\\', '"', "'", '{', 'infinity', 'NaN', 'null'],
  ...[longest, longest + 1].flatMap((length) => [
    'k'.repeat(length),
    'é'.repeat(length),
    '😀'.repeat(Math.floor(length / 2)),
    '"'.repeat(length),
  ]),
];
const textOf = (longest: number) => fc.constantFrom(...texts(longest));
const number = fc.constantFrom(
  ...[
    0,
    1,
    -1,
    0.5,
    INT4_MAX - 1,
    INT4_MAX,
    INT4_MAX + 1,
    -INT4_MAX - 2,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 63,
    1e308,
  ],
);
const time = fc.constantFrom(
  ...[
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00+14:00',
    '1969-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00Z',
  ],
  ...[
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999999999Z',
    '9999-12-31T23:59:59-12:00',
    '+010000-01-01T00:00:00Z',
  ],
  ...[
    '2026-02-29T00:00:00Z',
    '2026-03-10T12:00:00.000Z',
    '2026-03-10T12:00:00.0004Z',
    'infinity',
    '-infinity',
    'now',
    '',
  ],
);
const word = (...words: string[]) => fc.constantFrom(...words);
const flag = fc.constantFrom<unknown>(true, false, null, 'true', 2);
const count = fc.oneof(number, fc.constantFrom<unknown>(null, '7', [], {}));

const request = fc.record(
  {
    type: textOf(64),
    priority: word('EXPEDITED', 'STANDARD', 'x'),
    status: word('APPROVED', 'DENIED', 'PENDING', 'FAILED', 'EXPIRED'),
    receivedAt: time,
    plan: textOf(64),
    delegate: textOf(64),
    drugs: word('none', 'medical', 'pharmacy'),
    kind: word('request', 'inquiry', 'retrospective'),
    expedited: flag,
    answer: word('approved', 'denied', 'pended', 'withdrawn', 'void'),
    lines: fc.record({ approved: count, modified: count, denied: count, pended: count }),
    reasonGiven: flag,
    notifiedAt: time,
    extension: fc.record({ days: number, until: time, by: textOf(64), at: time }, { requiredKeys: [] }),
    appeal: fc.record(
      { receivedAt: time, outcome: word('upheld', 'overturned', 'partial'), decidedAt: time },
      { requiredKeys: [] },
    ),
    update: flag,
    payload: fc.record({ bucket: textOf(255), key: textOf(1024) }),
  },
  { requiredKeys: [] },
);

const fields = {
  eventId: textOf(128),
  tenant: fc.oneof({ weight: 6, arbitrary: fc.constant('anthem') }, textOf(64)),
  stage: fc.oneof({ weight: 3, arbitrary: word('PARSING', 'API_CONNECTOR') }, textOf(64)),
  status: word('STARTED', 'COMPLETED', 'FAILED', 'SKIPPED', 'RETRY_SCHEDULED'),
  occurredAt: time,
  startedAt: time,
  completedAt: time,
  nextRetryAt: time,
  attempt: number,
  durationMs: number,
  retryable: flag,
  externalReference: textOf(256),
  errorCode: textOf(64),
  errorMessage: textOf(4_000),
  workerId: textOf(128),
  serviceName: textOf(64),
  correlationId: textOf(128),
  metadata: fc.oneof(
    textOf(16_384).map((note) => ({ note })),
    number.map((errorCount) => ({ errorCount, targetSystem: 'carelon' })),
    textOf(64).map((outcome) => ({ outcome, disposition: outcome, mode: 'SYNC' })),
    textOf(40),
  ),
  request,
};
const event = fc.record(
  {
    ...fields,
    pagwId: fc.oneof({ weight: 6, arbitrary: word('EXTREME-1', 'EXTREME-2', 'EXTREME-3') }, textOf(64)),
    eventType: fc.oneof(
      {
        weight: 6,
        arbitrary: word('PARSE_FAIL', 'PARSE_OK', 'DOWNSTREAM_TIMEOUT', 'RESPONSE_OK', 'NOTIFY_OK'),
      },
      textOf(64),
    ),
  },
  { requiredKeys: ['pagwId', 'eventType'] },
);
/** What is refused of an event hides the rest of it, so each extreme is sent once beside nothing but what is needed. */
const alone = Object.entries(fields).flatMap(([name, value]) =>
  ['PARSE_FAIL', 'RESPONSE_OK'].flatMap((eventType, place) =>
    fc
      .sample(value, { numRuns: 40, seed: place })
      .map((extreme) => ({ tenant: 'anthem', pagwId: `EXTREME-${name}`, eventType, [name]: extreme })),
  ),
);

let sent = 0;
const context = () => ({
  database: db.database,
  quarantine: {
    setAside: async (message: { messageId: string; sentAt: Date }, rejections: readonly object[]) =>
      insertRejectedMessages(
        db.database,
        rejections.map((rejection) => ({
          ...(rejection as Parameters<typeof insertRejectedMessages>[1][number]),
          ...{
            bodyBucket: 'b',
            bodyKey: 'k',
            bodyBytes: 1,
            messageId: message.messageId,
            sentAt: message.sentAt,
          },
        })),
        now,
      ),
  },
  rules: { retryPolicy: defaultRetryPolicy, jitter: () => 1, phiGuard: parsePhiGuard(undefined) },
  senders: parseSenderTenants(undefined),
  now,
});

/** Each event a message and a group of its own, so that one cannot hold another up. */
const ingest = (events: readonly object[]) =>
  ingestMessages(
    events.map((body) => ({
      messageId: `extreme-${++sent}`,
      groupId: `extreme-${sent}`,
      body: JSON.stringify(body),
      sender: null,
      sentAt: now,
    })),
    context(),
  );

it('records or refuses the most that every field may hold, and one more, and no flow stumbles over it', async () => {
  const counts = { recorded: 0, rejected: 0 };
  const expectTaken = async (events: readonly object[]) => {
    const { failures, recorded, rejected } = await ingest(events);
    expect([...failures.values()]).toEqual([]);
    counts.recorded += recorded;
    counts.rejected += rejected;
  };
  for (let place = 0; place < alone.length; place += 200) await expectTaken(alone.slice(place, place + 200));
  await fc.assert(fc.asyncProperty(fc.array(event, { minLength: 100, maxLength: 100 }), expectTaken), {
    numRuns: 2,
    endOnFailure: true,
  });
  expect(Math.min(counts.recorded, counts.rejected)).toBeGreaterThan(200);

  const { database } = db;
  // The contract says it, never the database.
  const { rows } = await database.execute(
    `SELECT DISTINCT rule FROM rejected_message WHERE code = 'DATABASE_REFUSED'`,
  );
  expect(rows).toEqual([]);
  for (const at of [now, new Date('2026-04-10T12:00:00Z'), new Date('9999-06-01T00:00:00Z')]) {
    await claimDueRetries(database, { now: at, limit: 100, cursors: new Map(), skippedStages: [] });
    const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
    expect(await checkRequests(database, { rules, now: at })).toMatchObject({ complete: true });
  }
  const options = { database, now, mayGoOn: () => true };
  await refreshSummary(options);
  await refreshFlow(options);
  await expectDerivedStates(database);
});

it('lets each flow run by a clock of ours in the last minute that has a name', async () => {
  const { database } = db;
  const end = new Date('9999-12-31T23:59:30Z');
  const fields = { occurredAt: '9999-12-31T23:59:00.000Z' };
  const hanging = { ...fields, eventType: 'PARSE_START', status: 'STARTED' } as const;
  await recordEvents(
    database,
    [failedEvent({ pagwId: 'LAST-1', ...fields }), trackedEvent({ pagwId: 'LAST-2', ...hanging })],
    end,
  );
  await claimDueRetries(database, { now: end, limit: 100, cursors: new Map(), skippedStages: [] });
  const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
  expect(await checkRequests(database, { rules, now: end })).toMatchObject({ complete: true });
  const options = { database, now: end, mayGoOn: () => true };
  expect(await ensurePartitionsAhead(options)).toEqual({ partitionsMade: 0 });
  await refreshSummary(options);
  await refreshFlow(options);
  const { rows } = await database.execute(
    `SELECT next_retry_at, decision_due_at
     FROM event_tracker JOIN request_tracker USING (pagw_id)
     WHERE pagw_id = 'LAST-1'`,
  );
  const last = new Date('9999-12-31T23:59:59.999Z');
  expect(rows).toEqual([{ nextRetryAt: last, decisionDueAt: last }]);
});
