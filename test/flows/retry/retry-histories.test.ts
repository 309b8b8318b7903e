import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { pauseRetries, resumeRetries } from '../../../lib/data-access/retry-orders.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const LEASE_SECONDS = 300;
const STAGES = ['PARSING', 'CONVERSION'] as const;
const operator = { actedBy: 'ann', reason: 'test' };

type Step =
  | { do: 'fail' | 'recover' | 'start' | 'close'; request: number; stage: number }
  | { do: 'pause' | 'resume'; stage: number }
  | { do: 'pass'; seconds: number }
  | { do: 'run'; batchSize: number; diesAtCall: number | null; refusesEvery: number };

const request = fc.integer({ min: 0, max: 3 });
const stage = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('fail' as const), request, stage }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('recover' as const, 'start' as const), request, stage }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), request, stage }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), stage }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 4_000 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      batchSize: fc.integer({ min: 1, max: 6 }),
      diesAtCall: fc.option(fc.integer({ min: 1, max: 6 })),
      refusesEvery: fc.integer({ min: 0, max: 4 }),
    }),
  },
);

interface Latest {
  pagwId: string;
  stage: string;
  status: string;
  retryable: boolean;
  closed: boolean;
  due: boolean;
  nextRetryAt: Date | null;
  retryExhaustedAt: Date | null;
}

/** The last event of each stage of each request, which is all that decides whether it is retried. */
async function latestEvents(): Promise<Latest[]> {
  const { rows } = await bench.database.execute<Latest>(
    `SELECT DISTINCT ON (event.pagw_id, stage) event.pagw_id, stage, event.status, retryable,
       request.completed_at IS NOT NULL AS closed, next_retry_at <= :now::timestamptz IS TRUE AS due,
       next_retry_at, retry_exhausted_at
     FROM event_tracker AS event JOIN request_tracker AS request ON request.pagw_id = event.pagw_id
     ORDER BY event.pagw_id, stage, event.sequence_no DESC`,
    { now: bench.now },
  );
  return rows;
}

/** The process is gone from its n-th statement on: before the statement ran, or after, when n is even. */
function dying(database: Database, diesAtCall: number | null): Database {
  let calls = 0;
  return {
    transaction: (work) => database.transaction(work),
    execute: async (sql, values) => {
      calls += 1;
      if (diesAtCall === null || calls < diesAtCall) return database.execute(sql, values);
      if (calls === diesAtCall && diesAtCall % 2 === 0) await database.execute(sql, values);
      throw new Error('killed');
    },
  };
}

async function take(taken: Step, name: (request: number) => string): Promise<void> {
  switch (taken.do) {
    case 'pass':
      return bench.pass(taken.seconds);
    case 'pause':
    case 'resume': {
      const scope = { tenant: null, stage: STAGES[taken.stage] ?? null, downstream: null };
      const act = taken.do === 'pause' ? pauseRetries : resumeRetries;
      await act(bench.database, scope, operator, bench.now);
      return;
    }
    case 'run': {
      let calls = 0;
      bench.queue.behave = ({ Entries = [] }) => {
        calls += 1;
        if (taken.refusesEvery === 0 || calls % taken.refusesEvery !== 0) return {};
        return calls % 2 === 0 ? { losesAnswer: new Error('lost') } : { failed: [Entries[0]?.Id ?? ''] };
      };
      const database = dying(bench.database, taken.diesAtCall);
      const run = bench.run({ database, batchSize: taken.batchSize, leaseSeconds: LEASE_SECONDS });
      if (taken.diesAtCall === null) await run;
      else await run.catch(() => undefined);
      return;
    }
    default: {
      const place = { pagwId: name(taken.request), stage: STAGES[taken.stage] ?? 'PARSING' };
      const events = {
        fail: () => failedEvent({ ...place, tenant: `tenant-${taken.request % 2}` }),
        recover: () => trackedEvent({ ...place, tenant: `tenant-${taken.request % 2}` }),
        start: () => trackedEvent({ ...place, status: 'STARTED', tenant: `tenant-${taken.request % 2}` }),
        close: () =>
          trackedEvent({ ...place, stated: { status: 'CANCELLED' }, tenant: `tenant-${taken.request % 2}` }),
      };
      await bench.record(events[taken.do]());
    }
  }
}

