import '../lib/runtime/require-node.ts';
import { installPeers } from './install-peers.ts';
import { printMachine } from './report/machine.ts';
import { quoteRun } from './report/quote-run.ts';
import { runAll } from './run-all.ts';

interface Listed {
  file: string;
  measures: string;
}

/** Every benchmark by its name. */
const BENCHMARKS: Readonly<Record<string, Listed>> = {
  ingest: { file: './ingest/bench-ingest.ts', measures: 'events recorded a second, beside what else could' },
  parts: {
    file: './parts/bench-parts.ts',
    measures: 'what recording consists of: its cost without one thing after another',
  },
  handler: {
    file: './handler/bench-handler.ts',
    measures: "CPU of the ingest function's own process an event",
  },
  timeline: { file: './timeline/bench-timeline.ts', measures: "reading one request's history among many" },
  retry: { file: './retry/bench-retry.ts', measures: 'claim, send and settle, beside queues' },
  send: {
    file: './send/bench-send.ts',
    measures: 'pagw event send to a local tracker: events a second until recorded; LOG=FILE',
  },
  client: { file: './client/bench-client.ts', measures: 'what a call of the producer client costs' },
  views: {
    file: './views/bench-views.ts',
    measures:
      'the database time of every report and page at both sizes of year; EVENTS=N, DATA=DIR, ASK=pattern',
  },
  stuck: { file: './stuck/bench-stuck.ts', measures: "the detector and the list, beside the review's query" },
  maintain: {
    file: './maintain/bench-maintain.ts',
    measures: 'rows compacted and archived a second, bytes an event',
  },
  io: {
    file: './io/bench-io.ts',
    measures: "what an event writes to the database's log, which Aurora bills as I/O",
  },
  growth: {
    file: './growth/bench-growth.ts',
    measures: 'what an event costs in a full request and month, by what the planner knows; EVENTS=N',
  },
  year: {
    file: './year/bench-year.ts',
    measures: 'what everything costs after a year of ten million events; EVENTS=N, DATA=DIR, ASK=pattern',
  },
  phi: {
    file: './phi/bench-phi.ts',
    measures: 'what the PHI guard finds and what it costs; --corpus FILE',
  },
  migrate: {
    file: './migrate/bench-migrate.ts',
    measures: 'taking over a database that holds V005 rows, file by file; EVENTS=N',
  },
  export: {
    file: './export/bench-export.ts',
    measures: 'pagw export of a million events: time and memory; DATA=DIR',
  },
  memory: {
    file: './memory/bench-memory.ts',
    measures: "each function's memory over ten thousand invocations",
  },
  bundle: { file: './bundle/bench-bundle.ts', measures: "size and cold import of each function's bundle" },
};

/** What every benchmark's file exports. */
interface Bench {
  run(options: { quick: boolean; write: boolean; corpus?: string | undefined }): Promise<void>;
}

const names = Object.keys(BENCHMARKS);
const [name, ...flags] = process.argv.slice(2);
const corpusAt = name === 'phi' ? flags.indexOf('--corpus') : -1;
const corpus = corpusAt < 0 ? undefined : flags.splice(corpusAt, 2)[1];
const listed = BENCHMARKS[name ?? ''];

if (name === undefined) {
  process.exitCode = await runAll(names);
} else if (name === '--list' || name === '--help') {
  console.log(
    'npm run bench                    all of them, quick, and a table of what was aimed at and reached',
  );
  console.log('npm run bench -- NAME [--quick]  one of them');
  console.log(
    'npm run bench -- NAME --write    the same in full, quoted in docs/benchmarks.md; NAME is one of\n',
  );
  for (const [known, { measures }] of Object.entries(BENCHMARKS))
    console.log(`  ${known.padEnd(10)} ${measures}`);
} else if (listed === undefined || !isForm(flags) || (corpusAt >= 0 && !corpus)) {
  console.error(
    `Usage: npm run bench -- NAME [--quick | --write], where NAME is ${names.join(', ')}; or --list.`,
  );
  process.exitCode = 64;
} else {
  await installPeers();
  await printMachine();
  const { run } = (await import(new URL(listed.file, import.meta.url).href)) as Bench;
  const startedAt = performance.now();
  const write = flags.includes('--write');
  await run({ quick: flags.includes('--quick'), write, corpus });
  if (write) await quoteRun(name);
  console.log(`Done in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
}

/** A quick run is never quoted. */
function isForm(given: readonly string[]): boolean {
  return given.length === 0 || (given.length === 1 && ['--quick', '--write'].includes(given[0] ?? ''));
}
