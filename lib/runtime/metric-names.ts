/**
 * Metric names shared by the handlers that emit them and the constructs that alarm on them. Each costs 30 cents a month and
 * name, so there is none that no alarm and no graph reads; what else a run counts is in its log line.
 */
export const METRIC_NAMESPACE = 'PagwEventTracker';

/** Of a flow's run whose measurements failed; the work did not. */
export const UNMEASURED = 'MeasurementsFailed';

/** Of a flow's run on a machine whose clock differs from the database's by more than a minute. */
export const CLOCK_SKEW = 'ClockSkewSeconds';

export const IngestMetric = {
  recorded: 'EventsRecorded',
  duplicate: 'EventsDuplicate',
  rejected: 'MessagesRejected',
  unknownType: 'EventsOfUnknownType',
  /** Answers that were stated and decide nothing: their decision clock runs on. */
  unclear: 'AnswersNotUnderstood',
  /** Times of producers whose clock is off: the log names who sent them. */
  unbelieved: 'UnbelievedTimes',
  /** From the queue to its timeline, of each canary that arrived. */
  canary: 'CanarySeconds',
} as const;

/** Of each run, in all; those marked also by `tenant` and by `stage`. */
export const RetryMetric = {
  /** Failures whose time has come and that the run left. By tenant, by stage. */
  due: 'RetriesDue',
  /** Due, but paused by an operator. */
  paused: 'RetriesPaused',
  /** By tenant, by stage. */
  oldestDueAge: 'RetryOldestDueSeconds',
  /** Attempts used up and nothing since. By tenant, by stage. */
  exhausted: 'RetriesExhausted',
  dispatched: 'RetriesDispatched',
  /** Could not be sent; due again at once. */
  released: 'RetriesReleased',
} as const;

/** Of each run, in all; those marked also by `tenant` and by `stage`. */
export const StuckMetric = {
  /** Requests past their stage's limit or late for their decision; 0 while ingest lags. By tenant, by stage. */
  stuck: 'RequestsStuck',
  /** By tenant, by stage; not in all. */
  oldestAge: 'OldestStuckSeconds',
  /** By tenant alone. */
  open: 'RequestsOpen',
  /** Undecided requests that have used up 75 % and 90 % of their decision time, and all of it. */
  deadlineWarn: 'DeadlineWarn',
  deadlinePage: 'DeadlinePage',
  deadlineBreached: 'DeadlineBreached',
  incidents: 'IncidentsOpen',
  /** The topic did not take it; the next run sends it. */
  unsent: 'NotificationsFailed',
  /** For how long ingest has been so far behind that verdicts would wait. */
  lagging: 'StuckLaggingSeconds',
  /** For how long the oldest event has waited for the event bus, where there is one. */
  outgoingAge: 'OutgoingOldestSeconds',
} as const;

/** What has a name for each tenant, and for each stage, beside or in place of the one in all. */
export const NAMED_METRICS = {
  tenant: [
    RetryMetric.due,
    RetryMetric.oldestDueAge,
    RetryMetric.exhausted,
    StuckMetric.stuck,
    StuckMetric.oldestAge,
    StuckMetric.open,
  ],
  stage: [
    RetryMetric.due,
    RetryMetric.oldestDueAge,
    RetryMetric.exhausted,
    StuckMetric.stuck,
    StuckMetric.oldestAge,
  ],
} as const;

/** Of each run, by the name of the count that it shows. */
export const MaintainMetric = {
  /** Must be 0. */
  duplicateSequences: 'DuplicateSequences',
  bytes: 'DatabaseBytes',
  /** Of what was recorded lately, as JSON text. */
  metadataBytes: 'LargestMetadataBytes',
  /** Indexes that guard nothing and were not read since the statistics began. */
  unusedIndexes: 'UnusedIndexes',
  /** Tasks of compaction and archive that failed. */
  archiveFailures: 'ArchiveFailures',
} as const;
