import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RetryBacklog } from '../data-access/retry/measure-retries.ts';
import type { RetryCounts } from '../data-access/retry/retry-counts.ts';
import { RetryMetric } from './metric-names.ts';

/** Reports what waits, in all, by tenant and by stage; never by their product, which costs nine times as much. */
export function addBacklogMetrics(metrics: Metrics, backlog: readonly RetryBacklog[]): void {
  for (const dimension of ['tenant', 'stage'] as const)
    for (const [name, rows] of Map.groupBy(backlog, (row) => row[dimension])) {
      metrics.addDimension(dimension, name);
      addBacklog(metrics, rows);
      metrics.publishStoredMetrics();
    }
  addBacklog(metrics, backlog);
  // Its own record: a run cut off later has still told what waits.
  metrics.publishStoredMetrics();
}

/** Reports what a run did, in all, by tenant and by stage. */
export function addRunMetrics(metrics: Metrics, { total, byTenant, byStage }: RetryCounts): void {
  for (const [dimension, counts] of [['tenant', byTenant] as const, ['stage', byStage] as const])
    for (const [name, { dispatched, released }] of counts) {
      metrics.addDimension(dimension, name);
      metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, dispatched);
      metrics.addMetric(RetryMetric.released, MetricUnit.Count, released);
      metrics.publishStoredMetrics();
    }
  metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, total.dispatched);
  metrics.addMetric(RetryMetric.released, MetricUnit.Count, total.released);
  metrics.addMetric(RetryMetric.superseded, MetricUnit.Count, total.superseded);
  metrics.addMetric(RetryMetric.overtaken, MetricUnit.Count, total.overtaken);
  metrics.addMetric(RetryMetric.heartbeat, MetricUnit.Count, 1);
}

function addBacklog(metrics: Metrics, rows: readonly RetryBacklog[]): void {
  const sum = (count: 'due' | 'held' | 'exhausted') => rows.reduce((total, row) => total + row[count], 0);
  metrics.addMetric(RetryMetric.due, MetricUnit.Count, sum('due'));
  metrics.addMetric(RetryMetric.held, MetricUnit.Count, sum('held'));
  metrics.addMetric(RetryMetric.exhausted, MetricUnit.Count, sum('exhausted'));
  const oldest = Math.max(0, ...rows.map(({ oldestDueSeconds }) => oldestDueSeconds));
  metrics.addMetric(RetryMetric.oldestDueAge, MetricUnit.Seconds, oldest);
}
