/** Where a flow takes the time from. All SQL that reasons about time gets it as a bound value. */
export interface Clock {
  now(): Date;
  /** Whether it is held against the database's clock; one that is moved on purpose is not. */
  readonly isMachineClock?: boolean;
}

export const systemClock: Clock = { now: () => new Date(), isMachineClock: true };
