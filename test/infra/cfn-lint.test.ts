import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { STAGES } from '../../lib/infra/stages.ts';
import { synthesiseStage } from './synthesise-stage.ts';

// Written in Python, so it is there only where somebody installed it: pip install cfn-lint.
const isInstalled = spawnSync('cfn-lint', ['--version']).status === 0;

test.skipIf(!isInstalled)(
  'cfn-lint finds no error in the template of any stage',
  { timeout: 300_000 },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'pagw-lint-'));
    const files = Object.keys(STAGES).map((stage) => {
      const file = join(directory, `${stage}.json`);
      writeFileSync(file, JSON.stringify(synthesiseStage(stage, { unchecked: true }).template));
      return file;
    });
    // W3005: the CDK names a dependency that a reference makes anyway.
    const { status, stdout } = spawnSync('cfn-lint', ['--ignore-checks', 'W3005', '--', ...files], {
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true });
    if (status !== 0) throw new Error(stdout);
  },
);
