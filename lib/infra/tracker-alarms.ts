import { Aws } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type AlarmDefinition, checkHeartbeats, type Severity } from './alarm-definition.ts';
import { allowKey } from './encryption-keys.ts';
import { type NamePrefix, type StageSettings, trackerName } from './stages.ts';

export interface TrackerAlarmsProps {
  readonly definitions: readonly AlarmDefinition[];
  readonly topics: AlarmTopics;
  readonly settings: NamePrefix & Pick<StageSettings, 'runbookUrl'>;
}

/** Every alarm with its runbook link, each a notification of its own, and one composite per severity for a pager. */
export class TrackerAlarms extends Construct {
  readonly alarms: Alarm[];

  constructor(scope: Construct, id: string, props: TrackerAlarmsProps) {
    super(scope, id);
    const { definitions, topics, settings } = props;
    checkHeartbeats(definitions);
    const bySeverity: Record<Severity, Alarm[]> = { page: [], ticket: [] };
    this.alarms = definitions.map((definition) => {
      const alarm = this.alarm(definition, settings);
      alarm.addAlarmAction(new SnsAction(topics.notifications));
      alarm.addOkAction(new SnsAction(topics.notifications));
      bySeverity[definition.severity].push(alarm);
      return alarm;
    });
    const page = this.composite('Page', 'page', bySeverity.page, settings);
    page.addAlarmAction(new SnsAction(topics.pages));
    page.addOkAction(new SnsAction(topics.pages));
    this.composite('Ticket', 'ticket', bySeverity.ticket, settings).addAlarmAction(
      new SnsAction(topics.notifications),
    );
  }

  private alarm(definition: AlarmDefinition, settings: TrackerAlarmsProps['settings']): Alarm {
    const { name, says, silence, periods } = definition;
    const [evaluationPeriods, datapointsToAlarm] = periods ?? [1, 1];
    return new Alarm(this, name, {
      alarmName: trackerName(settings, `pagw-${name}`),
      alarmDescription: `${says} Runbook: ${settings.runbookUrl}#${name}`,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: silence === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }

  private composite(
    id: string,
    severity: Severity,
    alarms: Alarm[],
    settings: TrackerAlarmsProps['settings'],
  ): CompositeAlarm {
    return new CompositeAlarm(this, id, {
      compositeAlarmName: trackerName(settings, `pagw-${severity}`),
      alarmDescription: `At least one ${severity} alarm of the PAGW event tracker. Runbook: ${settings.runbookUrl}#${severity}`,
      alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    });
  }
}

export interface AlarmTopicsProps {
  readonly key: Key;
  readonly settings: NamePrefix & Pick<StageSettings, 'notify'>;
}

/** Two topics: every alarm and incident by itself for people, one signal per severity for a pager. */
export class AlarmTopics extends Construct {
  /** Each alarm, and the stuck-alarm flow's incidents. */
  readonly notifications: Topic;
  /** Only the composite that pages. */
  readonly pages: Topic;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: AlarmTopicsProps) {
    super(scope, id);
    this.#key = props.key;
    const { settings } = props;
    this.notifications = new Topic(this, 'Notifications', {
      displayName: trackerName(settings, 'PAGW event tracker: notifications'),
      masterKey: props.key,
      enforceSSL: true,
    });
    this.pages = new Topic(this, 'Pages', {
      displayName: trackerName(settings, 'PAGW event tracker: pages'),
      masterKey: props.key,
      enforceSSL: true,
    });
    for (const topic of [this.notifications, this.pages])
      topic.addToResourcePolicy(alarmsOfThisAccount(topic));
    for (const address of settings.notify) {
      const subscription = this.notifications.addSubscription(new EmailSubscription(address));
      acknowledge(subscription, {
        'Serverless-SNSRedrivePolicy':
          'SNS repeats a mail for hours; one that is lost for good leaves its alarm and its incident where they are, to be seen and notified again.',
      });
    }
  }

  /** Lets a flow publish notifications: the topic and the key that encrypts it. */
  grantNotify(grantee: IGrantable): void {
    const resources = [this.notifications.topicArn];
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources }));
    allowKey(grantee, this.#key, ['kms:GenerateDataKey', 'kms:Decrypt']);
  }
}

/** The policy that TLS only needs replaces the topic's default one, which is what lets alarms in. */
function alarmsOfThisAccount({ topicArn }: Topic): PolicyStatement {
  return new PolicyStatement({
    sid: 'AlarmsOfThisAccount',
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}
