import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestBed } from '../simulation/test-bed.ts';
import { dataApiFaults } from './data-api-faults.ts';
import { databaseFaults } from './database-faults.ts';
import { deliveryFaults } from './delivery-faults.ts';
import { serviceFaults } from './service-faults.ts';
import { type Fault, Trial } from './trial.ts';

/** One of each sort; all of them, twenty times each, are `npm run test:faults`. */
const CHOSEN = [
  'SIGKILL',
  'cut in mid-statement',
  'does the work and answers 504',
  'S3 never answers',
  'SNS never answers',
  'SQS takes retry commands and never answers',
  'every second',
  'five handlers',
];
const all = [databaseFaults, dataApiFaults, serviceFaults, deliveryFaults].flat();
let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.start();
});
afterAll(() => bed.stop());

it.each(CHOSEN)('loses and doubles nothing: %s', async (name) => {
  const fault = all.find((one) => one.name.includes(name)) as Fault;
  const trial = await Trial.open(bed, `ci/${name}`);
  const { lost, doubled, faults, befell } = await trial.go(fault).finally(() => trial.close());
  expect({ lost, doubled, faults }).toEqual({ lost: 0, doubled: 0, faults: [] });
  if (fault.passage !== undefined) expect(befell).toBeGreaterThan(0);
});

it('tells a lost event, a doubled one and a wrong number', async () => {
  const trial = await Trial.open(bed, 'ci/tampered');
  await trial.go({ name: 'none' });
  const { database } = trial.world;
  await database.execute(
    `DELETE FROM event_tracker
     WHERE (pagw_id, sequence_no) IN (SELECT pagw_id, min(sequence_no) FROM event_tracker GROUP BY pagw_id LIMIT 1)`,
  );
  const { lost, faults } = await trial.compare().finally(() => trial.close());
  expect(lost).toBe(1);
  expect(faults.some((fault) => fault.includes('is numbered'))).toBe(true);
});
