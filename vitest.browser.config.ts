import './lib/runtime/require-node.ts';
import { defineConfig } from 'vitest/config';

/** Needs Chromium: at CHROMIUM_PATH, or where Debian puts it. */
export default defineConfig({
  test: {
    include: ['test/browser/*.browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One stack and one browser at a time: they share the machine's few cores.
    fileParallelism: false,
  },
});
