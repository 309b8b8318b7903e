/** Metric names shared by the handlers that emit them and the constructs that alarm on them. */
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
  failed: 'MessagesFailed',
  age: 'IngestAgeSeconds',
  /** From the queue to its timeline, of each canary that arrived. */
  canary: 'CanarySeconds',
} as const;

/** Of each run, in all; those marked also by `tenant` and by `stage`. */
export const RetryMetric = {
  /** Failures whose time has come and that the run left. By tenant, by stage. */
  due: 'RetriesDue',
  /** Due, but paused by an operator. By tenant, by stage. */
  paused: 'RetriesPaused',
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
  /** One for every run that came to its end. The heartbeat alarm counts invocations without an error, which a run that cannot emit has, too. */
  heartbeat: 'RetryRuns',
} as const;

/** Of each run, in all; those marked also by `tenant` and by `stage`. */
export const StuckMetric = {
  /** Requests past their stage's limit or late for their decision; 0 while ingest lags. By tenant, by stage. */
  stuck: 'RequestsStuck',
  /** By tenant, by stage. */
  oldestAge: 'OldestStuckSeconds',
  /** By tenant. */
  open: 'RequestsOpen',
  /** Undecided requests that have used up 75 % and 90 % of their decision time, and all of it. */
  deadlineWarn: 'DeadlineWarn',
  deadlinePage: 'DeadlinePage',
  deadlineBreached: 'DeadlineBreached',
  incidents: 'IncidentsOpen',
  notified: 'NotificationsSent',
  /** The topic did not take it; the next run tells it. */
  unsent: 'NotificationsFailed',
  /** 1 while verdicts wait because ingest lags. */
  heldBack: 'StuckHeldBack',
  /** How far ingest is behind. */
  lag: 'StuckIngestLagSeconds',
  /** For how long it has been so far behind that verdicts would wait. */
  lagging: 'StuckLaggingSeconds',
  /** One for every run that came to its end. The heartbeat alarm counts invocations without an error, which a run that cannot emit has, too. */
  heartbeat: 'StuckAlarmRuns',
} as const;

/** Of each run. */
export const MaintainMetric = {
  partitionsMade: 'PartitionsMade',
  hoursSummarised: 'SummaryHoursRefreshed',
  /** Hours of the summary that are behind; the next run takes them up. */
  hoursLeft: 'SummaryHoursLeft',
  /** Must be 0. */
  duplicateSequences: 'DuplicateSequences',
  bytes: 'DatabaseBytes',
  eventTableBytes: 'EventTableBytes',
  eventIndexBytes: 'EventIndexBytes',
  /** The statistics' estimate. */
  eventsStored: 'EventsStored',
  /** Of what was recorded lately, as JSON text. */
  metadataBytes: 'LargestMetadataBytes',
  metadataMeanBytes: 'MeanMetadataBytes',
  /** Indexes that guard nothing and were not read since the statistics began. */
  unusedIndexes: 'UnusedIndexes',
  requestsCompacted: 'RequestsCompacted',
  eventsMerged: 'EventsMerged',
  requestsArchived: 'RequestsArchived',
  eventsArchived: 'EventsArchived',
  archiveBytes: 'ArchiveBytes',
  monthsDropped: 'MonthsDropped',
  /** Old enough to be dropped, but something held a lock; the next run tries again. */
  monthsLocked: 'MonthsLocked',
  /** Open requests of months that would be dropped without them. */
  requestsHoldingMonths: 'RequestsHoldingMonths',
  requestsToArchive: 'RequestsToArchive',
  /** Tasks of compaction and archive that failed. */
  archiveFailures: 'ArchiveFailures',
  failedTasks: 'MaintainTasksFailed',
} as const;
