import { print } from '../report/print.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio, quantile } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { LABELS } from './labels.ts';
import { type Event, runRounds } from './rounds.ts';

const NAMES: readonly ContestantName[] = ['record-events-direct', 'record-events-endpoint'];
const ONCE = { batchSize: 100, writers: 4, batchesEach: 15 };
const TWICE = { ...ONCE, redeliver: true };
const CONTENDED = { batchSize: 50, writers: 16, batchesEach: 8, contended: true, redeliver: true };

/** What must not happen under redelivery and contention is checked at the end: a gap, a double, a lost event. */
export async function benchRedelivery(server: BenchServer, quick: boolean): Promise<void> {
  const open: Runner[] = [];
  const start = async (key: string, liveRequests: number, connections: number) => {
    const runners: Runner[] = [];
    for (const name of NAMES)
      runners.push(
        await startRunner(server, name, {
          liveRequests,
          connections,
          key: name,
          endless: key === 'contended',
        }),
      );
    open.push(...runners);
    return runners;
  };
  const events: Event[] = [
    { label: 'once', runners: await start('once', 1_000, 4), heatFor: () => ONCE },
    { label: 'twice', runners: await start('twice', 1_000, 8), heatFor: () => TWICE },
    { label: 'contended', runners: await start('contended', 50, 16), heatFor: () => CONTENDED },
  ];
  const results = await runRounds(server, events, quick ? 2 : 5);
  for (const runner of open) await runner.verify();
  for (const runner of open) await runner.stop();
  const rows = NAMES.map((name) => {
    const [once = [], twice = [], contended = []] = events.map(
      ({ label }) => results.get(label)?.get(name)?.eventsPerSecond,
    );
    const p99 = quantile(results.get('contended')?.get(name)?.latenciesMs ?? [], 0.99);
    return [
      LABELS[name],
      withSpread(median(once), once),
      withSpread(median(twice), twice),
      medianRatio(twice, once).toFixed(2),
      `${withSpread(median(contended), contended)} · p99 ${number(p99)} ms`,
    ];
  });
  const header = [
    '',
    'each batch once',
    'every third twice at once',
    'ratio',
    '16 connections, 50 requests, with doubles',
  ];
  printTable(
    'Different events a second under redelivery (batch 100, 4 writers) and contention (batch 50)',
    header,
    rows,
  );
  print(
    "✓ Afterwards every request's numbers run from 1 without a gap or a double, and no event is missing.",
  );
}
