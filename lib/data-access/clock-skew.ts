/**
 * How far one of our own clocks may be off before its time counts for nothing: `now` is the database's then, and a
 * stored time that lies farther ahead was written by such a clock.
 */
export const CLOCK_SKEW_SECONDS = 60;
