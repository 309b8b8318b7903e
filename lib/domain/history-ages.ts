/** Ages in days, from when a request was closed and last heard of; what stages state and functions fall back on. */

/** STARTs are merged into their results. */
export const COMPACT_AFTER_DAYS = 30;

/** Events are archived, and their month dropped. */
export const ARCHIVE_AFTER_DAYS = 90;

/** Reports of up to four weeks count the parts of hours at their edges, which they read from the events. */
export const LEAST_HISTORY_DAYS = 29;
