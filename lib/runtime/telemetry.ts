import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DatabaseError } from '../data-access/database-error.ts';
import type { NamedInMetrics } from '../data-access/named-in-metrics.ts';
import { METRIC_NAMESPACE, UNMEASURED } from './metric-names.ts';

/** The structured logger of a flow. Never hand it a message body, metadata or an error text: they may hold PHI. */
export function openLogger(flow: string): Logger {
  return new Logger({ serviceName: `pagw-${flow}` });
}

/** What may be logged of a failure: never the error's own text, which may quote what was sent or stored. */
export function reasonOf(failure: unknown): { error: string; kind?: string; sqlState?: string | undefined } {
  if (failure instanceof DatabaseError)
    return { error: failure.name, kind: failure.kind, sqlState: failure.sqlState };
  return { error: failure instanceof Error ? failure.name : 'unknown' };
}

/**
 * The EMF metrics of a flow, published as one log line when the handler's middleware flushes them. A tracker with a name prefix has a
 * namespace of its own.
 */
export function openMetrics(flow: string): Metrics {
  const { POWERTOOLS_METRICS_NAMESPACE: namespace = METRIC_NAMESPACE } = process.env;
  return new Metrics({ namespace, serviceName: `pagw-${flow}` });
}

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

/**
 * Publishes a flow's measurements by tenant, by stage and in all, each name a record of its own; never the product of both,
 * which is a metric for each pair. Rows of one name are added together.
 */
export function addByName<Row extends NamedInMetrics>(
  metrics: Metrics,
  rows: readonly Row[],
  add: (rows: readonly Row[]) => void,
): void {
  // What was added before must not go out under somebody's name.
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  for (const dimension of ['tenant', 'stage'] as const) {
    const ofDimension = rows.filter((row) => row.dimension === dimension);
    for (const [name, named] of Map.groupBy(ofDimension, (row) => dimensionValue(String(row.name)))) {
      metrics.addDimension(dimension, name);
      add(named);
      metrics.publishStoredMetrics();
    }
  }
  add(rows.filter((row) => row.dimension === null));
  metrics.publishStoredMetrics();
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const LONGEST_VALUE = 1_024;

/**
 * A name as CloudWatch keeps it: ASCII without control characters, not blank, with no colon at its beginning. What breaks
 * this is dropped there without a word; here it is written as in an address, `z%C3%BCrich`, and so is a percent sign, so
 * that no two names become one. A name of 64 characters always fits.
 */
export function dimensionValue(name: string): string {
  const text = name
    .toWellFormed()
    .replace(/[^\x20-\x7e]|%|^:|^ +$/gu, encodeURIComponent)
    .slice(0, LONGEST_VALUE);
  return text === '' ? '%' : text;
}
