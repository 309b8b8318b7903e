#!/usr/bin/env -S node --import tsx
import '../lib/runtime/require-node.ts';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import { ExitCode, exitOfSignal } from '../lib/cli/cli-error.ts';
import { openConnection } from '../lib/cli/connection.ts';
import { openOutput } from '../lib/cli/output/open-output.ts';
import { runPagw } from '../lib/cli/run-pagw.ts';
import { openConsole } from './open-console.ts';
import { readStageNeeds } from './stage-needs.ts';

const STDOUT = 1;
const interrupted = new AbortController();
for (const [signal, code] of Object.entries(exitOfSignal))
  process.once(signal, () => {
    interrupted.abort(signal);
    // The second one does not wait for anything.
    process.once(signal, () => process.exit(code));
  });

// What is said beside the data may get lost; work under way goes on.
process.stderr.on('error', () => undefined);
if (isatty(STDOUT)) process.stdout.on('error', () => process.exit(ExitCode.failure));

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
  // A terminal knows its width. Everything else is written whole, or the command fails.
  stdout: isatty(STDOUT) ? process.stdout : openOutput(STDOUT),
  stderr: process.stderr,
  env: process.env,
  ask: process.stdin.isTTY ? ask : undefined,
  openConnection,
  openConsole,
  stageNeeds: readStageNeeds,
  signal: interrupted.signal,
});
// What was written to a terminal may still be on its way.
if (isatty(STDOUT)) process.stdout.write('', () => process.exit(code));
else process.exit(code);
