import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { durationText } from '../domain/words.ts';
import { IngestMetric } from '../runtime/metric-names.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { clockSkewMetric, flowMetric } from './flow-metrics.ts';
import type { StageSettings } from './stages.ts';

/** What says that events do not arrive in the database. */
export function ingestAlarms(
  events: FifoQueue,
  retries: FifoQueue,
  settings: StageSettings,
): AlarmDefinition[] {
  const { thresholds, everyMinutes } = settings;
  const silence = { watchedBy: 'ingest-heartbeat' };
  const { queue } = events;
  const minute = Duration.minutes(1);
  const fifteenMinutes = Duration.minutes(15);
  return [
    {
      name: 'ingest-heartbeat',
      severity: 'page',
      says: 'Events have waited for 15 minutes and none was done with: recorded, known already, or set aside.',
      // A batch that fails as a whole is a good invocation to Lambda, so what counts is what leaves the queue.
      metric: new MathExpression({
        expression: 'IF(FILL(waiting, 0) + FILL(taken, 0) > 0 AND FILL(done, 0) < 1, 1, 0)',
        usingMetrics: {
          waiting: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: minute }),
          taken: queue.metricApproximateNumberOfMessagesNotVisible({ statistic: 'Maximum', period: minute }),
          done: queue.metricNumberOfMessagesDeleted({ statistic: 'Sum', period: minute }),
        },
        label: 'Events wait, none is done with',
        period: minute,
      }),
      periods: heartbeatPeriods(everyMinutes.canary),
      threshold: 1,
      silence: 'breaching',
    },
    {
      name: 'ingest-age',
      severity: 'page',
      says: `The oldest event has waited more than ${durationText(thresholds.ingestAgeSeconds * 1_000)}: timelines are behind.`,
      metric: events.metricAge(),
      threshold: thresholds.ingestAgeSeconds,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      periods: [3, 2],
      silence,
    },
    {
      name: 'events-dead-letters',
      severity: 'page',
      says: 'An event could not be recorded in 1,000 deliveries over twelve days.',
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
      metric: flowMetric(settings, 'ingest', IngestMetric.rejected, 'Sum', fifteenMinutes),
      threshold: thresholds.rejectedMessages,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      silence,
    },
    {
      name: 'clock-skew',
      severity: 'ticket',
      says: 'The clock of a function differs from the database’s by more than a minute; the database’s is used.',
      metric: clockSkewMetric(settings, fifteenMinutes),
      threshold: 60,
      silence,
    },
  ];
}

const SILENT_MINUTES = 15;

/** A canary that is done with must not be taken for an event: as many minutes more are evaluated as have one. */
export function heartbeatPeriods(canaryEvery: number | 'off'): [evaluated: number, breaching: number] {
  if (canaryEvery === 'off') return [SILENT_MINUTES, SILENT_MINUTES];
  const withCanary = (minutes: number) => Math.floor(minutes / canaryEvery) + 1;
  let evaluated = SILENT_MINUTES;
  while (evaluated - withCanary(evaluated) < SILENT_MINUTES) evaluated++;
  return [evaluated, SILENT_MINUTES];
}
