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
