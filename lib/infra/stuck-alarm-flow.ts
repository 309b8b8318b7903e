import { Duration, Stack } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { FifoQueue } from './fifo-queue.ts';
import type { RulesLayer } from './rules-layer.ts';
import { ScheduledFlow } from './scheduled-flow.ts';
import type { AlarmTopics } from './tracker-alarms.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import type { SharedByFunctions } from './tracker-function.ts';

export interface StuckAlarmFlowProps {
  readonly database: TrackerDatabase;
  /** Its lag shows whether requests are stuck or the tracker is late. */
  readonly events: FifoQueue;
  readonly topics: AlarmTopics;
  readonly messagesKey: Key;
  readonly shared: SharedByFunctions;
  readonly runbookUrl: string;
  readonly rules: RulesLayer;
  readonly every: Duration;
  /** @default events are put on no bus */
  readonly busArn?: string;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
}

/** Open requests without progress → incidents, metrics, notifications. */
export class StuckAlarmFlow extends Construct {
  readonly flow: ScheduledFlow;

  constructor(scope: Construct, id: string, props: StuckAlarmFlowProps) {
    super(scope, id);
    const { events, topics } = props;
    this.flow = new ScheduledFlow(this, 'StuckAlarm', {
      ...props,
      flow: 'stuck-alarm',
      description: 'Finds PAGW requests without progress and notifies on-call',
      timeout: Duration.minutes(2),
      environment: {
        EVENTS_QUEUE_URL: events.queue.queueUrl,
        TOPIC_ARN: topics.notifications.topicArn,
        RUNBOOK_URL: props.runbookUrl,
        STACK_NAME: Stack.of(this).stackName,
        ...(props.busArn === undefined ? {} : { EVENT_BUS: props.busArn }),
      },
    });
    props.rules.serve(this.flow.run);
    this.flow.run.useDatabase(props.database, 'writer');
    this.flow.run.allow(['sqs:GetQueueAttributes'], events.queue.queueArn);
    topics.grantNotify(this.flow.run);
    if (props.busArn !== undefined) this.flow.run.allow(['events:PutEvents'], props.busArn);
  }
}
