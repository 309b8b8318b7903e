import { roundText } from '../../domain/words.ts';

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

export interface Tick {
  /** 0..1 */
  place: number;
  /** Since the start: `+10 s`. */
  label: string;
  /** Its label has no room on a narrow screen. */
  fine: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What people count in, coarse to fine. */
const STEPS = [
  ...[
    30 * DAY,
    7 * DAY,
    DAY,
    12 * HOUR,
    6 * HOUR,
    3 * HOUR,
    HOUR,
    30 * MINUTE,
    15 * MINUTE,
    10 * MINUTE,
    5 * MINUTE,
  ],
  ...[2 * MINUTE, MINUTE, 30 * SECOND, 20 * SECOND, 10 * SECOND, 5 * SECOND, 2 * SECOND, SECOND],
  ...[500, 200, 100, 50, 20, 10, 5, 2, 1],
];
const CLOSEST = 0.1;
/** The same of labels on a narrow screen, where the last stretch is taken by `now`. */
const CLOSEST_NARROW = 0.22;
const MOST_CANDIDATES = 3_000;

/**
 * Round times since the start, as many as fit without touching; the coarse ones first.
 * @param room 0..1: how far from the left labels may stand.
 */
export function timeTicks(scale: TimeScale, room = 0.97): Tick[] {
  const ticks: Tick[] = [{ place: 0, label: '0', fine: false }];
  const length = scale.to - scale.from;
  for (const step of STEPS) {
    if (step > length || length / step > MOST_CANDIDATES) continue;
    for (let after = step; after <= length; after += step) {
      const place = scale.at(scale.from + after);
      if (place < room && ticks.every((tick) => Math.abs(tick.place - place) >= CLOSEST)) {
        const isNear = ticks.some((tick) => !tick.fine && Math.abs(tick.place - place) < CLOSEST_NARROW);
        ticks.push({ place, label: `+${roundText(after)}`, fine: isNear || place > 1 - CLOSEST_NARROW });
      }
    }
  }
  return ticks;
}
