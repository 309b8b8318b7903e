import { Duration } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FifoQueue } from './fifo-queue.ts';
import type { RulesLayer } from './rules-layer.ts';
import { ScheduledFlow } from './scheduled-flow.ts';
import type { StageQueue, StageRules } from './stage-rules.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import type { SharedByFunctions } from './tracker-function.ts';

export interface RetryFlowProps {
  readonly database: TrackerDatabase;
  readonly retries: FifoQueue;
  readonly messagesKey: Key;
  readonly shared: SharedByFunctions;
  readonly every: Duration;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
  readonly rules: RulesLayer;
  /** Queues that stages read their commands from instead of the common one. */
  readonly retryQueues?: StageRules['retryQueues'];
}

/** Due failures → retry commands to the stages. */
export class RetryFlow extends Construct {
  readonly flow: ScheduledFlow;

  constructor(scope: Construct, id: string, props: RetryFlowProps) {
    super(scope, id);
    const stageQueues = new StageQueues(this, 'StageQueues', props.retryQueues ?? {});
    this.flow = new ScheduledFlow(this, 'Retry', {
      ...props,
      flow: 'retry',
      description: 'Sends retry commands for the PAGW events that are due',
      timeout: Duration.minutes(5),
      environment: {
        RETRY_QUEUE_URL: props.retries.queue.queueUrl,
        ...stageQueues.variables,
      },
    });
    props.rules.serve(this.flow.run);
    this.flow.run.useDatabase(props.database, 'writer');
    props.retries.grantSend(this.flow.run);
    stageQueues.grantSend(this.flow.run);
  }
}

/** Queues that stages read their retry commands from instead of the common one. They belong to the stages' services. */
class StageQueues extends Construct {
  /** `RETRY_QUEUES`: stage → URL; nothing when no stage has a queue of its own. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #queues: readonly StageQueue[];

  constructor(scope: Construct, id: string, byStage: Readonly<Record<string, StageQueue>>) {
    super(scope, id);
    this.#queues = Object.values(byStage);
    const urls = Object.entries(byStage).map(([stage, { queueArn }]) => [
      stage,
      Queue.fromQueueArn(this, stage, queueArn).queueUrl,
    ]);
    this.variables = urls.length === 0 ? {} : { RETRY_QUEUES: JSON.stringify(Object.fromEntries(urls)) };
  }

  /** Lets the retry flow send to each, and use its key. */
  grantSend({ grantPrincipal }: IGrantable): void {
    const keys = this.#queues.flatMap(({ keyArn }) => (keyArn === undefined ? [] : [keyArn]));
    const grant = (actions: string[], resources: string[]) => {
      if (resources.length === 0) return;
      grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    };
    grant(
      ['sqs:SendMessage'],
      this.#queues.map(({ queueArn }) => queueArn),
    );
    grant(['kms:GenerateDataKey', 'kms:Decrypt'], keys);
  }
}
