import { describe, expect, it } from 'vitest';
import {
  listRetryPauses,
  PauseScopeError,
  pauseRetries,
  resumeRetries,
} from '../../../lib/data-access/retry-orders.ts';
import { listRetries, measureRetries } from '../../../lib/data-access/waiting-failures.ts';
import { failedEvent } from '../../support/tracked-event.ts';
import { openRetryBench } from './retry-bench.ts';

const bench = openRetryBench();
const operator = { actedBy: 'ann', reason: 'carelon is down' };
const everything = { tenant: null, stage: null, downstream: null };

async function failEverywhere() {
  const places = ['anthem', 'elevance'].flatMap((tenant) =>
    (['carelon', 'other'] as const).flatMap((targetSystem) =>
      ['API_CONNECTOR', 'CONVERSION'].map((stage) => ({ tenant, stage, metadata: { targetSystem } })),
    ),
  );
  await bench.record(...places.map((place) => failedEvent({ pagwId: bench.newRequest(), ...place })));
  bench.pass(61);
}

const sentPlaces = () => bench.queue.commands.map(({ tenant, stage }) => `${tenant}/${stage}`).sort();

describe('a pause', () => {
  it('is ended by a resume of just its scope', async () => {
    const tenant = { ...everything, tenant: 'anthem' };
    const stage = { ...everything, stage: 'PARSING' };
    const both = { ...tenant, stage: 'PARSING' };
    for (const scope of [both, tenant, stage]) await pauseRetries(bench.database, scope, operator, bench.now);
    expect(await resumeRetries(bench.database, tenant, operator, bench.now)).toBe(true);
    const { rows } = await bench.database.execute('SELECT tenant, stage FROM retry_pause ORDER BY tenant');
    expect(rows).toEqual([
      { tenant: 'anthem', stage: 'PARSING' },
      { tenant: null, stage: 'PARSING' },
    ]);
  });

  it.each([
    ['a tenant', { tenant: 'anthem' }, 4],
    ['a stage', { stage: 'API_CONNECTOR' }, 4],
    ['a downstream', { downstream: 'carelon' }, 4],
    [
      'a tenant’s downstream at one stage',
      { tenant: 'anthem', stage: 'API_CONNECTOR', downstream: 'carelon' },
      7,
    ],
  ])('of %s holds back just that, and a resume lets it go, nothing lost', async (_, named, sent) => {
    const scope = { ...everything, ...named };
    await failEverywhere();
    expect(await pauseRetries(bench.database, scope, operator, bench.now)).toBe(true);
    await bench.run();
    expect(bench.queue.commands).toHaveLength(sent);
    const paused = await measureRetries(bench.database, bench.now);
    expect(paused).toMatchObject({ paused: 8 - sent, due: 0, oldestDueSeconds: 0 });
    expect(await resumeRetries(bench.database, scope, operator, bench.now)).toBe(true);
    await bench.run();
    expect(bench.queue.commands).toHaveLength(8);
    expect(new Set(bench.queue.commands.map(({ token }) => token)).size).toBe(8);
  });

  it.each([
    ['a tenant', { tenant: 'anthem' }],
    ['a stage', { stage: 'API_CONNECTOR' }],
    ['a downstream', { downstream: 'carelon' }],
  ])('of %s makes nothing overdue by having held it: it is due from the resume on', async (_, named) => {
    const scope = { ...everything, ...named };
    await pauseRetries(bench.database, scope, operator, bench.now);
    await failEverywhere();
    bench.pass(3_600);
    await resumeRetries(bench.database, scope, operator, bench.now);
    const backlog = await measureRetries(bench.database, bench.now);
    expect(backlog).toMatchObject({ due: 8, paused: 0 });
    const { rows } = await listRetries(bench.database, {
      filter: {},
      state: 'due',
      now: bench.now,
      limit: 9,
    });
    const late = rows.filter(({ nextRetryAt }) => nextRetryAt !== null && nextRetryAt < bench.now);
    const [column, held] = Object.entries(named)[0] ?? [];
    expect(late.map((row) => row[column as 'tenant' | 'stage' | 'downstream'])).toHaveLength(4);
    expect(late.map((row) => row[column as 'tenant' | 'stage' | 'downstream'])).not.toContain(held);
  });

  it('of a downstream knows it from the request when the failure does not name it', async () => {
    const pagwId = bench.newRequest();
    await bench.record(
      failedEvent({
        pagwId,
        stage: 'CONVERSION',
        status: 'COMPLETED',
        retryable: false,
        retry: null,
        metadata: { targetSystem: 'carelon' },
      }),
      failedEvent({ pagwId, stage: 'API_CONNECTOR' }),
    );
    bench.pass(61);
    await pauseRetries(bench.database, { ...everything, downstream: 'carelon' }, operator, bench.now);
    await bench.run();
    expect(bench.queue.commands).toEqual([]);
  });

  it('keeps who, when and why; a second one changes nothing, and a resume of none says so', async () => {
    const scope = { ...everything, stage: 'PARSING' };
    await pauseRetries(bench.database, scope, operator, bench.now);
    expect(await pauseRetries(bench.database, scope, { actedBy: 'bob', reason: 'x' }, bench.now)).toBe(false);
    expect(await listRetryPauses(bench.database)).toEqual([
      { ...scope, reason: 'carelon is down', pausedBy: 'ann', pausedAt: bench.now },
    ]);
    await resumeRetries(bench.database, scope, operator, bench.now);
    expect(await resumeRetries(bench.database, scope, operator, bench.now)).toBe(false);
    const { rows } = await bench.database.execute(
      'SELECT action, acted_by, affected FROM operator_action ORDER BY id',
    );
    expect(rows).toEqual([
      { action: 'retry.pause', actedBy: 'ann', affected: 1 },
      { action: 'retry.pause', actedBy: 'bob', affected: 0 },
      { action: 'retry.resume', actedBy: 'ann', affected: 1 },
    ]);
  });

  it('keeps as much of who asked for it as there is room for', async () => {
    const scope = { ...everything, tenant: 'anthem' };
    await pauseRetries(bench.database, scope, { ...operator, actedBy: 'ann/'.repeat(100) }, bench.now);
    expect(await listRetryPauses(bench.database)).toMatchObject([{ pausedBy: 'ann/'.repeat(64) }]);
  });

  it('of everything, or without a reason, is refused', async () => {
    await expect(pauseRetries(bench.database, everything, operator, bench.now)).rejects.toThrow(
      PauseScopeError,
    );
    const noReason = pauseRetries(
      bench.database,
      { ...everything, stage: 'PARSING' },
      { actedBy: 'ann', reason: ' ' },
      bench.now,
    );
    await expect(noReason).rejects.toThrow('needs a reason');
    expect(await listRetryPauses(bench.database)).toEqual([]);
  });

  it('does not starve what is due behind it', async () => {
    await bench.record(
      ...Array.from({ length: 500 }, () =>
        failedEvent({ pagwId: bench.newRequest(), metadata: { targetSystem: 'carelon' } }),
      ),
    );
    bench.pass(1);
    await bench.record(failedEvent({ pagwId: bench.newRequest(), metadata: { targetSystem: 'other' } }));
    bench.pass(61);
    await pauseRetries(bench.database, { ...everything, downstream: 'carelon' }, operator, bench.now);
    await bench.run({ batchSize: 10 });
    expect(sentPlaces()).toEqual(['anthem/PARSING']);
  });
});
