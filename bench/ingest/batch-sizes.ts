import type { Aim } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { LABELS } from './labels.ts';
import { type Event, type Results, runRounds } from './rounds.ts';

const BATCH_SIZES = [1, 10, 100, 1000] as const;
const WRITERS = 4;
const LIVE_REQUESTS = 1_000;

/** Contestants that take a batch of any size. */
const BATCHED: readonly ContestantName[] = [
  'copy',
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
export async function benchBatchSizes(server: BenchServer, quick: boolean): Promise<Aim[]> {
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
  return aimsOf(results);
}

function print(results: Results): void {
  const rows = Object.entries(LABELS).map(([name, label]) => [
    label,
    ...BATCH_SIZES.map((size) => {
      const series = results.get(String(size))?.get(name);
      return series === undefined ? '' : withSpread(median(series.eventsPerSecond), series.eventsPerSecond);
    }),
  ]);
  const header = ['', ...BATCH_SIZES.map((size) => `batch ${number(size)}`)];
  const setting = `${WRITERS} writers, ${number(LIVE_REQUESTS)} live requests`;
  printTable(`Events a second by batch size: median (lowest–highest round), ${setting}`, header, rows);
}

function aimsOf(results: Results): Aim[] {
  const ratio = (ours: ContestantName, theirs: ContestantName, size: number) => {
    const contestants = results.get(String(size));
    return medianRatio(
      contestants?.get(ours)?.eventsPerSecond ?? [],
      contestants?.get(theirs)?.eventsPerSecond ?? [],
    );
  };
  const aim = (ours: ContestantName, theirs: ContestantName, size: number, least: number): Aim => ({
    text: `batch ${number(size)}: ${LABELS[ours]} / ${LABELS[theirs]}`,
    reached: ratio(ours, theirs, size),
    least,
  });
  const direct = 'record-events-direct';
  const endpoint = 'record-events-endpoint';
  return [
    ...[100, 1000].flatMap((size) => [
      aim(direct, 'plain-insert-direct', size, 0.45),
      aim(endpoint, 'plain-insert-endpoint', size, 0.45),
      aim(direct, 'message-db-batch', size, 1),
      aim(direct, 'message-db-sharded', size, 1),
      aim(direct, 'emmett', size, 5),
    ]),
    aim(direct, 'max-plus-one', 100, 4),
    aim(endpoint, 'max-plus-one', 100, 4),
    aim(endpoint, direct, 100, 0.85),
  ];
}
