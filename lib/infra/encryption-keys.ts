import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  Effect,
  type IGrantable,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface EncryptionKeysProps {
  /** Keeps the keys when the stack is deleted. Without its key a retained snapshot or bucket cannot be read. */
  readonly retain: boolean;
  /** ARNs of roles. @default whom IAM of the account lets */
  readonly administrators?: readonly string[];
}

/** Three customer-managed keys, so that reading logs never means being able to read the database or the queues. */
export class EncryptionKeys extends Construct {
  /** Database, its secrets, and the buckets that hold event data. */
  readonly data: Key;
  /** Queues and topics. */
  readonly messages: Key;
  /** Log groups. */
  readonly logs: Key;

  constructor(scope: Construct, id: string, props: EncryptionKeysProps) {
    super(scope, id);
    this.data = this.key('Data', 'PAGW events: database, secrets, buckets', props);
    this.messages = this.key('Messages', 'PAGW events: queues and topics', props);
    this.logs = this.key('Logs', 'PAGW events: log groups', props);
    this.logs.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroupsOfThisAccount',
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
          },
        },
      }),
    );
    this.messages.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublishToTheTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }

  private key(id: string, description: string, { retain, administrators }: EncryptionKeysProps): Key {
    const key = new Key(this, id, {
      description,
      enableKeyRotation: true,
      ...(administrators === undefined ? {} : { policy: apart(administrators) }),
      pendingWindow: Duration.days(30),
      removalPolicy: retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'GrantsForAwsServicesOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: {
          BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
    );
    return key;
  }
}

/** Of "Allows key administrators to administer the KMS key" in "Default key policy", AWS KMS: no use of the key. */
const ADMINISTER = [
  ...[
    'Create*',
    'Describe*',
    'Enable*',
    'List*',
    'Put*',
    'Update*',
    'Revoke*',
    'Disable*',
    'Get*',
    'Delete*',
  ],
  ...['TagResource', 'UntagResource', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'RotateKeyOnDemand'],
].map((name) => `kms:${name}`);
/** Of "Allows key users to use the KMS key" there; which of it a role may, its own policy says. Grants are for services of AWS alone. */
const USE = [
  ...['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey'],
  ...['CreateGrant', 'ListGrants', 'RevokeGrant'],
].map((name) => `kms:${name}`);

/** Instead of the policy that leaves everything to IAM. */
function apart(administrators: readonly string[]): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'Administrators',
        principals: administrators.map((arn) => new ArnPrincipal(arn)),
        actions: ADMINISTER,
        resources: ['*'],
      }),
      new PolicyStatement({
        sid: 'UseByPoliciesOfThisAccount',
        principals: [new AccountRootPrincipal()],
        actions: USE,
        resources: ['*'],
      }),
    ],
  });
}

/** Lets a principal use a key for exactly these operations; the CDK's own grants end in wildcards. */
export function allowKey(grantee: IGrantable, key: Key, actions: string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [key.keyArn] }));
}
