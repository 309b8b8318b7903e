import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { fillHistory } from '../server/fill-history.ts';
import { type ContestantName, type Runner, startRunner } from './field.ts';
import { LABELS } from './labels.ts';
import { runRounds } from './rounds.ts';

const NAMES: readonly ContestantName[] = [
  'plain-insert-direct',
  'record-events-direct',
  'record-events-endpoint',
];
const HEAT = { batchSize: 100, writers: 4, batchesEach: 25 };

/** The same into empty tables and into tables with a long history. */
export async function benchHistory(server: BenchServer, quick: boolean): Promise<void> {
  process.stderr.write('  filling …\r');
  const first = await startRunner(server, 'record-events-direct', { liveRequests: 1_000, connections: 4 });
  await first.heat({ ...HEAT, batchesEach: 100 });
  const template = first.database;
  const alreadyThere = await fillHistory(server, template, quick ? 100_000 : 1_000_000);
  const runners: Runner[] = [];
  for (const name of NAMES) {
    const options = { liveRequests: 1_000, connections: 4, seed: 'pagw-later' };
    runners.push(await startRunner(server, name, { ...options, key: `${name} empty` }));
    runners.push(
      await startRunner(server, name, { ...options, key: `${name} full`, template, alreadyThere }),
    );
  }
  await first.stop();
  const results = await runRounds(server, [{ label: 'all', runners, heatFor: () => HEAT }], quick ? 2 : 5);
  for (const runner of runners) await runner.verify();
  for (const runner of runners) await runner.stop();
  const rows = NAMES.map((name) => {
    const [empty = [], full = []] = ['empty', 'full'].map(
      (kind) => results.get('all')?.get(`${name} ${kind}`)?.eventsPerSecond,
    );
    const ratio = medianRatio(full, empty).toFixed(2);
    return [LABELS[name], withSpread(median(empty), empty), withSpread(median(full), full), ratio];
  });
  const there = `${number(alreadyThere)} events there`;
  printTable('Events a second as history grows, batch 100, 4 writers', ['', 'empty', there, 'ratio'], rows);
}
