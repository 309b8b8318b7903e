#!/usr/bin/env node
import '../lib/runtime/require-node.ts';
import module from 'node:module';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };

// `pagw` as it is installed: what only says which version it is does not load the rest, which takes half a second.
const [word, ...others] = process.argv.slice(2);
if (others.length === 0 && (word === '--version' || word === '-V')) {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.stderr.write(`pagw: The output cannot be written: ${code}.\n`);
    process.exitCode = 1;
  });
  process.stdout.write(`${manifest.version}\n`);
} else {
  // Beside the program: anyone who may write there may change the program, too. Where that is nobody, it is compiled at each start.
  module.enableCompileCache(join(import.meta.dirname, 'compiled'));
  await import('./pagw.ts');
}
