import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { UNMEASURED } from './metric-names.ts';

/** Measures once the work is done, and never fails it: what could not be measured is a warning and a metric. */
export async function tryToMeasure(
  { logger, metrics }: { logger: Logger; metrics: Metrics },
  measure: () => Promise<void>,
): Promise<void> {
  try {
    await measure();
    metrics.addMetric(UNMEASURED, MetricUnit.Count, 0);
  } catch (error) {
    logger.warn('not measured', { error: error instanceof Error ? error.name : 'unknown' });
    metrics.addMetric(UNMEASURED, MetricUnit.Count, 1);
  }
}
