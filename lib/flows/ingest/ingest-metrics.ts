import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { IngestMetric } from '../../runtime/metric-names.ts';
import type { IngestResult } from './ingest-messages.ts';

const COUNTS = ['recorded', 'duplicate', 'rejected', 'unknownType', 'unclear'] as const;

/** Reports what became of a batch's events. */
export function addIngestMetrics(metrics: Metrics, result: IngestResult, now: Date): void {
  for (const count of COUNTS) metrics.addMetric(IngestMetric[count], MetricUnit.Count, result[count]);
  const unbelieved = [...result.unbelieved.values()].reduce((sum, times) => sum + times, 0);
  metrics.addMetric(IngestMetric.unbelieved, MetricUnit.Count, unbelieved);
  for (const sentAt of result.canaries)
    metrics.addMetric(IngestMetric.canary, MetricUnit.Seconds, (now.getTime() - sentAt.getTime()) / 1_000);
}
