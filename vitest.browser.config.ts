import './lib/runtime/require-node.ts';
import { defineConfig } from 'vitest/config';
import { scratchDirectory } from './test/support/scratch-directory.ts';

process.env.TMPDIR = scratchDirectory();

/** Needs Chromium: at CHROMIUM_PATH, or where Debian puts it. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres-server.ts'],
    include: ['test/browser/*.browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One stack and one browser at a time: they share the machine's few cores.
    fileParallelism: false,
  },
});
