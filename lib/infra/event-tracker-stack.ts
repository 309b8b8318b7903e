import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LONGEST_REST_SECONDS, MOST_DELIVERIES } from '../runtime/redelivery.ts';
import { acknowledge } from './acknowledge.ts';
import { CanaryFlow } from './canary-flow.ts';
import { databaseAlarms } from './database-alarms.ts';
import { DatabaseProtection } from './database-protection.ts';
import type { EventTrackerDataStack } from './event-tracker-data-stack.ts';
import { FifoQueue } from './fifo-queue.ts';
import { metricNamespaceOf } from './flow-metrics.ts';
import { ingestAlarms } from './ingest-alarms.ts';
import { IngestFlow } from './ingest-flow.ts';
import { MigrateFlow } from './migrate-flow.ts';
import { letOthersUseQueue } from './other-accounts.ts';
import { PeoplePolicies } from './people-policies.ts';
import { RotateFlow } from './rotate-flow.ts';
import { RulesLayer } from './rules-layer.ts';
import { ScheduledFlows } from './scheduled-flows.ts';
import { ruleOutputs } from './stage-rules.ts';
import { type StageSettings, trackerName } from './stages.ts';
import { AlarmTopics, TrackerAlarms } from './tracker-alarms.ts';
import { SavedQueries, TrackerDashboard } from './tracker-dashboard.ts';
import { PrivateNetwork } from './tracker-network.ts';
import { WidgetFlow } from './widget-flow.ts';

export interface EventTrackerStackProps extends StackProps {
  readonly settings: StageSettings;
  /** What the flows work on. */
  readonly data: EventTrackerDataStack;
}

const KEY_OF_THE_OTHER_STACK =
  'The key is imported from the stack that holds it, which the rule does not take for a key; the tests of the template do.';

/** What runs: wires the flows in the order the data takes. Nothing here is worth keeping but what waits in a queue. */
export class EventTrackerStack extends Stack {
  readonly events: FifoQueue;
  readonly retries: FifoQueue;

