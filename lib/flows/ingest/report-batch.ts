import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EventLogForm } from '../../runtime/env.ts';
import { IngestMetric } from '../../runtime/metric-names.ts';
import type { EventLine, IngestResult } from './ingest-messages.ts';

/** Lines stay far below what CloudWatch Logs takes of one: an event is 250 bytes at most. */
const EVENTS_OF_A_LINE = 500;

/** Logs what became of a batch's events. */
export function logEvents(logger: Logger, form: EventLogForm, lines: readonly EventLine[]): void {
  if (form === 'batch') {
    for (let from = 0; from < lines.length; from += EVENTS_OF_A_LINE)
      logger.info('events', { events: lines.slice(from, from + EVENTS_OF_A_LINE) });
    return;
  }
  for (const line of lines)
    if (form === 'every' || line.outcome === 'REJECTED') logger.info('event', { ...line });
}

const COUNTS = ['recorded', 'duplicate', 'rejected', 'unknownType', 'unclear'] as const;

/** Reports what became of a batch's events. */
export function addIngestMetrics(metrics: Metrics, result: IngestResult, now: Date): void {
  for (const count of COUNTS) metrics.addMetric(IngestMetric[count], MetricUnit.Count, result[count]);
  const unbelieved = [...result.unbelieved.values()].reduce((sum, times) => sum + times, 0);
  metrics.addMetric(IngestMetric.unbelieved, MetricUnit.Count, unbelieved);
  for (const sentAt of result.canaries)
    metrics.addMetric(IngestMetric.canary, MetricUnit.Seconds, (now.getTime() - sentAt.getTime()) / 1_000);
}
