import { describe, expect, it } from 'vitest';
import { stepRetryBatches } from '../../../lib/data-access/retry.ts';
import {
  cancelRetryBatch,
  listRetryBatches,
  requestRetryBatch,
  retryNow,
  whyNothingToRetry,
} from '../../../lib/data-access/retry-orders.ts';
import { listRetries } from '../../../lib/data-access/waiting-failures.ts';
import { toRetryFilter } from '../../../lib/domain/retry-orders.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const operator = { actedBy: 'ann', reason: 'carelon is back' };

/** Attempts used up. */
const exhausted = (fields: Parameters<typeof failedEvent>[0] = {}) =>
  failedEvent({ pagwId: bench.newRequest(), attempt: 5, ...fields });

const request = (filter: object, ratePerMinute: number) =>
  requestRetryBatch(bench.database, { filter: toRetryFilter(filter), ratePerMinute, ...operator }, bench.now);
const step = () => stepRetryBatches(bench.database, bench.now, 1_000);

describe('a retry batch', () => {
  it('brings its failures forward at its rate, and no others, until all are done', async () => {
    const metadata = { targetSystem: 'carelon' };
    await bench.record(...Array.from({ length: 25 }, () => exhausted({ metadata })));
    await bench.record(
      exhausted({ metadata: { targetSystem: 'other' } }),
      exhausted({ tenant: 'elevance', metadata }),
    );
    const batch = await request({ tenant: 'ANTHEM', downstream: 'carelon' }, 10);
    expect(batch.matched).toBe(25);
    const sent: number[] = [];
    for (let minute = 0; minute < 4; minute++) {
      await step();
      await bench.run();
      sent.push(bench.queue.commands.length);
      bench.pass(60);
    }
    expect(sent).toEqual([10, 20, 25, 25]);
    expect(await listRetryBatches(bench.database, 5)).toMatchObject([
      { id: batch.id, matched: 25, done: 25, state: 'DONE', requestedBy: 'ann', reason: 'carelon is back' },
    ]);
    const { rows } = await bench.database.execute(
      'SELECT action, filter, affected, acted_by, reason FROM operator_action',
    );
    expect(rows).toEqual([
      {
        action: 'retry.batch',
        filter: { tenant: 'anthem', downstream: 'carelon', batch: batch.id },
        affected: 25,
        ...operator,
      },
    ]);
  });

  it('is done with the step that finds nothing, at the lowest rate too', async () => {
    await bench.record(exhausted());
    await request({}, 1);
    const steps = [];
    for (let minute = 0; minute < 3; minute++) {
      steps.push(...(await step()));
      bench.pass(60);
    }
    expect(steps).toMatchObject([
      { madeDue: 1, state: 'RUNNING' },
      { madeDue: 0, state: 'DONE' },
    ]);
  });

  it('leaves alone what failed after it was asked for', async () => {
    await bench.record(exhausted());
    await request({}, 60);
    bench.pass(1);
    await bench.record(exhausted());
    await step();
    await bench.run();
    expect(bench.queue.commands).toHaveLength(1);
  });

  it('filters by stage, error code and age as well', async () => {
    await bench.record(exhausted({ errorCode: 'API_TIMEOUT', stage: 'API_CONNECTOR' }));
    bench.pass(3_600);
    await bench.record(exhausted({ errorCode: 'API_TIMEOUT', stage: 'API_CONNECTOR' }), exhausted());
    expect(await request({ stage: 'api-connector' }, 1)).toMatchObject({ matched: 2 });
    expect(await request({ errorCode: 'API_TIMEOUT' }, 1)).toMatchObject({ matched: 2 });
    const failedBefore = new Date(bench.now.getTime() - 60_000);
    expect(await request({ failedBefore }, 1)).toMatchObject({ matched: 1 });
  });

  it('is stepped once when two runs meet', async () => {
    await bench.record(...Array.from({ length: 30 }, () => exhausted()));
    await request({}, 10);
    const steps = await Promise.all([step(), step(), step()]);
    expect(steps.flat().reduce((sum, { madeDue }) => sum + madeDue, 0)).toBe(10);
  });

  it('stops when it is cancelled', async () => {
    await bench.record(...Array.from({ length: 30 }, () => exhausted()));
    const { id } = await request({}, 10);
    await step();
    expect(await cancelRetryBatch(bench.database, id, operator, bench.now)).toBe(true);
    expect(await cancelRetryBatch(bench.database, id, operator, bench.now)).toBe(false);
    bench.pass(60);
    expect(await step()).toEqual([]);
  });

  it.each([0, -1, 1.5, 1e9])('refuses a rate of %s', async (rate) => {
    await expect(request({}, rate)).rejects.toThrow('whole number of failures per minute');
  });
});

describe('retryNow', () => {
  it('sends an exhausted failure once more, and counts on', async () => {
    const event = exhausted();
    await bench.record(event);
    const options = { pagwId: event.pagwId, stage: null, ...operator };
    expect(await retryNow(bench.database, options, bench.now)).toEqual([
      { stage: 'PARSING', sequenceNo: 1, attempt: 5, wasExhausted: true },
    ]);
    await bench.run();
    expect(bench.queue.commands).toMatchObject([{ attempt: 6, maxAttempts: 6 }]);
    expect(await retryNow(bench.database, options, bench.now)).toEqual([]);
    expect(await whyNothingToRetry(bench.database, event.pagwId, null)).toBe('dispatched');
  });

  it('does not wait for the time of a failure that waits', async () => {
    const pagwId = bench.newRequest();
    await bench.record(failedEvent({ pagwId }));
    await retryNow(bench.database, { pagwId, stage: 'PARSING', ...operator }, bench.now);
    await bench.run();
    expect(bench.queue.commands).toHaveLength(1);
  });

  it.each([
    ['not-failed', trackedEvent()],
    ['not-retryable', failedEvent({ retryable: false, retry: null })],
    ['closed', trackedEvent({ stated: { status: 'CANCELLED' } })],
  ])('says why there is nothing: %s', async (why, event) => {
    const pagwId = bench.newRequest();
    await bench.record({ ...event, eventId: pagwId, pagwId });
    expect(await retryNow(bench.database, { pagwId, stage: null, ...operator }, bench.now)).toEqual([]);
    expect(await whyNothingToRetry(bench.database, pagwId, null)).toBe(why);
    expect(await whyNothingToRetry(bench.database, 'PAGW-NONE', null)).toBe('unknown');
  });
});

describe('listRetries', () => {
  it('tells the states apart, the next to go out first', async () => {
    const [due, later, used] = [
      failedEvent({ pagwId: bench.newRequest() }),
      failedEvent({ pagwId: bench.newRequest(), attempt: 3 }),
      exhausted(),
    ];
    await bench.record(used, later, due);
    bench.pass(61);
    const list = (state?: 'due' | 'waiting' | 'exhausted') =>
      listRetries(bench.database, { filter: {}, state, now: bench.now, limit: 10 });
    expect((await list()).rows.map(({ pagwId, state, attempt }) => [pagwId, state, attempt])).toEqual([
      [due.pagwId, 'due', 1],
      [later.pagwId, 'waiting', 3],
      [used.pagwId, 'exhausted', 5],
    ]);
    expect(await list('exhausted')).toMatchObject({ total: 1, rows: [{ exhaustedAt: expect.any(Date) }] });
  });
});
