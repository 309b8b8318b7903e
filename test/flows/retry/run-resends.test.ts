import { describe, expect, it } from 'vitest';
import { listActs } from '../../../lib/data-access/operate.ts';
import { claimResends, settleResends } from '../../../lib/data-access/retry.ts';
import { orderResend, pauseRetries, resumeRetries } from '../../../lib/data-access/retry-orders.ts';
import { findRequest } from '../../../lib/data-access/timeline.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { previewResend, resendRequest } from '../../../lib/flows/operate/resend-request.ts';
import { runResends } from '../../../lib/flows/retry/run-resends.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const operator = { actedBy: 'maria', reason: 'the worker was killed' };
const HOUR = 3_600;

const run = () =>
  runResends({
    database: bench.database,
    sqs: bench.queue.sqs,
    queues: () => 'https://sqs/pagw-retries.fifo',
    policy: defaultRetryPolicy,
    now: () => bench.now,
    leaseSeconds: 300,
    batchSize: 250,
    mayGoOn: () => true,
  });

const detect = () =>
  runStuckAlarm(bench.database, {
    now: bench.now,
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ waiting: 0, seconds: 0 }),
    publish: async () => undefined,
  });

const event = (pagwId: string, eventType: string, stage: string, status: 'STARTED' | 'COMPLETED') =>
  trackedEvent({
    pagwId,
    eventId: `${pagwId}:${eventType}`,
    eventType,
    stage,
    status,
    occurredAt: bench.now.toISOString(),
  });

async function stuck(eventType: string, stage: string, status: 'STARTED' | 'COMPLETED'): Promise<string> {
  const pagwId = bench.newRequest();
  await bench.record(event(pagwId, eventType, stage, status));
  bench.pass(HOUR);
  await detect();
  return pagwId;
}

const resend = (pagwId: string, riskAccepted = false) =>
  resendRequest(bench.database, { pagwId, riskAccepted, ...operator }, bench.now);
const stateOf = async (pagwId: string) =>
  (await bench.database.execute('SELECT state FROM resend WHERE pagw_id = :id', { id: pagwId })).rows[0]
    ?.state;

