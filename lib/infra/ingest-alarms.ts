import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { IngestMetric } from '../runtime/metric-names.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { flowMetric } from './flow-metrics.ts';
import type { IngestFlow } from './ingest-flow.ts';
import type { StageSettings } from './stages.ts';

/** What says that events do not arrive in the database. */
export function ingestAlarms(
  { ingest }: IngestFlow,
  events: FifoQueue,
  retries: FifoQueue,
  { thresholds }: StageSettings,
): AlarmDefinition[] {
  const silence = { watchedBy: 'ingest-heartbeat' };
  const fifteenMinutes = Duration.minutes(15);
  return [
    {
      name: 'ingest-heartbeat',
      severity: 'page',
      says: 'Events wait in the queue and ingest has not run well for 15 minutes.',
      metric: new MathExpression({
        expression: 'IF(FILL(waiting, 0) > 0 AND FILL(invocations, 0) - FILL(errors, 0) < 1, 1, 0)',
        usingMetrics: {
          waiting: events.queue.metricApproximateNumberOfMessagesVisible({
            statistic: 'Minimum',
            period: fifteenMinutes,
          }),
          invocations: ingest.function.metricInvocations({ statistic: 'Sum', period: fifteenMinutes }),
          errors: ingest.function.metricErrors({ statistic: 'Sum', period: fifteenMinutes }),
        },
        label: 'Events wait, nobody reads',
        period: fifteenMinutes,
      }),
      threshold: 1,
      silence: 'breaching',
    },
    {
      name: 'ingest-age',
      severity: 'page',
      says: `The oldest event has waited more than ${thresholds.ingestAgeSeconds} s: timelines are behind.`,
      metric: events.metricAge(),
      threshold: thresholds.ingestAgeSeconds,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      periods: [3, 2],
      silence,
    },
    {
      name: 'events-dead-letters',
      severity: 'page',
      says: 'An event could not be stored after every delivery.',
      metric: events.metricDeadLetters(),
      threshold: 1,
      silence,
    },
    {
      name: 'retries-dead-letters',
      severity: 'ticket',
      says: 'A stage service gave up on a retry command.',
      metric: retries.metricDeadLetters(),
      threshold: 1,
      silence,
    },
    {
      name: 'rejected-messages',
      severity: 'ticket',
      says: `More than ${thresholds.rejectedMessages} messages were refused in 15 minutes.`,
      metric: flowMetric('ingest', IngestMetric.rejected, 'Sum', fifteenMinutes),
      threshold: thresholds.rejectedMessages,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      silence,
    },
  ];
}
