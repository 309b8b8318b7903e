/** Metric names shared by the handlers that emit them and the constructs that alarm on them. */
export const METRIC_NAMESPACE = 'PagwEventTracker';

export const IngestMetric = {
  recorded: 'EventsRecorded',
  duplicate: 'EventsDuplicate',
  rejected: 'MessagesRejected',
  unknownType: 'EventsOfUnknownType',
  failed: 'MessagesFailed',
  age: 'IngestAgeSeconds',
} as const;

/** Of each run, in all; those marked also by `tenant` and by `stage`. */
export const RetryMetric = {
  /** Failures whose time has come, before the run. By tenant, by stage. */
  due: 'RetriesDue',
  /** Due, but paused by an operator. By tenant, by stage. */
  held: 'RetriesHeld',
  /** By tenant, by stage. */
  oldestDueAge: 'RetryOldestDueSeconds',
  /** Attempts used up and nothing since. By tenant, by stage. */
  exhausted: 'RetriesExhausted',
  /** By tenant, by stage. */
  dispatched: 'RetriesDispatched',
  /** Could not be sent; due again at once. By tenant, by stage. */
  released: 'RetriesReleased',
  superseded: 'RetriesSuperseded',
  overtaken: 'RetriesOvertaken',
  /** One for every run that came to its end: its absence is the alarm. */
  heartbeat: 'RetryRuns',
} as const;
