import { expect, it } from 'vitest';
import { type GroupedCause, regroup } from '../../lib/domain/stuck-grouping.ts';

const group = (fields: Partial<GroupedCause>): GroupedCause => ({
  ...{ tenant: 'anthem', stage: 'VALIDATION', reason: 'failed', errorCode: null, targetSystem: null },
  ...{ count: 1, oldestSince: new Date(0), atRisk: 0, urgent: 0, breached: 0, sampleIds: [] },
  ...fields,
});

it('is as old as the oldest of what it merges, whichever comes first, and counts all of it', () => {
  const early = group({
    count: 2,
    oldestSince: new Date(1_000),
    atRisk: 1,
    urgent: 1,
    sampleIds: ['a', 'b'],
  });
  const late = group({ tenant: 'humana', oldestSince: new Date(2_000), breached: 1, sampleIds: ['c', 'd'] });
  for (const [groups, sampleIds] of [
    [
      [early, late],
      ['a', 'b', 'c'],
    ],
    [
      [late, early],
      ['c', 'd', 'a'],
    ],
  ] as const)
    expect(regroup(groups, ['stage'])).toEqual([
      {
        ...{ tenant: null, stage: 'VALIDATION', cause: null, downstream: null },
        ...{ count: 3, oldestSince: early.oldestSince, atRisk: 2, breached: 1, sampleIds },
      },
    ]);
});