  constructor(scope: Construct, id: string, props: EventTrackerStackProps) {
    super(scope, id, props);
    const { settings, data } = props;
    const { database, buckets } = data;
    const shared = {
      logs: data.logs,
      metricNamespace: metricNamespaceOf(settings),
      ...(settings.privateMode === true && database.network !== undefined
        ? {
            network: new PrivateNetwork(this, 'Private', {
              network: database.network,
              callsEvents: settings.events?.bus !== undefined,
            }),
          }
        : {}),
    };
    const messagesKey = data.keys.messages;
    acknowledge(this, {
      'cdk-validator-cfnguard::cloudwatch_log_group_encrypted_check': KEY_OF_THE_OTHER_STACK,
      'cdk-validator-cfnguard::sqs_queue_encrypted_check': KEY_OF_THE_OTHER_STACK,
    });

    const events = new FifoQueue(this, 'Events', {
      name: trackerName(settings, 'pagw-events'),
      key: messagesKey,
      visibilityTimeout: Duration.seconds(LONGEST_REST_SECONDS),
      maxReceiveCount: MOST_DELIVERIES,
    });
    const retries = new FifoQueue(this, 'Retries', {
      name: trackerName(settings, 'pagw-retries'),
      key: messagesKey,
      visibilityTimeout: Duration.minutes(15),
    });
    this.events = events;
    this.retries = retries;
    const { producers, retryConsumers } = settings;
    if (producers !== undefined) letOthersUseQueue(events, messagesKey, 'producers', producers);
    if (retryConsumers !== undefined)
      letOthersUseQueue(retries, messagesKey, 'retryConsumers', retryConsumers);
    const rules = new RulesLayer(this, 'Rules', settings.rules);
    const { schema, admit } = new MigrateFlow(this, 'Migrate', {
      database,
      shared,
      rules,
      readerTenants: settings.readerTenants,
    });
    const rotation = new RotateFlow(this, 'Rotate', { database, shared, schema, admit });

    const ingest = new IngestFlow(this, 'Ingest', {
      events,
      database,
      buckets,
      shared,
      rules,
      concurrency: settings.concurrency.ingest,
      ...reserve(settings.reservedConcurrency?.ingest),
    });
    ingest.source.node.addDependency(rotation.passwords);

    const canary =
      settings.everyMinutes.canary === 'off'
        ? undefined
        : new CanaryFlow(this, 'Canary', {
            settings,
            events,
            everyMinutes: settings.everyMinutes.canary,
            withinSeconds: settings.thresholds.canarySeconds,
          });

    const topics = new AlarmTopics(this, 'Topics', { key: messagesKey, settings });
    const wiring = { settings, rules, database, events, retries, buckets, topics, messagesKey, shared };
    const scheduled = new ScheduledFlows(this, 'Scheduled', { ...wiring, schema: rotation.passwords });
    const { widgetTenant: tenant } = settings;
    const widget =
      tenant === undefined
        ? undefined
        : new WidgetFlow(this, 'Widget', {
            database,
            shared,
            rules,
            tenant,
            ...reserve(settings.reservedConcurrency?.scheduled),
          });
    const widgets = widget === undefined ? [] : [widget.widget];
    // New code comes after the schema that it was written for.
    for (const { function: code } of [
      ingest.ingest,
      ...scheduled.flows.map(({ run }) => run),
      ...widgets,
      rotation.rotate,
    ])
      code.node.addDependency(schema);
    const protection =
      database.ownCluster === database.cluster
        ? new DatabaseProtection(this, 'Protection', { database, messagesKey })
        : undefined;

    const { alarms } = new TrackerAlarms(this, 'Alarms', {
      definitions: [
        ...ingestAlarms(events, retries, settings),
        ...(canary?.alarms ?? []),
        ...scheduled.alarms,
        ...databaseAlarms(database, settings),
        ...rotation.alarms,
        ...(protection?.alarms ?? []),
      ],
      topics,
      settings,
    });
    new TrackerDashboard(this, 'Dashboard', { settings, alarms, ingest, events, database, widget, canary });
    new SavedQueries(this, 'Queries', {
      settings,
      logGroups: [ingest.ingest, ...scheduled.flows.map(({ run }) => run), ...widgets, rotation.rotate].map(
        ({ logGroup }) => logGroup,
      ),
    });

    const people = new PeoplePolicies(this, 'People', {
      database,
      events,
      buckets,
      messagesKeyArn: messagesKey.keyArn,
      dataKeyArn: data.keys.data.keyArn,
    });

    this.output('LookPolicyName', people.look.managedPolicyName, 'Policy of people who look');
    this.output('OperatePolicyName', people.operate.managedPolicyName, 'Policy of people who look and act');
    this.output('ClusterArn', database.clusterArn, 'Aurora cluster, for the RDS Data API');
    this.output('DatabaseName', database.databaseName, 'Database in the cluster');
    this.output('OwnerSecretArn', database.secret('owner').secretArn, 'Login for migrations');
    this.output('WriterSecretArn', database.secret('writer').secretArn, 'Login of the flows');
    this.output('OperatorSecretArn', database.secret('operator').secretArn, 'Login for what is done by hand');
    this.output('ReaderSecretArn', database.secret('reader').secretArn, 'Login for reading');
    this.output('EventsQueueUrl', events.queue.queueUrl, 'Where producers send events');
    this.output('EventsDeadLetterQueueUrl', events.deadLetters.queueUrl, 'Events that could not be stored');
    this.output('RetriesQueueUrl', retries.queue.queueUrl, 'Where stage services find retry commands');
    this.output('QuarantineBucketName', buckets.quarantine.bucketName, 'Bodies of refused messages');
    this.output('ArchiveBucketName', buckets.archive.bucketName, 'Archived history');
    this.output('MessagesKeyArn', messagesKey.keyArn, 'Key of the queues, for the policy of whoever sends');
    const { retryPolicy, phiGuard, decisionPolicy, stuckLimits } = settings.rules;
    for (const [name, value] of ruleOutputs('RetryPolicy', retryPolicy))
      this.output(name, value, 'Retry policy; {} is built in');
    for (const [name, value] of ruleOutputs('PhiGuard', phiGuard))
      this.output(name, value, 'PHI guard settings; {} is built in');
    for (const [name, value] of ruleOutputs('DecisionPolicy', decisionPolicy))
      this.output(name, value, 'Decision policies; {} is built in');
    for (const [name, value] of ruleOutputs('StuckLimits', stuckLimits))
      this.output(name, value, 'Limits of stages; {} is built in');
    this.output('NotificationsTopicArn', topics.notifications.topicArn, 'Every alarm and incident');
    this.output('PagesTopicArn', topics.pages.topicArn, 'What wakes somebody');
  }

  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}

function reserve(executions: number | undefined): { reservedConcurrentExecutions?: number } {
  return executions === undefined ? {} : { reservedConcurrentExecutions: executions };
}
