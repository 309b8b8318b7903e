import { Aws } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { allowKey } from './encryption-keys.ts';
import type { StageSettings } from './stages.ts';
import { type NamePrefix, trackerName } from './tracker-name.ts';

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
