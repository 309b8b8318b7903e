#!/usr/bin/env node
import '../lib/runtime/require-node.ts';
import manifest from '../package.json' with { type: 'json' };

// `pagw` as it is installed: what only says which version it is does not load the rest, which takes half a second.
const [word, ...others] = process.argv.slice(2);
if (others.length === 0 && (word === '--version' || word === '-V')) {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.stderr.write(`pagw: The output cannot be written: ${code}.\n`);
    process.exitCode = 1;
  });
  process.stdout.write(`${manifest.version}\n`);
} else await import('./pagw.ts');
