import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { canaryMessage, canaryRequest } from '../domain/canary.ts';
import { durationText } from '../domain/words.ts';
import { IngestMetric } from '../runtime/metric-names.ts';
import { acknowledge } from './acknowledge.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { flowMetric } from './flow-metrics.ts';
import type { NamePrefix } from './stages.ts';

export interface CanaryFlowProps {
  readonly settings: NamePrefix;
  readonly events: FifoQueue;
  readonly everyMinutes: number;
  /** How long one may take from the queue to its timeline. */
  readonly withinSeconds: number;
}

/**
 * A canary on the events queue every few minutes, and the alarm for when none arrives. The scheduler itself sends it, as any
 * producer would: no function has to run for it, and its role may do nothing else.
 */
export class CanaryFlow extends Construct {
  readonly alarms: AlarmDefinition[];

  constructor(
    scope: Construct,
    id: string,
    { settings, events, everyMinutes, withinSeconds }: CanaryFlowProps,
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
      description: 'Sends the canary of the PAGW event tracker',
    });
    events.grantSend(role);
    new Schedule(this, 'Schedule', {
      description: 'Sends the canary of the PAGW event tracker',
      schedule: ScheduleExpression.rate(Duration.minutes(everyMinutes)),
      target: new Universal({
        service: 'sqs',
        action: 'sendMessage',
        role,
        policyStatements: [
          new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [events.queue.queueArn] }),
        ],
        // The scheduler puts the id of the run in its place ("Adding context attributes in EventBridge Scheduler").
        input: ScheduleTargetInput.fromObject({
          QueueUrl: events.queue.queueUrl,
          MessageGroupId: canaryRequest(ContextAttribute.executionId),
          MessageDeduplicationId: ContextAttribute.executionId,
          MessageBody: JSON.stringify(canaryMessage(ContextAttribute.executionId)),
        }),
        // The next one is on its way.
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
    acknowledge(role, {
      'HIPAA+NIST-IAMNoInlinePolicy':
        'The role serves one schedule, so its rights are read and changed with it.',
    });
    const period = Duration.minutes(everyMinutes);
    this.alarms = [
      {
        name: 'canary-heartbeat',
        severity: 'page',
        says: `In ${3 * everyMinutes} minutes no canary came from the queue into its timeline within ${durationText(withinSeconds * 1_000)}.`,
        metric: flowMetric(settings, 'ingest', IngestMetric.canary, 'Minimum', period),
        threshold: withinSeconds,
        periods: [3, 3],
        silence: 'breaching',
      },
    ];
  }
}
