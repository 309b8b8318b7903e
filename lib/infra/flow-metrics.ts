import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CLOCK_SKEW, METRIC_NAMESPACE } from '../runtime/metric-names.ts';
import { type NamePrefix, trackerName } from './stages.ts';

/** Where the metrics of a tracker are. */
export function metricNamespaceOf(settings: NamePrefix): string {
  return trackerName(settings, METRIC_NAMESPACE);
}

/** A metric that a flow's handler writes to its log as EMF. Powertools adds the one dimension, `service`. */
export function flowMetric(
  settings: NamePrefix,
  flow: string,
  metricName: string,
  statistic: string,
  period: Duration,
): Metric {
  return new Metric({
    namespace: metricNamespaceOf(settings),
    metricName,
    dimensionsMap: { service: `pagw-${flow}` },
    statistic,
    period,
  });
}

/** By how many seconds the clock of any flow's machine differs from the database's; silent while none does by a minute. */
export function clockSkewMetric(settings: NamePrefix, period: Duration): MathExpression {
  const flows = { ingest: 'ingest', retry: 'retry', stuckAlarm: 'stuck-alarm', maintain: 'maintain' };
  return new MathExpression({
    expression: `MAX([${Object.keys(flows).join(', ')}])`,
    usingMetrics: Object.fromEntries(
      Object.entries(flows).map(([id, flow]) => [
        id,
        flowMetric(settings, flow, CLOCK_SKEW, 'Maximum', period),
      ]),
    ),
    label: CLOCK_SKEW,
    period,
  });
}
