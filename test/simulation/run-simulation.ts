import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { TestBed } from './test-bed.ts';

/**
 * `npm run sim -- --seconds 600 --seed 7`: simulations one after the other, each by a seed of its own made of that one.
 * `npm run sim -- --only 7/42 --trace` goes through one of them again, step by step.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    steps: { type: 'string', default: '400' },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

const bed = await TestBed.start();
const steps = Number(values.steps);
const ends = Date.now() + Number(values.seconds) * 1_000;
const totals = { simulations: 0, calls: 0, faults: 0, events: 0, requests: 0, failed: 0 };
for (let number = 1; number === 1 || (values.only === undefined && Date.now() < ends); number++) {
  const seed = values.only ?? `${values.seed}/${number}`;
  const result = await simulate(bed, seed, steps);
  totals.simulations += 1;
  totals.calls += result.calls;
  totals.faults += result.faultsInjected;
  totals.events += result.events;
  totals.requests += result.requests;
  if (values.trace) console.log(result.trace.join('\n'));
  if (result.faults.length === 0) continue;
  totals.failed += 1;
  console.log(
    `seed ${seed}: ${result.faults.length} faults; npm run sim -- --only ${seed} --steps ${steps} --trace`,
  );
  console.log(result.faults.slice(0, 20).join('\n'));
}
await bed.stop();
console.log(
  `${totals.simulations} simulations from seed ${values.only ?? values.seed}: ${totals.calls} calls interleaved, ` +
    `${totals.faults} faults injected, ${totals.events} events of ${totals.requests} requests; ${totals.failed} failed`,
);
process.exit(totals.failed === 0 ? 0 : 1);
