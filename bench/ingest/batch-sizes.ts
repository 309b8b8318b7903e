import type { Aim } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { LABELS } from './labels.ts';
import { type Event, type Results, runRounds, type Series } from './rounds.ts';

const BATCH_SIZES = [1, 10, 100, 1000] as const;
const WRITERS = 4;
const LIVE_REQUESTS = 1_000;

/** Contestants that take a batch of any size. */
const BATCHED: readonly ContestantName[] = [
  'copy',
  'review-insert',
  'plain-insert-direct',
  'plain-insert-endpoint',
  'record-events-direct',
  'record-events-endpoint',
  'message-db-batch',
  'message-db-sharded',
  'emmett',
];
/** They send event by event, whatever the batch: one column is enough. */
const SINGLE: readonly ContestantName[] = ['message-db-single', 'max-plus-one'];

/** Events of a heat, by batch size: about half a second's work. */
const EVENTS = { 1: 600, 10: 3_000, 100: 10_000, 1000: 20_000 } as const;
const SLOW_EVENTS = { 1: 600, 10: 1_200, 100: 1_600, 1000: 4_000 } as const;

/** The main table: every contestant at every batch size. */
export async function benchBatchSizes(
  server: BenchServer,
  quick: boolean,
): Promise<{ results: Results; aims: Aim[] }> {
  const runners = new Map<ContestantName, Runner>();
  for (const name of [...BATCHED, ...SINGLE]) {
    runners.set(name, await startRunner(server, name, { liveRequests: LIVE_REQUESTS, connections: WRITERS }));
  }
  const pick = (names: readonly ContestantName[]) => names.flatMap((name) => runners.get(name) ?? []);
  const events = BATCH_SIZES.map(
    (batchSize): Event => ({
      label: String(batchSize),
      runners: pick(batchSize === 100 ? [...BATCHED, ...SINGLE] : BATCHED),
      heatFor: ({ name }) => {
        const slow = name === 'emmett' || SINGLE.includes(name);
        const count = (slow ? SLOW_EVENTS : EVENTS)[batchSize] / (quick ? 3 : 1);
        return {
          batchSize,
          writers: WRITERS,
          batchesEach: Math.max(1, Math.round(count / batchSize / WRITERS)),
        };
      },
    }),
  );
  const results = await runRounds(server, events, quick ? 2 : 5);
  for (const runner of runners.values()) await runner.verify();
  for (const runner of runners.values()) await runner.stop();
  print(results);
  return { results, aims: aimsOf(results) };
}

function print(results: Results): void {
  const tableOf = (read: (series: Series) => string) =>
    Object.entries(LABELS).map(([name, label]) => [
      label,
      ...BATCH_SIZES.map((size) => {
        const series = results.get(String(size))?.get(name);
        return series === undefined ? '' : read(series);
      }),
    ]);
  const header = ['', ...BATCH_SIZES.map((size) => `batch ${number(size)}`)];
  const setting = `${WRITERS} writers, ${number(LIVE_REQUESTS)} live requests`;
  printTable(
    `CPU of the server, µs an event: median (lowest–highest round), ${setting}`,
    header,
    tableOf(({ cpuMicros }) => withSpread(median(cpuMicros), cpuMicros, 1)),
  );
  printTable(
    'Events a second, in the same heats',
    header,
    tableOf(({ eventsPerSecond }) => withSpread(median(eventsPerSecond), eventsPerSecond)),
  );
}

function aimsOf(results: Results): Aim[] {
  const seriesOf = (name: ContestantName, size: number, read: (series: Series) => number[]) => {
    const series = results.get(String(size))?.get(name);
    return series === undefined ? [] : read(series);
  };
  const rate = (ours: ContestantName, theirs: ContestantName, size: number, least: number): Aim => ({
    text: `batch ${number(size)}: rate, ${LABELS[ours]} / ${LABELS[theirs]}`,
    reached: medianRatio(
      seriesOf(ours, size, ({ eventsPerSecond }) => eventsPerSecond),
      seriesOf(theirs, size, ({ eventsPerSecond }) => eventsPerSecond),
    ),
    least,
  });
  const cpu = (size: number, below: number): Aim => ({
    text: `batch ${number(size)}: CPU an event, ${LABELS[direct]} / ${LABELS['review-insert']}`,
    reached: medianRatio(
      seriesOf(direct, size, ({ cpuMicros }) => cpuMicros),
      seriesOf('review-insert', size, ({ cpuMicros }) => cpuMicros),
    ),
    below,
  });
  const direct = 'record-events-direct';
  const endpoint = 'record-events-endpoint';
  return [
    cpu(10, 2.2),
    cpu(100, 1.9),
    rate(direct, 'message-db-batch', 100, 1.1),
    rate(direct, 'message-db-sharded', 100, 0.75),
    rate(direct, 'emmett', 100, 6),
    rate(direct, 'emmett', 1000, 4.5),
    rate(direct, 'max-plus-one', 100, 4),
    rate(endpoint, direct, 100, 0.85),
  ];
}
