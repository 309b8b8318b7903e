import { durationText } from '../../domain/duration-text.ts';
import type { TimeScale } from './time-scale.ts';

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
        ticks.push({ place, label: `+${tickText(after)}`, fine: isNear || place > 1 - CLOSEST_NARROW });
      }
    }
  }
  return ticks;
}

function tickText(milliseconds: number): string {
  if (milliseconds < SECOND) return `${milliseconds} ms`;
  if (milliseconds < MINUTE) return `${milliseconds / SECOND} s`;
  const minutes = Math.floor(milliseconds / MINUTE);
  const seconds = (milliseconds % MINUTE) / SECOND;
  return milliseconds < HOUR && seconds > 0 ? `${minutes}m${seconds}s` : durationText(milliseconds);
}
