import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_COLUMNS, REQUEST_COLUMNS } from '../../../lib/data-access/additions.ts';
import { compareStates } from '../../../lib/data-access/compare-states.ts';
import { DatabaseError, SqlState } from '../../../lib/data-access/database-error.ts';
import { appendEvents } from '../../../lib/data-access/ingest.ts';
import { compositeArray } from '../../../lib/data-access/sql-text.ts';
import { defaultFoldRules } from '../../../lib/domain/request-fold.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../../support/database.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
const db = await databaseOfFile();
let made = 0;

const pend = { stage: 'RESPONSE_BUILDER', eventType: 'RESPONSE_OK', metadata: { outcome: 'pended' } };
const callback = { stage: 'CALLBACK_HANDLER', eventType: 'CALLBACK_START', status: 'STARTED' } as const;
const newRequest = () => `PAGW-TEST-R${++made}`;
const record = (...events: Parameters<typeof recordEvents>[1]) => recordEvents(db.database, events, now);

async function historyOf(pagwId: string) {
  const { rows } = await db.database.execute(
    `SELECT sequence_no, event_type, attempt, retryable, next_retry_at, retry_exhausted_at
     FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no`,
    { id: pagwId },
  );
  return rows;
}

async function stateOf(pagwId: string) {
  const { rows } = await db.database.execute('SELECT * FROM request_tracker WHERE pagw_id = :id', {
    id: pagwId,
  });
  return rows[0];
}

