import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { FifoQueue } from './fifo-queue.ts';
import type { RulesLayer } from './rules-layer.ts';
import { ScheduledFlow } from './scheduled-flow.ts';
import { StageQueues } from './stage-queues.ts';
import type { StageRules } from './stage-rules.ts';
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
