import { Aws, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, objectsOf } from './acknowledge.ts';
import type { FifoQueue } from './fifo-queue.ts';
import type { TrackerBuckets } from './tracker-buckets.ts';
import type { TrackerDatabase } from './tracker-database.ts';

export interface PeoplePoliciesProps {
  readonly database: TrackerDatabase;
  readonly events: FifoQueue;
  readonly buckets: TrackerBuckets;
  /** Of the queues. */
  readonly messagesKeyArn: string;
  /** Of the quarantine. */
  readonly dataKeyArn: string;
}

/**
 * What people get, through Identity Center or a role: `…-look` reads with the reader's login, `…-operate` acts with the
 * operator's as well. Neither reads another login's secret. Managed, since Identity Center attaches policies by name.
 */
export class PeoplePolicies extends Construct {
  readonly look: ManagedPolicy;
  readonly operate: ManagedPolicy;

  constructor(scope: Construct, id: string, props: PeoplePoliciesProps) {
    super(scope, id);
    const { database, events, buckets } = props;
    const { region, stackName } = Stack.of(this);
    // They say where everything is. Who asks by name has no id to be let in by.
    const stack = `cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${stackName}/*`;
    const outputs = allow(['cloudformation:DescribeStacks'], `arn:${Aws.PARTITION}:${stack}`);
    this.look = new ManagedPolicy(this, 'Look', {
      // An account has one name for all regions.
      managedPolicyName: `${stackName}-${region}-look`,
      description: 'PAGW event tracker: look, with the reader login',
      statements: [outputs, ...login(database, 'reader')],
    });
    this.operate = new ManagedPolicy(this, 'Operate', {
      managedPolicyName: `${stackName}-${region}-operate`,
      description: 'PAGW event tracker: look, and act with the operator login',
      statements: [
        outputs,
        ...login(database, 'reader'),
        ...login(database, 'operator').slice(1),
        // Refused messages, to be replayed: S3 says that one is gone only to whoever may list.
        allow(['s3:GetObject'], buckets.quarantine.arnForObjects('*')),
        allow(['s3:ListBucket'], buckets.quarantine.bucketArn),
        allow(['kms:Decrypt'], props.dataKeyArn, 's3'),
        // What is replayed and redriven goes the way that producers' events go.
        allow(['sqs:SendMessage'], events.queue.queueArn),
        allow(
          ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          (events.deadLetters as IQueue).queueArn,
        ),
        allow(['kms:GenerateDataKey', 'kms:Decrypt'], props.messagesKeyArn, 'sqs'),
      ],
    });
    acknowledge(this, {
      [`Solutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${stackName}/*]`]:
        'Whatever its id: one stack has the name.',
      [objectsOf(buckets.quarantine)]: 'Any refused message may have to be replayed.',
    });
  }
}

/** The Data API reads the secret in its caller's name. */
function login(database: TrackerDatabase, role: 'reader' | 'operator'): PolicyStatement[] {
  const { secretArn, encryptionKey } = database.secret(role);
  return [
    allow(['rds-data:ExecuteStatement'], database.clusterArn),
    allow(['secretsmanager:GetSecretValue'], secretArn),
    ...(encryptionKey == null ? [] : [allow(['kms:Decrypt'], encryptionKey.keyArn, 'secretsmanager')]),
  ];
}

/** @param via the one service through which a key may be used. */
function allow(actions: string[], resource: string, via?: string): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [resource],
    ...(via === undefined
      ? {}
      : { conditions: { StringEquals: { 'kms:ViaService': `${via}.${Aws.REGION}.amazonaws.com` } } }),
  });
}
