import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct, type IDependable } from 'constructs';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { FifoQueue } from './fifo-queue.ts';
import { MaintainFlow } from './maintain-flow.ts';
import { RetryFlow } from './retry-flow.ts';
import type { RulesLayer } from './rules-layer.ts';
import { maintainAlarms, retryAlarms, stuckAlarms } from './scheduled-alarms.ts';
import type { ScheduledFlow } from './scheduled-flow.ts';
import type { StageSettings } from './stages.ts';
import { StuckAlarmFlow } from './stuck-alarm-flow.ts';
import type { AlarmTopics } from './tracker-alarms.ts';
import type { TrackerBuckets } from './tracker-buckets.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import type { SharedByFunctions } from './tracker-function.ts';

export interface ScheduledFlowsProps {
  readonly settings: StageSettings;
  readonly rules: RulesLayer;
  readonly database: TrackerDatabase;
  readonly events: FifoQueue;
  readonly retries: FifoQueue;
  readonly buckets: TrackerBuckets;
  readonly topics: AlarmTopics;
  readonly messagesKey: Key;
  readonly shared: SharedByFunctions;
  /** No schedule starts before it. */
  readonly schema: IDependable;
}

/** The flows that run by the clock, in the order the data takes. */
export class ScheduledFlows extends Construct {
  readonly flows: ScheduledFlow[];
  readonly alarms: AlarmDefinition[];

  constructor(scope: Construct, id: string, props: ScheduledFlowsProps) {
    super(scope, id);
    const { settings, schema } = props;
    const { everyMinutes } = settings;
    const reserved = settings.reservedConcurrency;
    const shared = {
      ...props,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved.scheduled }),
    };
    const { retryQueues } = settings.rules;
    const { flow: retry } = new RetryFlow(this, 'Retry', {
      ...shared,
      ...(retryQueues === undefined ? {} : { retryQueues }),
      every: Duration.minutes(everyMinutes.retry),
    });
    const { flow: stuckAlarm } = new StuckAlarmFlow(this, 'StuckAlarm', {
      ...shared,
      every: Duration.minutes(everyMinutes.stuckAlarm),
      runbookUrl: settings.runbookUrl,
      ...(settings.events?.bus === undefined ? {} : { busArn: settings.events.bus }),
    });
    const { flow: maintain } = new MaintainFlow(this, 'Maintain', {
      ...props,
      history: settings.history,
      reserved: reserved !== undefined,
    });
    this.flows = [retry, stuckAlarm, maintain];
    this.alarms = [
      ...retryAlarms(retry, settings),
      ...stuckAlarms(stuckAlarm, settings),
      ...maintainAlarms(maintain, settings),
    ];
    for (const { schedule } of this.flows) schedule.node.addDependency(schema);
  }
}
