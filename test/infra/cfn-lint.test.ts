import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { STAGES } from '../../lib/infra/stages.ts';
import { VARIANTS } from './stage-variants.ts';
import { synthesiseStage } from './synthesise-stage.ts';

// Written in Python and no package of npm or Debian: pip install cfn-lint. `.ci/run` installs it, and asks for every variant,
// which takes half a minute.
const isInstalled = spawnSync('cfn-lint', ['--version']).status === 0;
const everyVariant = process.env.LINT_EVERY_VARIANT === 'yes';

/**
 * W3005: the CDK names a dependency that a reference makes anyway.
 * W6001: what holds data is in the other stack, and `pagw` reads the outputs of one.
 */
const IGNORED = ['W3005', 'W6001'];

test.skipIf(!isInstalled && !everyVariant)('cfn-lint finds no fault in any template', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pagw-lint-'));
  const setUps = [
    ...Object.keys(STAGES).map((stage) => ({ stage, settings: {} })),
    ...(everyVariant ? Object.values(VARIANTS).map((settings) => ({ stage: 'prod', settings })) : []),
  ];
  const files = setUps.flatMap(({ stage, settings }, place) =>
    Object.entries(synthesiseStage(stage, { unchecked: true, settings }).stacks).map(([name, template]) => {
      const file = join(directory, `${place}-${stage}-${name}.json`);
      writeFileSync(file, JSON.stringify(template));
      return file;
    }),
  );
  const { status, stdout, error } = spawnSync('cfn-lint', ['--ignore-checks', ...IGNORED, '--', ...files], {
    encoding: 'utf8',
  });
  rmSync(directory, { recursive: true });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stdout);
});
