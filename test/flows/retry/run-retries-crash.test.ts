import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { runRetries } from '../../../lib/flows/retry/run-retries.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { failedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
afterEach(() => expectDerivedStates(bench.database));
const LEASE_SECONDS = 300;
const DUE = 45;

/** Nothing of a killed process reaches the database any more. */
function mortal(database: Database): { database: Database; kill: () => void } {
  let alive = true;
  const live = <T>(work: () => Promise<T>): Promise<T> =>
    alive ? work() : Promise.reject(new Error('The process is dead.'));
  return {
    kill: () => {
      alive = false;
    },
    database: {
      execute: (sql, values) => live(() => database.execute(sql, values)),
      transaction: (work) => live(() => database.transaction(work)),
    },
  };
}

/** Tokens by how often they were sent. */
function timesSent(): Map<string, number> {
  const times = new Map<string, number>();
  for (const { token } of bench.queue.commands) times.set(token, (times.get(token) ?? 0) + 1);
  return times;
}

async function unsettled(): Promise<number> {
  const { rows } = await bench.database.execute<{ left: number }>(
    'SELECT count(*) AS left FROM event_tracker WHERE next_retry_at IS NOT NULL',
  );
  return rows[0]?.left ?? -1;
}

describe('a run that is killed', () => {
  it.each([
    ['after the claim, before anything is sent', 0],
    ['after half of the batch is sent', 2],
    ['after everything is sent, before it is settled', 5],
  ])('%s: all is sent in the end, and again only under the same token', async (_, batchesTaken) => {
    await bench.record(...Array.from({ length: DUE }, () => failedEvent({ pagwId: bench.newRequest() })));
    bench.pass(61);
    const { database, kill } = mortal(bench.database);
    let calls = 0;
    bench.queue.behave = () => {
      calls += 1;
      if (calls === batchesTaken || batchesTaken === 0) kill();
      return calls > batchesTaken ? { refuses: new Error('killed') } : {};
    };
    await expect(bench.run({ database })).rejects.toThrow('The process is dead.');
    const before = bench.queue.commands.length;
    expect(before).toBe(Math.min(DUE, batchesTaken * 10));

    bench.queue.behave = () => ({});
    bench.pass(LEASE_SECONDS - 1);
    expect((await bench.run()).counts.dispatched).toBe(0);
    bench.pass(1);
    expect((await bench.run()).counts.dispatched).toBe(DUE);
    expect(timesSent().size).toBe(DUE);
    expect(bench.queue.commands).toHaveLength(DUE + before);
    expect(await unsettled()).toBe(0);
  });

  it('by losing the answer to its claim: what it claimed is sent when the lease is over', async () => {
    await bench.record(failedEvent({ pagwId: bench.newRequest() }));
    bench.pass(61);
    const lossy: Database = {
      transaction: bench.database.transaction.bind(bench.database),
      execute: async (sql, values) => {
        await bench.database.execute(sql, values);
        throw new Error('The answer was lost.');
      },
    };
    await expect(bench.run({ database: lossy })).rejects.toThrow('lost');
    bench.pass(LEASE_SECONDS);
    await bench.run();
    expect(bench.queue.commands).toHaveLength(1);
  });

  it('leaves a worker that honours tokens with one piece of work each', async () => {
    await bench.record(...Array.from({ length: DUE }, () => failedEvent({ pagwId: bench.newRequest() })));
    bench.pass(61);
    bench.queue.behave = () => ({ losesAnswer: new Error('timeout') });
    const { counts, troubles } = await bench.run();
    expect(counts).toMatchObject({ dispatched: 0, released: DUE });
    expect(troubles.get('PARSING')).toBe('Error');
    bench.queue.behave = () => ({});
    await bench.run();
    expect(bench.queue.commands.length).toBeGreaterThan(DUE);
    const workDone = new Set(bench.queue.commands.map(({ token }) => token));
    expect(workDone.size).toBe(DUE);
  });
});

describe('two runs at once', () => {
  it('send each of 5,000 due failures exactly once', async () => {
    const due = Array.from({ length: 5_000 }, (_, n) =>
      failedEvent({
        pagwId: bench.newRequest(),
        tenant: `tenant-${n % 7}`,
        stage: ['PARSING', 'CONVERSION'][n % 2] ?? '',
      }),
    );
    await bench.record(...due);
    bench.pass(61);
    const options = {
      database: bench.database,
      sqs: bench.queue.sqs,
      queues: () => 'https://sqs/pagw-retries.fifo',
      policy: defaultRetryPolicy,
      now: () => bench.now,
      leaseSeconds: LEASE_SECONDS,
      batchSize: 250,
      mayGoOn: () => true,
    };
    const runs = await Promise.all([runRetries(options), runRetries(options)]);
    expect(runs.map(({ complete }) => complete)).toEqual([true, true]);
    const [first, second] = runs.map(({ counts }) => counts.dispatched);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    expect(bench.queue.commands).toHaveLength(5_000);
    expect(timesSent().size).toBe(5_000);
    expect(await unsettled()).toBe(0);
  });
});
