/**
 * How far before its recording a producer's time may lie and still count. Farther back it is a broken clock (epoch seconds
 * taken for milliseconds, a machine without a battery), and what happened is taken to have happened when it was recorded.
 */
export const DEFAULT_BELIEVED_DAYS = 90;

const DAY_MS = 86_400_000;

/**
 * Clocks differ by seconds all the time. A producer's that differs by more is reported; one of our own counts for nothing:
 * `now` is the database's then, and a stored time that lies farther ahead was written by such a clock.
 */
export const CLOCK_SKEW_SECONDS = 60;

/** Whether a producer's time lies absurdly far before its recording. Both in epoch milliseconds. */
export function isDisbelieved(stated: number, recordedAt: number, believedDays: number): boolean {
  return recordedAt - stated > believedDays * DAY_MS;
}

/** Whether a producer's clock is off: its time is disbelieved, or lies more than a minute after its recording. */
export function isClockOff(stated: number, recordedAt: number, believedDays: number): boolean {
  return isDisbelieved(stated, recordedAt, believedDays) || stated - recordedAt > CLOCK_SKEW_SECONDS * 1_000;
}

/**
 * A producer's time as it counts for durations, deadlines and decisions, in epoch milliseconds: never later than its
 * recording, and its recording where it lies absurdly far before. The raw time is kept beside it.
 * @param believedDays Infinity believes every past time, as an import of old histories needs it.
 */
export function believableTime(stated: number, recordedAt: number, believedDays: number): number {
  return stated > recordedAt || isDisbelieved(stated, recordedAt, believedDays) ? recordedAt : stated;
}
