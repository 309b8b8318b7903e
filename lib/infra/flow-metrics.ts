import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE } from '../runtime/metric-names.ts';

/** A metric that a flow's handler writes to its log as EMF. Powertools adds the one dimension, `service`. */
export function flowMetric(flow: string, metricName: string, statistic: string, period: Duration): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { service: `pagw-${flow}` },
    statistic,
    period,
  });
}
