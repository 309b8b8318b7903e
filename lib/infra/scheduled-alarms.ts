import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { durationText } from '../domain/words.ts';
import { MaintainMetric, RetryMetric, StuckMetric } from '../runtime/metric-names.ts';
import type { AlarmDefinition, Severity } from './alarm-definition.ts';
import { flowMetric } from './flow-metrics.ts';
import type { ScheduledFlow } from './scheduled-flow.ts';
import type { StageSettings } from './stages.ts';

/** A flow that stopped, and runs of it that were set aside. */
function lifeSigns(flow: string, severity: Severity, scheduled: ScheduledFlow): AlarmDefinition[] {
  const heartbeat = `${flow}-heartbeat`;
  return [
    {
      name: heartbeat,
      severity,
      says: `The ${flow} flow has not ended a run well for longer than it may.`,
      metric: scheduled.metricHeartbeat(),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      silence: 'breaching',
    },
    {
      name: `${flow}-dead-letters`,
      severity: 'ticket',
      says: `A run of the ${flow} flow failed and was set aside.`,
      metric: scheduled.metricDeadLetters(),
      threshold: 1,
      silence: { watchedBy: heartbeat },
    },
  ];
}

/** What says that retries do not go out. */
export function retryAlarms(scheduled: ScheduledFlow, settings: StageSettings): AlarmDefinition[] {
  const silence = { watchedBy: 'retry-heartbeat' };
  const period = Duration.minutes(Math.max(5, settings.everyMinutes.retry));
  const { retryOverdueSeconds } = settings.thresholds;
  return [
    ...lifeSigns('retry', 'page', scheduled),
    {
      name: 'retry-overdue',
      severity: 'ticket',
      says: `A retry has been due for more than ${durationText(retryOverdueSeconds * 1_000)}.`,
      metric: flowMetric(settings, 'retry', RetryMetric.oldestDueAge, 'Maximum', period),
      threshold: retryOverdueSeconds,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      silence,
    },
    {
      name: 'retries-exhausted',
      severity: 'ticket',
      says: 'A stage has used up its attempts: somebody has to decide.',
      metric: flowMetric(settings, 'retry', RetryMetric.exhausted, 'Maximum', period),
      threshold: 1,
      silence,
    },
  ];
}

/** What says that requests make no progress. */
export function stuckAlarms(scheduled: ScheduledFlow, settings: StageSettings): AlarmDefinition[] {
  const silence = { watchedBy: 'stuck-alarm-heartbeat' };
  const period = Duration.minutes(Math.max(5, settings.everyMinutes.stuckAlarm));
  const stuckMetric = (name: string) => flowMetric(settings, 'stuck-alarm', name, 'Maximum', period);
  const atLeastOne = { threshold: 1, silence };
  return [
    ...lifeSigns('stuck-alarm', 'page', scheduled),
    {
      name: 'requests-stuck',
      severity: 'page',
      says: 'Requests are past the limit of their stage without progress.',
      metric: stuckMetric(StuckMetric.stuck),
      periods: [3, 2],
      ...atLeastOne,
    },
    {
      name: 'stuck-held-back',
      severity: 'page',
      says: 'Ingest has been more than 5 minutes behind for 15: stuck requests are not notified, or wrongly.',
      metric: stuckMetric(StuckMetric.lagging),
      threshold: 900,
      silence,
    },
    ...(settings.events?.bus === undefined
      ? []
      : [
          {
            name: 'events-waiting',
            severity: 'ticket' as const,
            says: 'The event bus has not taken an event for 15 minutes: others are notified late.',
            metric: stuckMetric(StuckMetric.outgoingAge),
            threshold: 900,
            silence,
          },
        ]),
    {
      name: 'deadline-warn',
      severity: 'ticket',
      says: 'A request has used up 75 % of its time to a decision.',
      metric: stuckMetric(StuckMetric.deadlineWarn),
      ...atLeastOne,
    },
    {
      name: 'deadline-page',
      severity: 'page',
      says: 'A request has used up 90 % of its time to a decision.',
      metric: stuckMetric(StuckMetric.deadlinePage),
      ...atLeastOne,
    },
    {
      name: 'deadline-breached',
      severity: 'page',
      says: 'A request has had no decision within its time.',
      metric: stuckMetric(StuckMetric.deadlineBreached),
      ...atLeastOne,
    },
  ];
}

/** What says that the database is not kept in shape. */
export function maintainAlarms(scheduled: ScheduledFlow, settings: StageSettings): AlarmDefinition[] {
  return [
    ...lifeSigns('maintain', 'ticket', scheduled),
    {
      name: 'duplicate-sequences',
      severity: 'page',
      says: 'Two events of one request share a sequence number, which the database should have refused.',
      metric: flowMetric(
        settings,
        'maintain',
        MaintainMetric.duplicateSequences,
        'Maximum',
        Duration.hours(1),
      ),
      threshold: 1,
      silence: { watchedBy: 'maintain-heartbeat' },
    },
    {
      name: 'archive-failed',
      severity: 'ticket',
      says: 'Old history could not be compacted or archived: it stays in the database.',
      metric: flowMetric(settings, 'maintain', MaintainMetric.archiveFailures, 'Maximum', Duration.hours(1)),
      threshold: 1,
      silence: { watchedBy: 'maintain-heartbeat' },
    },
  ];
}
