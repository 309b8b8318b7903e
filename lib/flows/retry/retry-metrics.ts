import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { NamedInMetrics } from '../../data-access/named-in-metrics.ts';
import type { RetryBacklog } from '../../data-access/waiting-failures.ts';
import { RetryMetric } from '../../runtime/metric-names.ts';
import { addByName } from '../../runtime/metrics.ts';

/** What a run did. */
export type RetryCounts = Record<'dispatched' | 'released' | 'superseded' | 'overtaken', number>;

/** Reports what waits, in all, by tenant and by stage. */
export function addBacklogMetrics(
  metrics: Metrics,
  backlog: readonly (RetryBacklog & NamedInMetrics)[],
): void {
  addByName(metrics, backlog, (rows) => {
    const sum = (count: 'due' | 'paused' | 'exhausted') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.due, MetricUnit.Count, sum('due'));
    metrics.addMetric(RetryMetric.exhausted, MetricUnit.Count, sum('exhausted'));
    const oldest = Math.max(0, ...rows.map(({ oldestDueSeconds }) => oldestDueSeconds));
    metrics.addMetric(RetryMetric.oldestDueAge, MetricUnit.Seconds, oldest);
    if (rows[0]?.dimension === null) metrics.addMetric(RetryMetric.paused, MetricUnit.Count, sum('paused'));
  });
}

/** Reports what a run did. */
export function addRetryMetrics(metrics: Metrics, { dispatched, released }: RetryCounts): void {
  metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, dispatched);
  metrics.addMetric(RetryMetric.released, MetricUnit.Count, released);
}