describe('any history of failures, recoveries, pauses, refusals and crashes', () => {
  it('ends with every failure that still needs it sent, none that does not, and one token for each attempt', async () => {
    let histories = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        histories += 1;
        const prefix = `H${histories}`;
        await bench.database.execute('TRUNCATE request_tracker, event_tracker, retry_claim, retry_pause');
        bench.queue.commands.length = 0;
        let latest: Latest[] = [];
        for (const taken of steps) {
          const before = new Map(latest.map((event) => [`${event.pagwId}/${event.stage}`, event]));
          const sentBefore = bench.queue.commands.length;
          const paused = await pausedStages();
          await take(taken, (number) => `${prefix}-${number}`);
          // Nothing is ever sent but what is due, open, the latest of its stage, and not paused.
          for (const { pagwId, stage } of bench.queue.commands.slice(sentBefore)) {
            expect(before.get(`${pagwId}/${stage}`)).toMatchObject({
              status: 'FAILED',
              closed: false,
              due: true,
            });
            expect(paused).not.toContain(stage);
          }
          latest = await latestEvents();
          await expectSoundRows(latest);
        }

        // Pauses lifted, leases over, everything due, the queue well: whatever still needs it is sent.
        await bench.database.execute('DELETE FROM retry_pause');
        bench.queue.behave = () => ({});
        bench.pass(3_601);
        const needy = (await latestEvents()).filter(
          ({ status, closed, due }) => status === 'FAILED' && !closed && due,
        );
        const sentBefore = bench.queue.commands.length;
        await bench.run({ batchSize: 3, leaseSeconds: LEASE_SECONDS });
        const sent = bench.queue.commands.slice(sentBefore).map(({ pagwId, stage }) => `${pagwId}/${stage}`);
        expect(sent.sort()).toEqual(needy.map(({ pagwId, stage }) => `${pagwId}/${stage}`).sort());
        await expectSoundRows(await latestEvents());

        // The same token is the same attempt at the same failure, whatever was sent twice.
        const byToken = Map.groupBy(bench.queue.commands, ({ token }) => token);
        for (const copies of byToken.values())
          expect(new Set(copies.map((command) => JSON.stringify(command))).size).toBe(1);
        const { rows } = await bench.database.execute<{ doubled: number }>(
          `SELECT count(*) AS doubled FROM (
             SELECT FROM event_tracker WHERE status = 'RETRY_SCHEDULED' GROUP BY pagw_id, metadata ->> 'token'
             HAVING count(*) > 1) AS doubles`,
        );
        expect(rows).toEqual([{ doubled: 0 }]);
      }),
      { numRuns: 60 },
    );
  });
});

async function pausedStages(): Promise<string[]> {
  const { rows } = await bench.database.execute<{ stage: string }>('SELECT stage FROM retry_pause');
  return rows.map(({ stage }) => stage);
}

/** What needs another attempt has a time for it or is marked as exhausted; nothing else has either. */
async function expectSoundRows(latest: readonly Latest[]): Promise<void> {
  for (const { status, closed, retryable, nextRetryAt, retryExhaustedAt } of latest) {
    const needs = status === 'FAILED' && retryable && !closed;
    expect([nextRetryAt, retryExhaustedAt].filter((time) => time !== null)).toHaveLength(needs ? 1 : 0);
  }
  const { rows } = await bench.database.execute<{ stale: number }>(
    `SELECT count(*) AS stale
     FROM waiting_failure AS failed
     JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
     WHERE request.completed_at IS NOT NULL OR EXISTS (
       SELECT FROM event_tracker AS later
       WHERE later.pagw_id = failed.pagw_id AND later.stage = failed.stage AND later.sequence_no > failed.sequence_no)`,
  );
  expect(rows).toEqual([{ stale: 0 }]);
}
