import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  type QueueProps,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface FifoQueueProps {
  /** Without `.fifo`. The dead-letter queue is `<name>-dlq`. */
  readonly name: string;
  readonly key: Key;
  /** At least six times the timeout of the function that reads it. */
  readonly visibilityTimeout: Duration;
  /**
   * Deliveries before a message is set aside.
   * @default 10
   */
  readonly maxReceiveCount?: number;
}

/** A high-throughput FIFO queue with its dead-letter queue, both encrypted with the customer's key, TLS only. */
export class FifoQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: FifoQueueProps) {
    super(scope, id);
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
    this.deadLetters = new Queue(this, 'DeadLetters', { ...shared, queueName: `${props.name}-dlq.fifo` });
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      queueName: `${props.name}.fifo`,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceiveCount ?? 10 },
    });
  }

  /** Lets a producer send: the queue and the key that encrypts it. */
  grantSend(grantee: IGrantable): void {
    this.queue.grantSendMessages(grantee);
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
}
