import { number, printTable, withSpread } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { type Event, type Results, runRounds } from './rounds.ts';

export const BATCH_SIZES = [1, 10, 100, 1000] as const;
const WRITERS = 4;
const LIVE_REQUESTS = 1_000;

/** Contestants that take a batch of any size, and those that send event by event whatever the batch. */
const BATCHED = [
  'copy',
  'plain-insert-direct',
  'plain-insert-endpoint',
  'record-events-direct',
  'record-events-endpoint',
  'message-db-batch',
  'emmett',
] as const;
const SINGLE = ['message-db-single', 'max-plus-one'] as const;

export const LABELS: Readonly<Record<ContestantName, string>> = {
  copy: '(b) COPY, numbers known beforehand',
  'plain-insert-direct': '(a) plain INSERT … unnest, numbers known beforehand',
  'plain-insert-endpoint': '(a) the same INSERT through the endpoint',
  'record-events-direct': 'record-events, called directly',
  'record-events-endpoint': 'record-events through the endpoint',
  'message-db-single': '(d) message-db write_message, one event a call',
  'message-db-batch': '(d) message-db write_message, batched by hand',
  emmett: '(d) Emmett appendToStream, per stream of the batch',
  'max-plus-one': '(c) MAX + 1, INSERT, one event a transaction',
};

/** About half a second's work. */
function batchesFor(name: ContestantName, batchSize: number, quick: boolean): number {
  const fast = name !== 'emmett' && name !== 'message-db-single' && name !== 'max-plus-one';
  const events = fast ? ({ 1: 800, 10: 4_000, 100: 12_000, 1000: 24_000 }[batchSize] ?? 0) : 2_000;
  return Math.max(1, Math.round(events / (quick ? 2 : 1) / batchSize / WRITERS));
}

/** The main table: every contestant at every batch size. */
export async function benchBatchSizes(server: BenchServer, quick: boolean): Promise<Results> {
  const runners = new Map<ContestantName, Runner>();
  for (const name of [...BATCHED, ...SINGLE]) {
    runners.set(name, await startRunner(server, name, { liveRequests: LIVE_REQUESTS, connections: WRITERS }));
  }
  const pick = (names: readonly ContestantName[]) => names.flatMap((name) => runners.get(name) ?? []);
  const events = BATCH_SIZES.map(
    (batchSize): Event => ({
      label: String(batchSize),
      // At other sizes the single ones would do the same again.
      runners: pick(batchSize === 100 ? [...BATCHED, ...SINGLE] : BATCHED),
      heatFor: ({ name }) => ({
        batchSize,
        writers: WRITERS,
        batchesEach: batchesFor(name, batchSize, quick),
      }),
    }),
  );
  const results = await runRounds(server, events, quick ? 3 : 7);
  for (const runner of runners.values()) await runner.verify();
  for (const runner of runners.values()) await runner.stop();
  print(results);
  return results;
}

function print(results: Results): void {
  const rows = Object.entries(LABELS).map(([name, label]) => [
    label,
    ...BATCH_SIZES.map((size) => {
      const series = results.get(String(size))?.get(name as ContestantName);
      return series === undefined ? '' : withSpread(median(series.eventsPerSecond), series.eventsPerSecond);
    }),
  ]);
  printTable(
    `Events a second by batch size: median (lowest–highest round), ${WRITERS} writers, ${number(LIVE_REQUESTS)} live requests`,
    ['', ...BATCH_SIZES.map((size) => `batch ${size}`)],
    rows,
  );
}
