import { describe, expect, it } from 'vitest';
import { claimDueRetries } from '../../../lib/data-access/retry.ts';
import { listRetries, measureRetries } from '../../../lib/data-access/waiting-failures.ts';
import { parseRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const { record, run, pass, historyOf, newRequest } = bench;

/** A failure that is due by `seconds` from now, so that a test can order them. */
const dueIn = (seconds: number, fields: Parameters<typeof failedEvent>[0] = {}) =>
  failedEvent({
    pagwId: newRequest(),
    retry: null,
    nextRetryAt: new Date(bench.now.getTime() + seconds * 1_000).toISOString(),
    ...fields,
  });

describe('runRetries', () => {
  it('sends what is due once, and notes it as dispatched without touching the failure’s outcome', async () => {
    const pagwId = newRequest();
    await record(
      failedEvent({ pagwId, correlationId: 'corr-1', stated: { payload: { bucket: 'b', key: 'k' } } }),
    );
    pass(61);
    expect((await run()).counts).toEqual({ dispatched: 1, released: 0, superseded: 0, overtaken: 0 });
    expect((await run()).counts.dispatched).toBe(0);
    expect(bench.queue.commands).toEqual([
      {
        version: 1,
        token: `${pagwId}:1:2`,
        pagwId,
        tenant: 'anthem',
        stage: 'PARSING',
        attempt: 2,
        maxAttempts: 5,
        cause: 'failed',
        errorCode: 'PARSE_EXCEPTION',
        failedSequenceNo: 1,
        correlationId: 'corr-1',
        externalReference: null,
        payload: { bucket: 'b', key: 'k' },
      },
    ]);
    expect(bench.queue.inputs[0]?.Entries?.[0]).toMatchObject({
      MessageGroupId: pagwId,
      MessageDeduplicationId: `${pagwId}:1:2`,
    });
    expect(await historyOf(pagwId)).toMatchObject([
      { status: 'FAILED', attempt: 1, errorCode: 'PARSE_EXCEPTION', nextRetryAt: null },
      { eventType: 'RETRY_SCHEDULED', status: 'RETRY_SCHEDULED', attempt: 2, nextRetryAt: null },
    ]);
  });

  it('settles all others where the database refuses one, and sends that one again once its lease is over', async () => {
    const ids = Array.from({ length: 70 }, newRequest);
    for (const pagwId of ids) await record(failedEvent({ pagwId }));
    const damaged = ids[2] as string;
    // Its next number is taken: what a write by hand may leave behind.
    await bench.database.execute(
      `INSERT INTO event_tracker (tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, occurred_at)
       SELECT tenant, pagw_id, received_on, 'by hand', 'MAPPING', event_type, 'COMPLETED', 2, occurred_at
       FROM event_tracker
       WHERE pagw_id = :id`,
      { id: damaged },
    );
    pass(61);
    const unsettled: string[] = [];
    const onUnsettled = ({ pagwId }: { pagwId: string }, { sqlState }: { sqlState: string | undefined }) =>
      unsettled.push(`${pagwId} ${sqlState}`);
    expect((await run({ onUnsettled })).counts).toMatchObject({ dispatched: 70, released: 0 });
    expect(unsettled).toEqual([`${damaged} 23505`]);
    for (const pagwId of ids) {
      const scheduled = (await historyOf(pagwId)).filter(({ eventType }) => eventType === 'RETRY_SCHEDULED');
      expect(scheduled).toHaveLength(pagwId === damaged ? 0 : 1);
    }
    expect((await run({ onUnsettled })).counts.dispatched).toBe(0);
    pass(301);
    expect((await run({ onUnsettled })).counts.dispatched).toBe(1);
  });

  it('sends nothing before its time', async () => {
    await record(failedEvent({ pagwId: newRequest() }));
    pass(59);
    expect((await run()).counts.dispatched).toBe(0);
  });

  it('carries on the count with each failure until the attempts are used up', async () => {
    const pagwId = newRequest();
    for (let attempt = 1; attempt <= 5; attempt++) {
      await record(failedEvent({ pagwId }));
      pass(3_601);
      await run();
    }
    expect(bench.queue.commands.map(({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}`)).toEqual([
      '2 of 5',
      '3 of 5',
      '4 of 5',
      '5 of 5',
    ]);
    expect((await historyOf(pagwId)).at(-1)).toMatchObject({
      attempt: 5,
      retryExhaustedAt: expect.any(Date),
    });
  });

  it('sends nothing that a later event of its stage, or the end of its request, has overtaken', async () => {
    const [recovered, closed, elsewhere] = [newRequest(), newRequest(), newRequest()];
    await record(
      ...[recovered, closed, elsewhere].map((pagwId) => failedEvent({ pagwId })),
      trackedEvent({ pagwId: recovered }),
      trackedEvent({
        pagwId: closed,
        stage: 'RESPONSE_BUILDER',
        eventType: 'RESPONSE_OK',
        stated: { status: 'CANCELLED' },
      }),
      trackedEvent({ pagwId: elsewhere, stage: 'ATTACHMENT', eventType: 'ATTACH_OK', lane: 'side' }),
    );
    pass(61);
    await run();
    expect(bench.queue.commands.map(({ pagwId }) => pagwId)).toEqual([elsewhere]);
  });

  it('clears, and does not send, what was overtaken by rows that another program wrote', async () => {
    const [recovered, closed] = [newRequest(), newRequest()];
    await record(failedEvent({ pagwId: recovered }), failedEvent({ pagwId: closed }));
    await bench.database.execute(
      `INSERT INTO event_tracker (tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, occurred_at)
       SELECT tenant, pagw_id, received_on, 'by-hand', stage, 'PARSE_OK', 'COMPLETED', 2, now()
       FROM event_tracker WHERE pagw_id = :recovered`,
      { recovered },
    );
    await bench.database.execute('UPDATE request_tracker SET completed_at = now() WHERE pagw_id = :closed', {
      closed,
    });
    pass(61);
    expect((await run()).counts).toMatchObject({ dispatched: 0, superseded: 2 });
    expect((await run()).counts.superseded).toBe(0);
    expect((await historyOf(recovered))[0]).toMatchObject({ nextRetryAt: null, status: 'FAILED' });
  });

  it('serves tenants alike: 3,000 failures of one do not hold up another’s one', async () => {
    const flood = Array.from({ length: 3_000 }, (_, n) => dueIn(n / 1_000, { tenant: 'anthem' }));
    await record(
      ...flood,
      dueIn(50, { tenant: 'elevance' }),
      dueIn(55, { tenant: 'elevance', stage: 'CONVERSION' }),
    );
    pass(60);
    const { complete } = await run({ batchSize: 100, mayGoOn: () => bench.queue.commands.length < 52 });
    expect(complete).toBe(false);
    const sent = bench.queue.commands.map(({ tenant }) => tenant);
    expect(sent.filter((tenant) => tenant === 'elevance')).toHaveLength(2);
    expect(sent.length).toBeGreaterThan(50);
    bench.queue.commands.length = 0;
    expect(await run({ batchSize: 250 })).toMatchObject({ complete: true });
    expect(bench.queue.commands).toHaveLength(3_002 - sent.length);
  });

  it('shares a claim between tenants, whatever number of stages each has, and shows what is taken', async () => {
    const many = (tenant: string, stage: string) =>
      Array.from({ length: 8 }, () => dueIn(1, { tenant, stage }));
    const of = ['PARSING', 'VALIDATION', 'CONVERSION'].flatMap((stage) => many('anthem', stage));
    await record(...of, ...many('elevance', 'PARSING'));
    pass(2);
    const claim = await claimDueRetries(bench.database, {
      now: bench.now,
      limit: 12,
      cursors: new Map(),
      skippedStages: [],
    });
    const tenants = Map.groupBy(claim.claimed, ({ tenant }) => tenant);
    expect([tenants.get('anthem')?.length, tenants.get('elevance')?.length]).toEqual([6, 6]);
    const list = { filter: {}, now: bench.now, limit: 100 };
    expect((await listRetries(bench.database, { ...list, state: 'sending' })).total).toBe(12);
    expect(await measureRetries(bench.database, bench.now)).toMatchObject({ due: 32, sending: 12 });
    expect((await listRetries(bench.database, { ...list, state: 'due' })).total).toBe(20);
  });

  it('sends the longest due first', async () => {
    const failures = [30, 10, 20, 40].map((seconds) => dueIn(seconds));
    await record(...failures);
    pass(35);
    await run({ batchSize: 1 });
    expect(bench.queue.commands.map(({ pagwId }) => pagwId)).toEqual(
      [failures[1], failures[2], failures[0]].map((event) => event?.pagwId),
    );
  });

  it('takes for sent what the answer says was taken and nothing else: neither unknown entries nor what is refused, too', async () => {
    await record(...Array.from({ length: 3 }, () => dueIn(1)));
    pass(2);
    bench.queue.behave = () => ({ failed: ['0', '1'], said: ['1', '', ' ', '00', '0x1', '1e0', '77'] });
    expect((await run()).counts).toMatchObject({ dispatched: 1, released: 2 });
    bench.queue.behave = () => ({});
    expect((await run()).counts).toMatchObject({ dispatched: 2, released: 0 });
  });

  it('leaves what is not sent when the time runs out as due as it was', async () => {
    await record(...Array.from({ length: 200 }, () => dueIn(1)));
    pass(2);
    let asked = 0;
    const { counts, complete } = await run({ batchSize: 200, mayGoOn: () => ++asked <= 6 });
    expect(complete).toBe(false);
    expect(counts.dispatched).toBeLessThan(200);
    expect(counts.dispatched + counts.released).toBe(200);
    await run();
    expect(new Set(bench.queue.commands.map(({ token }) => token)).size).toBe(200);
    expect(bench.queue.commands).toHaveLength(200);
  });
});

describe('a failure that moves on while its command is on its way', () => {
  it.each([
    ['recovers', trackedEvent, { status: 'COMPLETED' }],
    ['fails again at once', failedEvent, { status: 'FAILED', attempt: 2, nextRetryAt: expect.any(Date) }],
  ] as const)(
    '%s: nothing is appended after its outcome, and nothing cleared',
    async (_, outcome, latest) => {
      const pagwId = newRequest();
      await record(failedEvent({ pagwId }));
      pass(61);
      bench.queue.behave = (input) => {
        expect(input.Entries).toHaveLength(1);
        return { answersAfter: record(outcome({ pagwId })) };
      };
      const { counts } = await run();
      expect(counts).toMatchObject({ dispatched: 1, overtaken: 1 });
      const history = await historyOf(pagwId);
      expect(history).toHaveLength(2);
      expect(history[1]).toMatchObject(latest);
    },
  );
});

describe('retryable and next_retry_at as a producer states them', () => {
  it('win over the policy, attempts beyond its maximum included', async () => {
    const pagwId = newRequest();
    await record(
      dueIn(5, { pagwId, attempt: 7 }),
      dueIn(5, { pagwId: newRequest(), retryable: false, nextRetryAt: null }),
    );
    pass(6);
    await run();
    expect(bench.queue.commands).toMatchObject([{ pagwId, attempt: 8, maxAttempts: 8 }]);
  });

  it('may be in the far past (due at once) or in the year 9999 (never)', async () => {
    const past = dueIn(0, { nextRetryAt: '1970-01-01T00:00:00.000Z' });
    await record(past, dueIn(0, { nextRetryAt: '9999-12-31T23:59:59.999Z' }));
    const { complete } = await run();
    expect(complete).toBe(true);
    expect(bench.queue.commands.map(({ pagwId }) => pagwId)).toEqual([past.pagwId]);
  });

  it('may count attempts to the end of what a database integer holds', async () => {
    const event = dueIn(1, { attempt: 2_147_483_647 });
    await record(event);
    pass(2);
    expect((await run()).counts.dispatched).toBe(1);
    expect(bench.queue.commands[0]).toMatchObject({ attempt: 2_147_483_647 });
    expect((await historyOf(event.pagwId)).at(-1)).toMatchObject({
      status: 'RETRY_SCHEDULED',
      nextRetryAt: null,
    });
  });
});

describe('the attempts of a command', () => {
  it('are counted against the policy of its stage and error code', async () => {
    const policy = parseRetryPolicy(
      '{"stages":{"parser":{"maxAttempts":3}},"errorCodes":{"SLOW":{"maxAttempts":9}}}',
    );
    await record(dueIn(1, { errorCode: 'OTHER' }), dueIn(2, { errorCode: 'slow' }));
    pass(3);
    await run({ policy });
    expect(bench.queue.commands.map(({ maxAttempts }) => maxAttempts)).toEqual([3, 9]);
  });
});
