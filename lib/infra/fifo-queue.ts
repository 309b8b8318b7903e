import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  type QueueProps,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { allowKey } from './encryption-keys.ts';

export interface FifoQueueProps {
  /** Without `.fifo`. The dead-letter queue is `<name>-dlq`. */
  readonly name: string;
  readonly key: Key;
  /** At least six times the timeout of the function that reads it. */
  readonly visibilityTimeout: Duration;
  /**
   * Deliveries before a message is set aside; SQS takes up to 1,000.
   * @default 10
   */
  readonly maxReceiveCount?: number;
}

/** A high-throughput FIFO queue with its dead-letter queue, both encrypted with the customer's key, TLS only. */
export class FifoQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: FifoQueueProps) {
    super(scope, id);
    this.#key = props.key;
    const shared: QueueProps = {
      fifo: true,
      // Both are needed: with either alone a queue stays at 300 calls a second.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...shared,
      queueName: `${props.name}-dlq.fifo`,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        // By name, because each of the two would otherwise wait for the other's ARN.
        sourceQueues: [Queue.fromQueueArn(this, 'Source', this.arnOf(`${props.name}.fifo`))],
      },
    });
    acknowledge(this.deadLetters, {
      'Serverless-SQSRedrivePolicy': 'This is the dead-letter queue; an alarm watches it.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      queueName: `${props.name}.fifo`,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceiveCount ?? 10 },
    });
  }

  /** Lets a producer send: the queue and the key that encrypts it. */
  grantSend(grantee: IGrantable): void {
    this.allow(grantee, ['sqs:SendMessage']);
    // Decrypt as well: SQS reuses a data key for five minutes and has to open it again.
    allowKey(grantee, this.#key, ['kms:GenerateDataKey', 'kms:Decrypt']);
  }

  /** Lets a function that reads the queue receive, delete, and put off what cannot be done yet; Lambda polls in its name. */
  grantReceive(grantee: IGrantable): void {
    this.allow(grantee, [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ]);
    allowKey(grantee, this.#key, ['kms:Decrypt']);
  }

  /** Messages set aside, at worst within the period. */
  metricDeadLetters(): IMetric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: 'Maximum',
      period: Duration.minutes(1),
    });
  }

  /** Seconds the oldest message has waited. */
  metricAge(): IMetric {
    return this.queue.metricApproximateAgeOfOldestMessage({
      statistic: 'Maximum',
      period: Duration.minutes(1),
    });
  }

  /** @throws Error in one sentence when the grantee takes no policy of this app, and nothing would come of it */
  private allow({ grantPrincipal }: IGrantable, actions: string[]): void {
    const statement = new PolicyStatement({ actions, resources: [this.queue.queueArn] });
    const { account } = Stack.of(this);
    const { principalAccount: its = account } = grantPrincipal;
    // The CDK says of a role of another account that it took the statement.
    const isElsewhere = its !== account && !Token.isUnresolved(its) && !Token.isUnresolved(account);
    if (isElsewhere || !grantPrincipal.addToPrincipalPolicy(statement).statementAdded)
      throw new Error(
        `${JSON.stringify(grantPrincipal.policyFragment.principalJson)} takes no policy of this app, as no role of another account does: name it in the setting 'producers', or 'retryConsumers'.`,
      );
  }

  private arnOf(queueName: string): string {
    return Stack.of(this).formatArn({ service: 'sqs', resource: queueName });
  }
}
