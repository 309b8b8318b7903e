import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { NamedInMetrics } from '../../data-access/named-in-metrics.ts';
import type { RetryBacklog } from '../../data-access/retry.ts';
import { stages } from '../../domain/event-stages.ts';
import { OTHER } from '../../domain/other-name.ts';
import { RetryMetric } from '../../runtime/metric-names.ts';
import { addByName } from '../../runtime/metrics.ts';

interface Place {
  tenant: string;
  stage: string;
}

export type RetryCount = 'dispatched' | 'released';
export type CountedByName = NamedInMetrics & Record<RetryCount, number>;

/** What a run did. */
export interface RetryCounts {
  total: Record<RetryCount | 'superseded' | 'overtaken', number>;
  add(what: RetryCount, failures: readonly Place[]): void;
  /** In all, by each of the tenants and by stage; all others together. */
  byName(tenants: ReadonlySet<string>): CountedByName[];
}

export function retryCounts(): RetryCounts {
  const byTenant = new Map<string, CountedByName>();
  const byStage = new Map<string, CountedByName>();
  const knownStages = new Set<string>(stages);
  const total = { dispatched: 0, released: 0, superseded: 0, overtaken: 0 };
  return {
    total,
    add: (what, failures) => {
      total[what] += failures.length;
      for (const { tenant, stage } of failures) {
        entry(byTenant, 'tenant', tenant)[what]++;
        entry(byStage, 'stage', knownStages.has(stage) ? stage : OTHER)[what]++;
      }
    },
    byName: (tenants) => [
      ...[...byTenant.values()].map((row) => (tenants.has(String(row.name)) ? row : { ...row, name: OTHER })),
      ...byStage.values(),
      { dimension: null, name: null, dispatched: total.dispatched, released: total.released },
    ],
  };
}

function entry(
  counts: Map<string, CountedByName>,
  dimension: 'tenant' | 'stage',
  name: string,
): Record<RetryCount, number> {
  const known = counts.get(name);
  if (known !== undefined) return known;
  const fresh = { dimension, name, dispatched: 0, released: 0 };
  counts.set(name, fresh);
  return fresh;
}

/** Reports what waits, in all, by tenant and by stage. */
export function addBacklogMetrics(
  metrics: Metrics,
  backlog: readonly (RetryBacklog & NamedInMetrics)[],
): void {
  addByName(metrics, backlog, (rows) => {
    const sum = (count: 'due' | 'paused' | 'exhausted') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.due, MetricUnit.Count, sum('due'));
    metrics.addMetric(RetryMetric.paused, MetricUnit.Count, sum('paused'));
    metrics.addMetric(RetryMetric.exhausted, MetricUnit.Count, sum('exhausted'));
    const oldest = Math.max(0, ...rows.map(({ oldestDueSeconds }) => oldestDueSeconds));
    metrics.addMetric(RetryMetric.oldestDueAge, MetricUnit.Seconds, oldest);
  });
}

/** Reports what a run did, in all, by tenant and by stage. */
export function addRetryMetrics(metrics: Metrics, counts: RetryCounts, tenants: ReadonlySet<string>): void {
  addByName(metrics, counts.byName(tenants), (rows) => {
    const sum = (count: 'dispatched' | 'released') => rows.reduce((total, row) => total + row[count], 0);
    metrics.addMetric(RetryMetric.dispatched, MetricUnit.Count, sum('dispatched'));
    metrics.addMetric(RetryMetric.released, MetricUnit.Count, sum('released'));
  });
  metrics.addMetric(RetryMetric.superseded, MetricUnit.Count, counts.total.superseded);
  metrics.addMetric(RetryMetric.overtaken, MetricUnit.Count, counts.total.overtaken);
  metrics.addMetric(RetryMetric.heartbeat, MetricUnit.Count, 1);
}
