import '../lib/runtime/require-node.ts';
import { tookText } from '../lib/domain/words.ts';
import { readStartOptions, START_HELP, StartUsageError, startBanner } from '../lib/local/start-options.ts';

const USAGE = 64;
/** SIGHUP among them: a terminal that is closed leaves no server behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(): Promise<number> {
  const began = performance.now();
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(START_HELP);
    return 0;
  }
  const seconds = () => tookText(performance.now() - began);
  const say = (sentence: string) => process.stderr.write(`${seconds().padStart(8)}  ${sentence}\n`);
  // A start that is interrupted ends at once; what was begun is taken up by the next one.
  const interrupt = () => process.exit(130);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  // Its modules need node:sqlite, without which an old Node does not come as far as require-node.
  const { startLocalStack } = await import('../lib/local/local-stack.ts');
  const stack = await startLocalStack({ ...options, onProgress: say, onTrouble: say, onNotice: say });
  const asked = new Promise<'asked'>((settle) => {
    for (const signal of SIGNALS) process.off(signal, interrupt).once(signal, () => settle('asked'));
  });
  process.stdout.write(`${startBanner(options, stack.counts, stack.postgresVersion)}ready in ${seconds()}\n`);
  const reason = await Promise.race([asked, stack.ended.then(() => 'ended' as const)]);
  // A second Ctrl-C does not wait.
  for (const signal of SIGNALS) process.once(signal, interrupt);
  say(
    reason === 'asked'
      ? 'stopping'
      : 'PostgreSQL has ended; stopping. Start again to go on with the same data.',
  );
  await stack.stop();
  say('stopped; the next start finds everything again');
  return reason === 'asked' ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'The start failed.'}\n`);
    process.exit(error instanceof StartUsageError ? USAGE : 1);
  },
);
