import { existsSync } from 'node:fs';
import { installPeers } from './install-peers.ts';
import { printMachine } from './report/machine.ts';

/** A benchmark's name and the file that runs it; a name whose file is missing is not offered. */
const FILES: Readonly<Record<string, string>> = {
  ingest: './ingest/bench-ingest.ts',
  timeline: './timeline/bench-timeline.ts',
  retry: './retry/bench-retry.ts',
  client: './client/bench-client.ts',
  views: './views/bench-views.ts',
  stuck: './stuck/bench-stuck.ts',
  bundle: './bundle/bench-bundle.ts',
};

/** What every benchmark's file exports. */
interface Bench {
  run(options: { quick: boolean }): Promise<void>;
}

const names = Object.keys(FILES).filter((name) => existsSync(new URL(FILES[name] ?? '', import.meta.url)));
const [name = '', ...flags] = process.argv.slice(2);
const file = names.includes(name) ? FILES[name] : undefined;
if (file === undefined || flags.some((flag) => flag !== '--quick')) {
  console.error(`Usage: npm run bench -- NAME [--quick], where NAME is ${names.join(', ')}.`);
  process.exit(64);
}
await installPeers();
await printMachine();
const { run } = (await import(new URL(file, import.meta.url).href)) as Bench;
const startedAt = performance.now();
await run({ quick: flags.includes('--quick') });
console.log(`\nDone in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
