import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { TestBed } from './test-bed.ts';

/** Long runs are `npm run sim`; these seeds have faults of every kind in them. */
const SEEDS = ['ci/1', 'ci/2', 'ci/3', 'ci/4'];
let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.start();
});
afterAll(() => bed.stop());

it.each(SEEDS)('keeps to the model whatever happens in the interleaving of seed %s', async (seed) => {
  const { faults } = await simulate(bed, seed, 250);
  expect(faults).toEqual([]);
});

/** With maintains, and invocations that vanish in mid-call. */
it('goes the same way twice by the same seed', async () => {
  const one = await simulate(bed, 'two/1', 160);
  const other = await simulate(bed, 'two/1', 160);
  expect(one.trace.length).toBeGreaterThan(50);
  expect(other.trace).toEqual(one.trace);
});
