import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE } from './metric-names.ts';

/** The EMF metrics of a flow, published as one log line when the handler's middleware flushes them. */
export function openMetrics(flow: string): Metrics {
  return new Metrics({ namespace: METRIC_NAMESPACE, serviceName: `pagw-${flow}` });
}
