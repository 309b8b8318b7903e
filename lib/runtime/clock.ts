/** Where a flow takes the time from. All SQL that reasons about time gets it as a bound value. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
