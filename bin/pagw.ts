#!/usr/bin/env -S node --import tsx
import './require-node.ts';
import { createInterface } from 'node:readline/promises';
import { openConnection } from '../lib/cli/connection.ts';
import { ExitCode } from '../lib/cli/exit-code.ts';
import { runPagw } from '../lib/cli/run-pagw.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
  // The second Ctrl-C does not wait for anything.
  process.once('SIGINT', () => process.exit(ExitCode.interrupted));
});

// Whoever reads may stop early (`| head`); that is their way to say they have enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? ExitCode.fine : ExitCode.failure);
  });
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it asks, the terminal hands Ctrl-C to it as a key, not to the process.
  terminal.once('SIGINT', () => interrupted.abort());
  try {
    return await terminal.question(question, { signal: interrupted.signal });
  } finally {
    terminal.close();
  }
}

const code = await runPagw(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  ask: process.stdin.isTTY ? ask : undefined,
  openConnection,
  signal: interrupted.signal,
});
// What was written may still be on its way to a slow reader.
process.stdout.write('', () => process.exit(code));
