import type { BenchServer } from '../server/bench-server.ts';
import type { Runner } from './field.ts';
import type { Heat } from './heat.ts';

/** What one contestant reached in one kind of heat, a value a round. */
export interface Series {
  eventsPerSecond: number[];
  latenciesMs: number[];
}

/** A kind of heat and who runs it. */
export interface Event {
  label: string;
  runners: readonly Runner[];
  heatFor(runner: Runner): Heat;
}

/** Results by event label and contestant. */
export type Results = Map<string, Map<string, Series>>;

/**
 * Runs all contestants of all events in turn, round after round; the first round warms up and is not counted. What
 * else happens on the machine then meets all of them. Between the rounds tables are vacuumed and analysed.
 */
export async function runRounds(
  server: BenchServer,
  events: readonly Event[],
  rounds: number,
): Promise<Results> {
  const results: Results = new Map(events.map(({ label }) => [label, new Map()]));
  const runners = [...new Set(events.flatMap((event) => event.runners))];
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(`\r  round ${round} of ${rounds}${round === 0 ? ' (warm-up)' : '          '}`);
    for (const event of events) {
      // Who comes first changes, so that nobody always follows the same neighbour.
      for (const runner of rotated(event.runners, round)) {
        const { events: count, elapsedMs, latenciesMs } = await runner.heat(event.heatFor(runner));
        if (round > 0) keep(results, event.label, runner.key, (count / elapsedMs) * 1000, latenciesMs);
      }
    }
    if (round < rounds) for (const { database } of runners) await server.vacuum(database);
  }
  process.stderr.write('\r                              \r');
  return results;
}

function keep(
  results: Results,
  label: string,
  key: string,
  eventsPerSecond: number,
  latenciesMs: number[],
): void {
  const byKey = results.get(label);
  const series = byKey?.get(key) ?? { eventsPerSecond: [], latenciesMs: [] };
  series.eventsPerSecond.push(eventsPerSecond);
  series.latenciesMs.push(...latenciesMs);
  byKey?.set(key, series);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
