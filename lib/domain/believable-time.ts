/**
 * How far before its recording a producer's time may lie and still count. Farther back it is a broken clock (epoch seconds
 * taken for milliseconds, a machine without a battery), and what happened is taken to have happened when it was recorded.
 */
export const DEFAULT_BELIEVED_DAYS = 90;

const DAY_MS = 86_400_000;

/**
 * A producer's time as it counts for durations, deadlines and decisions, in epoch milliseconds: never later than its
 * recording, and its recording where it lies absurdly far before. The raw time is kept beside it.
 * @param believedDays Infinity believes every past time, as an import of old histories needs it.
 */
export function believableTime(stated: number, recordedAt: number, believedDays: number): number {
  return stated > recordedAt || recordedAt - stated > believedDays * DAY_MS ? recordedAt : stated;
}