describe('a resend', () => {
  it('of a lost hand-off asks the next stage for its first attempt, once, and is an event and an act', async () => {
    const pagwId = await stuck('ENRICH_OK', 'ENRICHMENT', 'COMPLETED');
    expect(await resend(pagwId)).toBe('requested');
    expect(await resend(pagwId)).toBe('waiting');
    expect(await run()).toMatchObject({ sent: 1, unsent: 0 });
    expect(await run()).toMatchObject({ sent: 0 });
    expect(bench.queue.commands).toMatchObject([
      {
        token: `${pagwId}:1:1`,
        stage: 'CONVERSION',
        attempt: 1,
        cause: 'hand-off-lost',
        errorCode: null,
        failedSequenceNo: 1,
      },
    ]);
    expect((await bench.historyOf(pagwId)).at(-1)).toMatchObject({
      eventType: 'RESEND_SCHEDULED',
      stage: 'CONVERSION',
      status: 'RETRY_SCHEDULED',
    });
    expect(await stateOf(pagwId)).toBe('SENT');
    expect((await listActs(bench.database, { pagwId }, 5)).rows).toMatchObject([
      { action: 'request.resend', ...operator, affected: 1, filter: { stage: 'CONVERSION' } },
    ]);
    await bench.record(event(pagwId, 'CONVERT_START', 'CONVERSION', 'STARTED'));
    expect(await findRequest(bench.database, pagwId)).toMatchObject({
      mainStage: 'CONVERSION',
      mainStatus: 'STARTED',
    });
  });

  it('of a stage without a result is its next attempt; a resend that nobody takes up can be sent again', async () => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    await run();
    expect(bench.queue.commands).toMatchObject([{ stage: 'PARSING', attempt: 2, cause: 'no-result' }]);
    expect(await resend(pagwId)).toBe('not-stuck');
    bench.pass(HOUR);
    await detect();
    expect(await resend(pagwId)).toBe('requested');
    await run();
    expect(bench.queue.commands.at(-1)).toMatchObject({
      token: `${pagwId}:2:2`,
      attempt: 2,
      cause: 'retry-overdue',
    });
  });

  it('at a downstream that may have the case is asked for only with that accepted', async () => {
    const pagwId = await stuck('DOWNSTREAM_START', 'API_CONNECTOR', 'STARTED');
    await bench.database.execute(
      `UPDATE request_tracker SET external_reference_id = 'EXT-1', target_system = 'carelon'`,
    );
    expect(await previewResend(bench.database, pagwId)).toMatchObject({
      mayBeKnown: true,
      request: { externalReferenceId: 'EXT-1', targetSystem: 'carelon' },
    });
    expect(await resend(pagwId)).toBe('needs-acceptance');
    // Nor past this flow, by whoever may call the function.
    const direct = { pagwId, stage: 'API_CONNECTOR', attempt: 2, afterSequenceNo: 1, riskAccepted: false };
    await expect(orderResend(bench.database, { ...direct, ...operator }, bench.now)).rejects.toThrow();
    expect(await resend(pagwId, true)).toBe('requested');
    await run();
    expect(bench.queue.commands).toMatchObject([{ externalReference: 'EXT-1' }]);
  });

  it.each(['deadline-breached', null])(
    'is not asked for of one that is stuck as %s by now',
    async (reason) => {
      const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
      await bench.database.execute(
        `UPDATE request_tracker
       SET stuck_reason = :reason::text, stuck_stage = CASE WHEN :reason::text IS NOT NULL THEN stuck_stage END,
         stuck_since = CASE WHEN :reason::text IS NOT NULL THEN stuck_since END
       WHERE pagw_id = :pagw_id`,
        { reason, pagw_id: pagwId },
      );
      const direct = { pagwId, stage: 'PARSING', attempt: 2, afterSequenceNo: 1, riskAccepted: false };
      expect(await orderResend(bench.database, { ...direct, ...operator }, bench.now)).toBe('moved');
    },
  );

  it.each([
    ['an event of the main lane', 'PARSE_OK', 'COMPLETED'],
    ['a start, even of the same stage', 'PARSE_START_AGAIN', 'STARTED'],
  ] as const)('is not sent after %s', async (_, eventType, status) => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    await bench.record(event(pagwId, eventType, 'PARSING', status));
    expect(await run()).toMatchObject({ sent: 0 });
    expect(bench.queue.commands).toEqual([]);
    expect(await stateOf(pagwId)).toBe('OVERTAKEN');
    expect(await resend(pagwId)).toBe('not-stuck');
  });

  it('waits while a pause covers it, and for a queue that takes it', async () => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    const scope = { tenant: null, stage: 'PARSING', downstream: null };
    await pauseRetries(bench.database, scope, operator, bench.now);
    expect(await run()).toMatchObject({ sent: 0 });
    await resumeRetries(bench.database, scope, operator, bench.now);
    bench.queue.behave = () => ({ refuses: Object.assign(new Error('down'), { name: 'QueueDown' }) });
    const refused = await run();
    expect([refused.unsent, ...refused.troubles]).toEqual([1, ['PARSING', 'QueueDown']]);
    bench.queue.behave = () => ({});
    expect(await run()).toMatchObject({ sent: 1 });
  });

  it('that was claimed by a run which is gone is sent when the lease is over, and not before', async () => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    const options = { leaseSeconds: 300, limit: 10, skippedStages: [] };
    expect(await claimResends(bench.database, options, bench.now)).toHaveLength(1);
    bench.pass(299);
    expect(await run()).toMatchObject({ sent: 0 });
    bench.pass(1);
    expect(await run()).toMatchObject({ sent: 1 });
  });

  it('that another run has claimed since is left to it, by whoever gives it back and by a clock that is behind', async () => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    const options = { leaseSeconds: 300, limit: 10, skippedStages: [] };
    const [claimed] = await claimResends(bench.database, options, bench.now);
    const claimedFirst = bench.now;
    bench.pass(301);
    expect(await claimResends(bench.database, options, bench.now)).toHaveLength(1);
    await settleResends(bench.database, [{ id: claimed?.id ?? 0, state: 'WAITING' }], claimedFirst);
    expect(await claimResends(bench.database, options, bench.now)).toEqual([]);
    bench.pass(-59);
    expect(await claimResends(bench.database, options, bench.now)).toEqual([]);
  });

  it('that was cut off after the send is sent with the same token, and noted once', async () => {
    const pagwId = await stuck('PARSE_START', 'PARSING', 'STARTED');
    await resend(pagwId);
    bench.queue.behave = () => ({ losesAnswer: new Error('lost') });
    await run();
    bench.queue.behave = () => ({});
    await run();
    expect(bench.queue.commands.map(({ token }) => token)).toEqual([`${pagwId}:1:2`, `${pagwId}:1:2`]);
    const noted = (await bench.historyOf(pagwId)).filter(({ eventType }) => eventType === 'RESEND_SCHEDULED');
    expect(noted).toHaveLength(1);
  });

  it.each([
    ['a request that nobody knows', 'not-found', async () => 'PAGW-NOBODY'],
    [
      'one that is not overdue',
      'not-stuck',
      async () => {
        const pagwId = bench.newRequest();
        await bench.record(event(pagwId, 'PARSE_START', 'PARSING', 'STARTED'));
        return pagwId;
      },
    ],
  ])('is refused for %s', async (_, outcome, make) => {
    expect(await resend(await make())).toBe(outcome);
    expect((await listActs(bench.database, {}, 5)).rows).toEqual([]);
  });
});

it('goes out in one run where what is to be sent is more than an answer holds', async () => {
  const wide = (length: number, number = 0) => `${number}-`.padEnd(8, '-') + '\u{1f600}'.repeat(length - 8);
  const begun = Array.from({ length: 300 }, (_, number) =>
    trackedEvent({
      ...{ tenant: 'wide', pagwId: wide(64, number), eventType: 'PARSE_START', status: 'STARTED' },
      ...{ correlationId: wide(128), externalReference: wide(256), occurredAt: bench.now.toISOString() },
      stated: { payload: { bucket: wide(255), key: wide(1024) } },
    }),
  );
  await bench.record(...begun);
  await bench.database.execute(
    `INSERT INTO resend (tenant, stage, pagw_id, after_sequence_no, attempt, cause, reason, requested_by, requested_at)
     SELECT tenant, 'PARSING', pagw_id, main_sequence_no, 2, 'no-result', 'asked for', 'kim', :now::timestamptz
     FROM request_tracker WHERE tenant = 'wide'`,
    { now: bench.now },
  );
  expect(await run()).toMatchObject({ sent: 300, unsent: 0 });
});
