/** Maps instants to 0..1. Where nothing happens for long, time is drawn shorter, so that a minute's work stays readable beside an hour's wait. */
export interface TimeScale {
  /** 0..1; instants outside are held at the ends. */
  at(instant: number): number;
  /** Stretches drawn at less than a third of their length. */
  shortened: readonly { from: number; to: number }[];
  from: number;
  to: number;
}

const SHORTENED_FROM = 3;

/** @param instants in milliseconds, in any order; at least one. */
export function timeScale(instants: readonly number[]): TimeScale {
  const points = [...new Set(instants)].sort((one, other) => one - other);
  const from = points[0] ?? 0;
  const to = points[points.length - 1] ?? from;
  const gaps = points.slice(1).map((point, position) => point - (points[position] ?? point));
  const usual = usualGap(gaps);
  const weights = gaps.map((gap) => weightOf(gap, usual));
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const places = [0];
  for (const weight of weights) places.push((places[places.length - 1] ?? 0) + weight / total);
  const shortened = gaps.flatMap((gap, position) =>
    gap > SHORTENED_FROM * (weights[position] ?? gap)
      ? [{ from: points[position] ?? from, to: points[position + 1] ?? to }]
      : [],
  );
  return {
    from,
    to,
    shortened,
    at: (instant) => {
      if (instant <= from) return 0;
      if (instant >= to) return 1;
      const next = firstAfter(points, instant);
      const [before, after] = [points[next - 1] ?? from, points[next] ?? to];
      const [start, end] = [places[next - 1] ?? 0, places[next] ?? 1];
      return start + ((instant - before) / (after - before)) * (end - start);
    },
  };
}

/** Twice the gap that three in four do not exceed. */
function usualGap(gaps: readonly number[]): number {
  const sorted = [...gaps].sort((one, other) => one - other);
  return 2 * (sorted[Math.floor(sorted.length * 0.75 - 0.01)] ?? 0);
}

/** Longer than usual, a gap grows with its logarithm only. */
function weightOf(gap: number, usual: number): number {
  return gap <= usual || usual === 0 ? gap : usual * (1 + Math.log2(gap / usual) / 2);
}

function firstAfter(points: readonly number[], instant: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? 0) > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}
