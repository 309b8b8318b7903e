import type { BenchServer } from '../server/bench-server.ts';
import type { Runner } from './field.ts';
import type { Heat, HeatResult } from './heat.ts';

/** What one contestant reached in one kind of heat, a value a round. */
export interface Series {
  eventsPerSecond: number[];
  /** The server's, an event. */
  cpuMicros: number[];
  latenciesMs: number[];
}

/** A kind of heat and who runs it. */
export interface Event {
  label: string;
  runners: readonly Runner[];
  heatFor(runner: Runner): Heat;
}

/** Shorter heats swing by half from round to round. */
const LEAST_HEAT_MS = 500;

/** Results by event label and contestant. */
export type Results = Map<string, Map<string, Series>>;

/**
 * Runs all contestants of all events in turn, round after round; the first round warms up, is not counted, and
 * tells how long a heat has to be. What
 * else happens on the machine then meets all of them. Between the rounds tables are vacuumed and analysed.
 */
export async function runRounds(
  server: BenchServer,
  events: readonly Event[],
  rounds: number,
): Promise<Results> {
  const results: Results = new Map(events.map(({ label }) => [label, new Map()]));
  const runners = [...new Set(events.flatMap((event) => event.runners))];
  const longer = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(`\r  round ${round} of ${rounds}${round === 0 ? ' (warm-up)' : '          '}`);
    for (const event of events) {
      // Who comes first changes, so that nobody always follows the same neighbour.
      for (const runner of rotated(event.runners, round)) {
        const key = `${event.label} ${runner.key}`;
        const heat = event.heatFor(runner);
        const batchesEach = Math.ceil(heat.batchesEach * (longer.get(key) ?? 1));
        const result = await runner.heat({ ...heat, batchesEach });
        if (round > 0) keep(results, event.label, runner.key, result);
        else longer.set(key, Math.max(1, (1.2 * LEAST_HEAT_MS) / result.elapsedMs));
      }
    }
    if (round < rounds) for (const { database } of runners) await server.vacuum(database);
  }
  process.stderr.write('\r                              \r');
  return results;
}

function keep(results: Results, label: string, key: string, heat: HeatResult): void {
  const byKey = results.get(label);
  const series = byKey?.get(key) ?? { eventsPerSecond: [], cpuMicros: [], latenciesMs: [] };
  series.eventsPerSecond.push((heat.events / heat.elapsedMs) * 1_000);
  series.cpuMicros.push(heat.cpuMicros / heat.events);
  series.latenciesMs.push(...heat.latenciesMs);
  byKey?.set(key, series);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
