import { printTable, withSpread } from '../report/print-table.ts';
import { median, quantile } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { LABELS } from './labels.ts';
import { runRounds } from './rounds.ts';

const WRITERS = [1, 2, 4, 8] as const;
const BATCH = 100;
const NAMES: readonly ContestantName[] = [
  'plain-insert-direct',
  'record-events-direct',
  'record-events-endpoint',
];

/** What more writers bring, and what each waits for it. */
export async function benchWriters(server: BenchServer, quick: boolean): Promise<void> {
  const runners: Runner[] = [];
  for (const name of NAMES)
    runners.push(await startRunner(server, name, { liveRequests: 1_000, connections: 8 }));
  const events = WRITERS.map((writers) => ({
    label: String(writers),
    runners,
    heatFor: () => ({ batchSize: BATCH, writers, batchesEach: (quick ? 32 : 80) / writers }),
  }));
  const results = await runRounds(server, events, quick ? 2 : 5);
  for (const runner of runners) await runner.verify();
  for (const runner of runners) await runner.stop();
  const rows = NAMES.map((name) => [
    LABELS[name],
    ...WRITERS.map((writers) => {
      const { eventsPerSecond = [], latenciesMs = [] } = results.get(String(writers))?.get(name) ?? {};
      const p99 = quantile(latenciesMs, 0.99).toFixed(0);
      return `${withSpread(median(eventsPerSecond), eventsPerSecond)} · p99 ${p99} ms`;
    }),
  ]);
  printTable(
    `Events a second by writers, batch ${BATCH}, and the p99 of a batch`,
    ['', ...WRITERS.map((writers) => `${writers} writers`)],
    rows,
  );
}
