import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { WatchedCount } from '../../data-access/stuck-alarm.ts';
import { StuckMetric } from '../../runtime/metric-names.ts';
import { addByName } from '../../runtime/metrics.ts';
import type { PutCounts } from './put-events.ts';
import type { StuckAlarmRun } from './run-stuck-alarm.ts';

/** Reports what is open and stuck, in all, by tenant and by stage; nothing is stuck while verdicts are held back. */
export function addWatchedMetrics(
  metrics: Metrics,
  watched: readonly WatchedCount[],
  heldBack: boolean,
  now: Date,
): void {
  const shown = heldBack ? watched.filter(({ dimension }) => dimension !== 'stage') : watched;
  addByName(metrics, shown, (rows) => {
    const sum = (count: 'open' | 'stuck' | 'atRisk' | 'urgent' | 'breached') =>
      rows.reduce((total, row) => total + row[count], 0);
    const [{ dimension } = { dimension: null }] = rows;
    metrics.addMetric(StuckMetric.stuck, MetricUnit.Count, heldBack ? 0 : sum('stuck'));
    if (dimension !== null) {
      const ages = rows.map(({ oldestSince }) => (now.getTime() - (oldestSince ?? now).getTime()) / 1_000);
      const oldest = heldBack ? 0 : Math.floor(Math.max(0, ...ages));
      metrics.addMetric(StuckMetric.oldestAge, MetricUnit.Seconds, oldest);
      if (dimension === 'tenant') metrics.addMetric(StuckMetric.open, MetricUnit.Count, sum('open'));
      return;
    }
    metrics.addMetric(StuckMetric.deadlineWarn, MetricUnit.Count, sum('atRisk'));
    metrics.addMetric(StuckMetric.deadlinePage, MetricUnit.Count, sum('urgent'));
    metrics.addMetric(StuckMetric.deadlineBreached, MetricUnit.Count, sum('breached'));
  });
}

/** Reports what a run did. */
export function addStuckMetrics(metrics: Metrics, run: StuckAlarmRun, now: Date): void {
  metrics.addMetric(StuckMetric.incidents, MetricUnit.Count, run.incidents);
  metrics.addMetric(StuckMetric.unsent, MetricUnit.Count, run.failed);
  const laggingMs = now.getTime() - (run.laggingSince ?? now).getTime();
  metrics.addMetric(StuckMetric.lagging, MetricUnit.Seconds, laggingMs / 1_000);
}

/** Reports how long the event bus lets the oldest event wait; only where there is one. */
export function addOutgoingMetric(metrics: Metrics, { waitingSeconds }: PutCounts): void {
  metrics.addMetric(StuckMetric.outgoingAge, MetricUnit.Seconds, waitingSeconds);
}