describe('recordEvents', () => {
  it('numbers the events of each request from 1, in the order given, over batches', async () => {
    const [a, b] = [newRequest(), newRequest()];
    const first = await record(
      trackedEvent({ pagwId: b }),
      trackedEvent({ pagwId: a }),
      trackedEvent({ pagwId: b }),
    );
    const second = await record(trackedEvent({ pagwId: b }), trackedEvent({ pagwId: a }));
    expect([...first, ...second].map((answer) => answer.sequenceNo)).toEqual([1, 1, 2, 3, 2]);
  });

  it('records an event that comes before its request is known (trap: the foreign key poisons the batch)', async () => {
    const pagwId = newRequest();
    await record(
      trackedEvent({ pagwId, stage: 'CONVERSION', eventType: 'CONVERT_START', status: 'STARTED' }),
    );
    expect(await stateOf(pagwId)).toMatchObject({
      tenant: 'anthem',
      mainStage: 'CONVERSION',
      lastSequenceNo: 1,
    });
  });

  it('tries again where another creates the request while its month is made', async () => {
    const pagwId = newRequest();
    const refusals = [
      ['no partition of relation "event_tracker" found for row', SqlState.checkViolation],
      [
        'duplicate key value violates unique constraint "ux_request_tracker_pagw_received"',
        SqlState.uniqueViolation,
      ],
    ];
    const answers = await recordEvents(
      db.database,
      [trackedEvent({ pagwId })],
      now,
      defaultFoldRules,
      async (...call) => {
        const [message = '', sqlState] = refusals.shift() ?? [];
        if (sqlState !== undefined) throw new DatabaseError(message, 'refused', sqlState, undefined);
        return appendEvents(...call);
      },
    );
    expect(answers).toEqual([{ outcome: 'RECORDED', sequenceNo: 1 }]);
    expect(refusals).toEqual([]);
  });

  it('answers a redelivered event as duplicate and leaves no gap', async () => {
    const pagwId = newRequest();
    const event = trackedEvent({ pagwId });
    await record(event);
    expect(await record(event, trackedEvent({ pagwId }), event)).toEqual([
      { outcome: 'DUPLICATE', sequenceNo: null },
      { outcome: 'RECORDED', sequenceNo: 2 },
      { outcome: 'DUPLICATE', sequenceNo: null },
    ]);
  });

  it('takes one event id in two requests for two events', async () => {
    const answers = await record(
      trackedEvent({ pagwId: newRequest(), eventId: 'same' }),
      trackedEvent({ pagwId: newRequest(), eventId: 'same' }),
    );
    expect(answers.map((answer) => answer.outcome)).toEqual(['RECORDED', 'RECORDED']);
  });

  it('gives a blank tenant the known request’s, and refuses another tenant’s', async () => {
    const [known, unknown] = [newRequest(), newRequest()];
    await record(trackedEvent({ pagwId: known, tenant: 'elevance' }));
    const answers = await record(
      trackedEvent({ pagwId: known, tenant: null }),
      trackedEvent({ pagwId: known, tenant: 'anthem' }),
      trackedEvent({ pagwId: unknown, tenant: null }),
    );
    expect(answers.map((answer) => answer.outcome)).toEqual([
      'RECORDED',
      'TENANT_MISMATCH',
      'TENANT_UNKNOWN',
    ]);
    expect(await stateOf(unknown)).toBeUndefined();
  });

  it('lets the first tenant that is named own a new request, as if each event came alone', async () => {
    const pagwId = newRequest();
    const answers = await record(
      trackedEvent({ pagwId, tenant: null }),
      trackedEvent({ pagwId, tenant: 'carelon' }),
      trackedEvent({ pagwId, tenant: 'anthem' }),
    );
    expect(answers.map((answer) => answer.outcome)).toEqual([
      'TENANT_UNKNOWN',
      'RECORDED',
      'TENANT_MISMATCH',
    ]);
  });

  it('keeps the main lane’s standing when side-lane and unknown events follow', async () => {
    const pagwId = newRequest();
    await record(
      trackedEvent({ pagwId, stage: 'VALIDATION', eventType: 'VAL_START', status: 'STARTED' }),
      trackedEvent({ pagwId, stage: 'OUTBOX_PUBLISHER', eventType: 'PUBLISH_OK', lane: 'side' }),
    );
    await record(trackedEvent({ pagwId, stage: 'SHADOW', eventType: 'SHADOW_OK', lane: 'unknown' }));
    expect(await stateOf(pagwId)).toMatchObject({
      mainStage: 'VALIDATION',
      mainStatus: 'STARTED',
      lastStage: 'SHADOW',
      lastSequenceNo: 3,
    });
  });

  it('keeps the downstream that the main lane named last', async () => {
    const pagwId = newRequest();
    const naming = (targetSystem: unknown, lane: 'main' | 'side' = 'main') =>
      trackedEvent({ pagwId, lane, metadata: { targetSystem } });
    await record(naming('claims'), naming('carelon'), naming('mailer', 'side'));
    await record(naming(7), naming(''), naming('x'.repeat(65)));
    expect(await stateOf(pagwId)).toMatchObject({ targetSystem: 'carelon' });
  });

  it('dates created_at by the recording and orders by number (trap: one time for a whole batch)', async () => {
    const pagwId = newRequest();
    await record(
      trackedEvent({ pagwId, eventType: 'PARSE_START', occurredAt: '2026-03-01T11:00:00.000Z' }),
      trackedEvent({ pagwId, eventType: 'PARSE_OK', occurredAt: '2026-03-01T09:00:00.000Z' }),
    );
    const { rows } = await db.database.execute(
      `SELECT event_type, occurred_at, created_at FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no`,
      { id: pagwId },
    );
    expect(rows).toEqual([
      { eventType: 'PARSE_START', occurredAt: new Date('2026-03-01T11:00:00Z'), createdAt: now },
      { eventType: 'PARSE_OK', occurredAt: new Date('2026-03-01T09:00:00Z'), createdAt: now },
    ]);
  });

  it('never lets a producer’s fast clock move a request into the future', async () => {
    const pagwId = newRequest();
    await record(trackedEvent({ pagwId, occurredAt: '2026-03-01T11:00:00.000Z' }));
    expect(await stateOf(pagwId)).toMatchObject({ mainAt: now, lastEventAt: now, receivedAt: now });
  });

  it.each([Number.POSITIVE_INFINITY, 400, 30])(
    'comes to the same when it is folded again, though times were believed for %s days when it was recorded',
    async (believedDays) => {
      const rules = { ...defaultFoldRules, believedDays };
      const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
      const pagwId = newRequest();
      const events = [0, 40, 200].map((days) =>
        trackedEvent({
          pagwId,
          occurredAt: daysAgo(days),
          stated: { receivedAt: daysAgo(days + 15), appeal: { receivedAt: daysAgo(days + 10) } },
        }),
      );
      const imported = {
        pagwId: newRequest(),
        occurredAt: daysAgo(200),
        stated: { receivedAt: daysAgo(201) },
      };
      await recordEvents(db.database, [...events, trackedEvent(imported)], now, rules);
      const { differences } = await compareStates(db.database);
      expect(differences.filter((one) => [pagwId, imported.pagwId].includes(one.pagwId))).toEqual([]);
    },
  );

  it('keeps no bucket for a key that came without one, and the deep comparison sees it', async () => {
    const pagwId = newRequest();
    const pointsTo = (payload: object) => trackedEvent({ pagwId, stated: { payload } as never });
    await record(pointsTo({ bucket: 'b1', key: 'k1' }));
    await record(pointsTo({ key: 'k2' }), pointsTo({ bucket: 'b3' }));
    expect(await stateOf(pagwId)).toMatchObject({ payloadBucket: null, payloadKey: 'k2' });
    const differing = async () =>
      (await compareStates(db.database)).differences.filter((one) => one.pagwId === pagwId);
    expect(await differing()).toEqual([]);
    await db.database.execute(`UPDATE request_tracker SET payload_bucket = 'b1' WHERE pagw_id = :id`, {
      id: pagwId,
    });
    expect(await differing()).toEqual([{ pagwId, fields: ['payload_bucket'] }]);
  });

  it('keeps nothing as stated of an event that states nothing', async () => {
    const pagwId = newRequest();
    await record(trackedEvent({ pagwId }));
    const { rows } = await db.database.execute('SELECT stated FROM event_tracker WHERE pagw_id = :id', {
      id: pagwId,
    });
    expect(rows).toEqual([{ stated: null }]);
  });

  it('closes no request before its receipt, whose producer’s clock may be ahead', async () => {
    const pagwId = newRequest();
    const receivedAt = '2026-03-01T10:00:00.000Z';
    const stated = { status: 'DENIED' } as const;
    const metadata = { reviewAction: 'A4' };
    await record(
      trackedEvent({ pagwId, occurredAt: '2026-03-01T09:00:00.000Z', stated, metadata }),
      trackedEvent({ pagwId, occurredAt: '2026-03-01T11:00:00.000Z', stated: { receivedAt } }),
    );
    const at = new Date(receivedAt);
    expect(await stateOf(pagwId)).toMatchObject({ decidedAt: null, receivedAt: at, completedAt: at });
  });

  it('closes, reopens and decides as the events say', async () => {
    const pagwId = newRequest();
    await record(trackedEvent({ pagwId, ...pend }));
    expect(await stateOf(pagwId)).toMatchObject({
      status: 'PENDING',
      completedAt: new Date('2026-03-01T10:00:00Z'),
      decidedAt: null,
    });
    await record(trackedEvent({ pagwId, ...callback }));
    expect(await stateOf(pagwId)).toMatchObject({ status: 'PENDING', completedAt: null });
    await record(
      trackedEvent({
        pagwId,
        stated: { status: 'APPROVED' },
        occurredAt: '2026-03-01T10:04:00.000Z',
      }),
    );
    expect(await stateOf(pagwId)).toMatchObject({
      status: 'APPROVED',
      completedAt: new Date('2026-03-01T10:04:00Z'),
      decidedAt: new Date('2026-03-01T10:04:00Z'),
    });
  });

  it('never lets a late event undo a decision or progress', async () => {
    const pagwId = newRequest();
    await record(
      trackedEvent({ pagwId, stated: { status: 'DENIED' } }),
      trackedEvent({ pagwId, stated: { status: 'VALIDATED' } }),
    );
    await record(trackedEvent({ pagwId, ...callback, stated: { status: 'ENRICHED' } }));
    expect(await stateOf(pagwId)).toMatchObject({
      status: 'DENIED',
      completedAt: new Date('2026-03-01T10:00:00Z'),
    });
    await record(
      trackedEvent({ pagwId, stated: { status: 'APPROVED' }, occurredAt: '2026-03-01T10:04:00.000Z' }),
    );
    expect(await stateOf(pagwId)).toMatchObject({
      status: 'APPROVED',
      determination: 'DENIED',
      decidedAt: new Date('2026-03-01T10:00:00Z'),
    });
    const open = newRequest();
    await record(trackedEvent({ pagwId: open, stated: { status: 'MAPPED' } }));
    await record(trackedEvent({ pagwId: open, stated: { status: 'VALIDATED' } }));
    expect(await stateOf(open)).toMatchObject({ status: 'MAPPED' });
  });

  it('opens a request that pends and is called back within its first batch', async () => {
    const pagwId = newRequest();
    await record(trackedEvent({ pagwId, ...pend }), trackedEvent({ pagwId, ...callback }));
    expect(await stateOf(pagwId)).toMatchObject({ completedAt: null });
  });

  it('makes a missing month and goes on', async () => {
    const pagwId = newRequest();
    const later = new Date('2031-07-31T23:59:59Z');
    const answers = await recordEvents(db.database, [trackedEvent({ pagwId })], later);
    expect(answers).toEqual([{ outcome: 'RECORDED', sequenceNo: 1 }]);
    const { rows } = await db.database.execute(
      `SELECT to_regclass('event_tracker_2031_07') IS NOT NULL AS made`,
    );
    expect(rows).toEqual([{ made: true }]);
  });

  it('carries more than one call holds', async () => {
    const pagwId = newRequest();
    const events = Array.from({ length: 2_345 }, () =>
      trackedEvent({ pagwId, metadata: { note: 'x'.repeat(900) } }),
    );
    const answers = await record(...events);
    expect(answers.map((answer) => answer.sequenceNo)).toEqual(events.map((_, place) => place + 1));
  });

  it('records nothing of an empty batch', async () => {
    expect(await record()).toEqual([]);
  });
});

