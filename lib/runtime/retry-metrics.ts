import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Measured } from '../data-access/named-in-metrics.ts';
import type { RetryBacklog } from '../data-access/retry/measure-retries.ts';
import type { RetryCounts } from '../data-access/retry/retry-counts.ts';
import { addByName } from './add-by-name.ts';
import { RetryMetric } from './metric-names.ts';

/** Reports what waits, in all, by tenant and by stage. */
export function addBacklogMetrics(metrics: Metrics, backlog: readonly (RetryBacklog & Measured)[]): void {
  addByName(metrics, backlog, (rows) => {
    const sum = (count: 'due' | 'held' | 'exhausted') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.due, MetricUnit.Count, sum('due'));
    metrics.addMetric(RetryMetric.held, MetricUnit.Count, sum('held'));
    metrics.addMetric(RetryMetric.exhausted, MetricUnit.Count, sum('exhausted'));
    const oldest = Math.max(0, ...rows.map(({ oldestDueSeconds }) => oldestDueSeconds));
    metrics.addMetric(RetryMetric.oldestDueAge, MetricUnit.Seconds, oldest);
  });
}

/** Reports what a run did, in all, by tenant and by stage. */
export function addRunMetrics(metrics: Metrics, counts: RetryCounts, tenants: ReadonlySet<string>): void {
  addByName(metrics, counts.byName(tenants), (rows) => {
    const sum = (count: 'dispatched' | 'released') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, sum('dispatched'));
    metrics.addMetric(RetryMetric.released, MetricUnit.Count, sum('released'));
  });
  metrics.addMetric(RetryMetric.superseded, MetricUnit.Count, counts.total.superseded);
  metrics.addMetric(RetryMetric.overtaken, MetricUnit.Count, counts.total.overtaken);
  metrics.addMetric(RetryMetric.heartbeat, MetricUnit.Count, 1);
}
