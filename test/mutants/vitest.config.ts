import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { MUTANT_MODULE, MUTANT_TEXT } = process.env;

/** Files in the order in which they were named: the quick ones are to tell first. */
class AsNamed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      process.argv.findIndex((name) => moduleId.endsWith(name));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

/** For run-mutants.ts alone: one module's text is another one, and no file is touched. */
export default defineConfig({
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform: (_, id) =>
        id === MUTANT_MODULE && MUTANT_TEXT !== undefined ? readFileSync(MUTANT_TEXT, 'utf8') : null,
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/mutants/shared-server.ts'],
    setupFiles: ['test/support/leave-no-trace.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false,
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { sequencer: AsNamed },
    bail: 1,
    // It knows a module by its file, whatever text stands in for it.
    fsModuleCache: false,
  },
});
