import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { StuckGroup } from '../data-access/stuck-alarm/group-stuck-requests.ts';
import type { StuckAlarmRun } from '../data-access/stuck-alarm/run-stuck-alarm.ts';
import { StuckMetric } from './metric-names.ts';

/** Reports a run, in all, by tenant and by stage; never by their product, which costs seven times as much. */
export function addStuckMetrics(metrics: Metrics, run: StuckAlarmRun, now: Date): void {
  const groups = run.heldBack ? [] : run.groups;
  const stuckByTenant = Map.groupBy(groups, ({ tenant }) => tenant);
  for (const { tenant, open } of run.watched) {
    metrics.addDimension('tenant', tenant);
    metrics.addMetric(StuckMetric.open, MetricUnit.Count, open);
    addStuck(metrics, stuckByTenant.get(tenant) ?? [], now);
    metrics.publishStoredMetrics();
  }
  for (const [stage, stuck] of Map.groupBy(groups, (group) => group.stage)) {
    metrics.addDimension('stage', stage);
    addStuck(metrics, stuck, now);
    metrics.publishStoredMetrics();
  }
  const sum = (count: 'open' | 'atRisk' | 'urgent' | 'breached') =>
    run.watched.reduce((total, tenant) => total + tenant[count], 0);
  addStuck(metrics, groups, now);
  metrics.addMetric(StuckMetric.open, MetricUnit.Count, sum('open'));
  metrics.addMetric(StuckMetric.deadlineWarn, MetricUnit.Count, sum('atRisk'));
  metrics.addMetric(StuckMetric.deadlinePage, MetricUnit.Count, sum('urgent'));
  metrics.addMetric(StuckMetric.deadlineBreached, MetricUnit.Count, sum('breached'));
  metrics.addMetric(StuckMetric.incidents, MetricUnit.Count, run.incidents);
  metrics.addMetric(StuckMetric.notified, MetricUnit.Count, run.sent);
  metrics.addMetric(StuckMetric.unsent, MetricUnit.Count, run.failed);
  metrics.addMetric(StuckMetric.heldBack, MetricUnit.Count, run.heldBack ? 1 : 0);
  metrics.addMetric(StuckMetric.heartbeat, MetricUnit.Count, 1);
}

function addStuck(metrics: Metrics, groups: readonly StuckGroup[], now: Date): void {
  const stuck = groups.reduce((total, { count }) => total + count, 0);
  const oldest = Math.max(
    0,
    ...groups.map(({ oldestSince }) => (now.getTime() - oldestSince.getTime()) / 1_000),
  );
  metrics.addMetric(StuckMetric.stuck, MetricUnit.Count, stuck);
  metrics.addMetric(StuckMetric.oldestAge, MetricUnit.Seconds, Math.floor(oldest));
}
