import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, wildcardBehind } from './acknowledge.ts';
import { allowKey } from './encryption-keys.ts';
import { TrackerFunction, type TrackerFunctionProps } from './tracker-function.ts';

export interface ScheduledFlowProps extends TrackerFunctionProps {
  readonly every: Duration;
  /** Encrypts the dead-letter queue. */
  readonly messagesKey: Key;
  /** What the handler is given. @default {} */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Silence longer than this alarms, or than three runs where those are further apart. */
const PATIENCE = Duration.minutes(15);

/** A flow that runs by the clock. A missed run is not made up for: the next one finds the same work. */
export class ScheduledFlow extends Construct {
  readonly run: TrackerFunction;
  readonly schedule: Schedule;
  readonly deadLetters: Queue;
  readonly #every: Duration;

  constructor(scope: Construct, id: string, props: ScheduledFlowProps) {
    super(scope, id);
    this.#every = props.every;
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.messagesKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // What comes here comes from Lambda and the scheduler; no queue may redrive into it.
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    this.run = new TrackerFunction(this, 'Run', { ...props, deadLetters: this.deadLetters });
    allowKey(this.run, props.messagesKey, ['kms:GenerateDataKey', 'kms:Decrypt']);
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
      description: `Invokes the ${props.flow} flow of the PAGW event tracker`,
    });
    allowKey(role, props.messagesKey, ['kms:GenerateDataKey', 'kms:Decrypt']);
    this.schedule = new Schedule(this, 'Schedule', {
      description: props.description,
      schedule: ScheduleExpression.rate(props.every),
      target: new LambdaInvoke(this.run.function, {
        role,
        retryAttempts: 2,
        maxEventAge: Duration.minutes(5),
        deadLetterQueue: this.deadLetters,
        input: ScheduleTargetInput.fromObject(props.input ?? {}),
      }),
    });
    acknowledge(this.deadLetters, {
      'cdk-validator-cfnguard::sqs_dlq_check':
        'This is the dead-letter queue of a function and its schedule, and denies every queue to redrive into it.',
      'Serverless-SQSRedrivePolicy': 'This is the dead-letter queue; an alarm watches it.',
    });
    acknowledge(this.run, {
      'Serverless-LambdaAsyncFailureDestination':
        'Failed runs go to the dead-letter queue set on the function itself.',
    });
    acknowledge(role, {
      [wildcardBehind(this.run.function, ':*')]: 'Any version, of this one function.',
      'HIPAA+NIST-IAMNoInlinePolicy':
        'The role serves one schedule, so its rights are read and changed with it.',
    });
  }

  /** Runs that ended well within the patience allowed: below 1 the flow is dead, whatever the reason. */
  metricHeartbeat(): IMetric {
    const period = Duration.minutes(Math.max(PATIENCE.toMinutes(), 3 * this.#every.toMinutes()));
    return new MathExpression({
      // Lambda reports both with every run, so both are missing together; FILL gives nothing for what never had a value.
      expression: 'invocations - errors',
      usingMetrics: {
        invocations: this.run.function.metricInvocations({ statistic: 'Sum', period }),
        errors: this.run.function.metricErrors({ statistic: 'Sum', period }),
      },
      label: 'Runs that ended well',
      period,
    });
  }

  /** Runs set aside. */
  metricDeadLetters(): IMetric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: 'Maximum',
      period: Duration.minutes(1),
    });
  }
}
