import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { LogSettings } from './encrypted-log-group.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { ScheduledFlow } from './scheduled-flow.ts';
import { StageQueues } from './stage-queues.ts';
import { ruleVariables, type StageRules } from './stage-rules.ts';
import type { TrackerDatabase } from './tracker-database.ts';

export interface RetryFlowProps {
  readonly database: TrackerDatabase;
  readonly retries: FifoQueue;
  readonly messagesKey: Key;
  readonly logs: LogSettings;
  readonly every: Duration;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
  readonly rules: StageRules;
}

/** Due failures → retry commands to the stages. */
export class RetryFlow extends Construct {
  readonly flow: ScheduledFlow;

  constructor(scope: Construct, id: string, props: RetryFlowProps) {
    super(scope, id);
    const stageQueues = new StageQueues(this, 'StageQueues', props.rules.retryQueues ?? {});
    this.flow = new ScheduledFlow(this, 'Retry', {
      ...props,
      flow: 'retry',
      description: 'Sends retry commands for the PAGW events that are due',
      timeout: Duration.minutes(5),
      environment: {
        RETRY_QUEUE_URL: props.retries.queue.queueUrl,
        ...ruleVariables(props.rules, ['retryPolicy', 'metricTenants']),
        ...stageQueues.variables,
      },
    });
    this.flow.run.useDatabase(props.database, 'writer');
    props.retries.grantSend(this.flow.run);
    stageQueues.grantSend(this.flow.run);
  }
}
