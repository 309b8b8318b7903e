#!/usr/bin/env node
import '../lib/runtime/require-node.ts';
import manifest from '../package.json' with { type: 'json' };

// `pagw` as it is installed: what only says which version it is does not load the rest, which takes half a second.
const [word, ...others] = process.argv.slice(2);
if (others.length === 0 && (word === '--version' || word === '-V')) console.log(manifest.version);
else await import('./pagw.ts');
