import './bin/require-node.ts';
import { defineConfig } from 'vitest/config';
import { scratchDirectory } from './test/support/scratch-directory.ts';

// For all that the run starts: the tests' PostgreSQL, the workers, the programs they spawn.
process.env.TMPDIR = scratchDirectory();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Test files wait for PostgreSQL half the time; vitest itself would leave one core of two idle.
    maxWorkers: '100%',
  },
});
