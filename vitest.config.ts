import './lib/runtime/require-node.ts';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { scratchDirectory } from './test/support/scratch-directory.ts';

// For all that the run starts: the tests' PostgreSQL, the workers, the programs they spawn.
process.env.TMPDIR = scratchDirectory();

/**
 * What synthesises stacks, bundles functions, starts whole programs, tries everything at every door, goes through weeks, a year
 * or an outage of days, or tries thousands of histories and breaks of one flow.
 */
const SYSTEM = [
  'test/installation.test.ts',
  'test/infra/**/*.test.ts',
  'test/cli/{impossible-options,pagw-process,runbook-commands}.test.ts',
  'test/client/{java-example,large-file,process-exit}.test.ts',
  'test/data-access/widest-values.test.ts',
  'test/data-access/flow/flow-histories.test.ts',
  'test/domain/{decision-histories,fold-histories}.test.ts',
  'test/flows/admit/admit-owner.test.ts',
  'test/flows/ingest/{extreme-values,record-events-crash,record-events-cuts}.test.ts',
  'test/flows/migrate/{backfill-size,slow-migration}.test.ts',
  'test/flows/retention/{archive-hazards,archive-requests,restore-archived,retention-twins,summary-kept}.test.ts',
  'test/flows/retry/{retry-histories,run-retries-crash}.test.ts',
  'test/flows/stuck-alarm/{histories,next-check,simulated-week}.test.ts',
  'test/lambdas/{ingest-outage,years}.test.ts',
  'test/published/**/*.test.ts',
  'test/local/{local-stack,printed-commands,retry-loop,stuck-demo}.test.ts',
  'test/local/console/impossible-addresses.test.ts',
  'test/local/postgres/postgres-server.test.ts',
  'test/faults/faults.test.ts',
  'test/simulation/simulation.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres-server.ts'],
    // A hang is all they are for: a busy machine takes many times as long as a quiet one. So no test has a limit of its own.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Test files wait for PostgreSQL half the time: of two cores, 97 s with three workers and 108 with two.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: SYSTEM,
          // A process for each file spends a quarter of the run's CPU time on loading the same modules again.
          isolate: false,
          setupFiles: ['test/support/leave-no-trace.ts'],
        },
      },
      { extends: true, test: { name: 'system', include: SYSTEM } },
    ],
  },
});
