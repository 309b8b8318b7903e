import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { MaintainMetric } from './metric-names.ts';

/** Adds what the tasks counted; a count without a metric of its own is for the log only. */
export function addMaintainMetrics(metrics: Metrics, counts: Readonly<Record<string, number>>): void {
  for (const [key, name] of Object.entries(MaintainMetric)) {
    const count = counts[key];
    if (count !== undefined)
      metrics.addMetric(name, /bytes$/i.test(key) ? MetricUnit.Bytes : MetricUnit.Count, count);
  }
}