describe('rows for append_events', () => {
  it.each([
    ['appended_request', REQUEST_COLUMNS],
    ['appended_event', EVENT_COLUMNS],
  ])('have the columns of %s, in their order', async (type, columns) => {
    const { rows } = await db.database.execute<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass(:type) ORDER BY attnum`,
      { type },
    );
    expect(rows.map(({ name }) => name)).toEqual(columns);
  });

  it('arrive as they were written, whatever the texts hold', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...'"\\(){},\'\n\t NULnul'), maxLength: 12 }),
      fc.constant(null),
    );
    const texts = fc.record({ event_id: text, error_message: text, worker_id: text });
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 5 }), async (sent) => {
        const { rows } = await db.database.execute(
          'SELECT event_id AS "event_id", error_message AS "error_message", worker_id AS "worker_id" FROM unnest(:events::appended_event[])',
          { events: compositeArray(sent, EVENT_COLUMNS) },
        );
        expect(rows.map((row) => Object.values(row as object))).toEqual(
          sent.map((row) => Object.values(row)),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('attempts and retries', () => {
  it('counts attempts by the failures since the stage last completed, in a batch and over batches', async () => {
    const pagwId = newRequest();
    const start = () => trackedEvent({ pagwId, eventType: 'PARSE_START', status: 'STARTED' });
    const ok = () => trackedEvent({ pagwId });
    await record(start(), failedEvent({ pagwId }), start());
    await record(failedEvent({ pagwId }), start());
    await record(ok(), start(), failedEvent({ pagwId }));
    await record(start());
    expect((await historyOf(pagwId)).map((event) => event.attempt)).toEqual([1, 1, 2, 2, 3, 3, 1, 1, 2]);
  });

  it('counts on from a stated attempt', async () => {
    const pagwId = newRequest();
    await record(failedEvent({ pagwId, attempt: 3 }), failedEvent({ pagwId }));
    await record(failedEvent({ pagwId }));
    expect((await historyOf(pagwId)).map((event) => event.attempt)).toEqual([3, 4, 5]);
  });

  it('keeps attempts of one stage apart from another’s', async () => {
    const pagwId = newRequest();
    await record(failedEvent({ pagwId }));
    await record(failedEvent({ pagwId, stage: 'VALIDATION', eventType: 'VAL_FAIL' }));
    expect((await historyOf(pagwId)).map((event) => event.attempt)).toEqual([1, 1]);
  });

  it('sets the next retry by the policy and none when attempts are used up', async () => {
    const delays = [];
    for (const attempt of [1, 2, 4, 5]) {
      const pagwId = newRequest();
      await record(failedEvent({ pagwId, attempt }));
      const [event] = await historyOf(pagwId);
      const at = event?.nextRetryAt as Date | null;
      delays.push(at && (at.getTime() - now.getTime()) / 1000);
      expect(event?.retryExhaustedAt).toEqual(attempt === 5 ? now : null);
    }
    expect(delays).toEqual([60, 120, 480, null]);
  });

  it('caps the delay, also for attempts that would overflow', async () => {
    const pagwId = newRequest();
    const retry = { baseSeconds: 60, factor: 10, capSeconds: 3600, maxAttempts: 2_147_483_647, jitter: 0.5 };
    await record(failedEvent({ pagwId, attempt: 2_000_000, retry }));
    expect((await historyOf(pagwId))[0]?.nextRetryAt).toEqual(new Date(now.getTime() + 1_800_000));
  });

  it('takes a stated time over the policy', async () => {
    const pagwId = newRequest();
    await record(failedEvent({ pagwId, nextRetryAt: '2026-03-02T00:00:00.000Z', retry: null }));
    expect((await historyOf(pagwId))[0]?.nextRetryAt).toEqual(new Date('2026-03-02T00:00:00Z'));
  });

  it.each([
    ['in a later batch', true],
    ['in the same batch', false],
  ])('clears what a later event of the stage overtakes %s, and keeps other stages due', async (_, apart) => {
    const pagwId = newRequest();
    const failures = [
      failedEvent({ pagwId }),
      failedEvent({ pagwId, stage: 'VALIDATION', eventType: 'VAL_FAIL' }),
    ];
    const later = trackedEvent({ pagwId, eventType: 'PARSE_START', status: 'STARTED' });
    if (apart) {
      await record(...failures);
      await record(later);
    } else await record(...failures, later);
    const due = (await historyOf(pagwId)).filter((event) => event.nextRetryAt !== null);
    expect(due.map((event) => event.eventType)).toEqual(['VAL_FAIL']);
  });

  it('clears every retry of a request that closes', async () => {
    const pagwId = newRequest();
    await record(failedEvent({ pagwId }));
    await record(
      trackedEvent({
        pagwId,
        stage: 'RESPONSE_BUILDER',
        eventType: 'RESPONSE_OK',
        stated: { status: 'CANCELLED' },
      }),
    );
    await record(failedEvent({ pagwId, stage: 'OUTBOX_PUBLISHER', eventType: 'PUBLISH_FAIL', lane: 'side' }));
    expect((await historyOf(pagwId)).map((event) => event.nextRetryAt)).toEqual([null, null, null]);
  });
});

describe('a message of many events with the longest ids', () => {
  it.each(['\u{1f600}', '"'])('that comes twice is recorded once: ids of %s', async (unit) => {
    const pagwId = newRequest();
    const message = Array.from({ length: 300 }, (_, number) =>
      trackedEvent({ pagwId, eventId: `${number}-`.padEnd(8, '-') + unit.repeat(120) }),
    );
    const outcomes = async () => new Set((await record(...message)).map(({ outcome }) => outcome));
    expect(await outcomes()).toEqual(new Set(['RECORDED']));
    expect(await outcomes()).toEqual(new Set(['DUPLICATE']));
  });
});
