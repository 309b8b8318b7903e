import type { PolicyRequest } from '../support/iam/decide.ts';
import { type MadeUpAccount, REGION } from '../support/iam/made-up-account.ts';

/** The ARN of the customer's key that encrypts a resource; undefined where AWS's own does, which asks for no right. */
export type KeyOf = (arn: string) => string | undefined;

export type CallRequest = Pick<PolicyRequest, 'action' | 'resource' | 'context'>;

/** What a call is checked for: the action, and what the service does with the resource's key in the caller's name. */
interface CallRule {
  action: string;
  keyActions?: readonly string[];
  /** On the bucket's objects. */
  onObjects?: true;
  /** The Data API reads the login from the secret that is named second. */
  readsSecret?: true;
}

const dataApi = (name: string): CallRule => ({ action: `rds-data:${name}`, readsSecret: true });
const WRITES_ENCRYPTED = ['kms:GenerateDataKey', 'kms:Decrypt'];
const READS_ENCRYPTED = ['kms:Decrypt'];

/**
 * By call. Sources: "Authorizing access to the Amazon RDS Data API"; "Amazon SQS Key management" (a sender needs Decrypt
 * too, for the data key is reused); "Key management" of Amazon SNS; "Actions, resources, and condition keys for Amazon S3"
 * and "Using server-side encryption with AWS KMS keys"; the parameter ChecksumMode of HeadObject (to be told
 * the checksum of an object under a customer's key takes Decrypt); "Secret encryption and decryption in AWS Secrets Manager".
 */
const RULES: Readonly<Record<string, CallRule>> = {
  'rds-data:ExecuteStatement': dataApi('ExecuteStatement'),
  'rds-data:BatchExecuteStatement': dataApi('BatchExecuteStatement'),
  'rds-data:BeginTransaction': dataApi('BeginTransaction'),
  'rds-data:CommitTransaction': dataApi('CommitTransaction'),
  'rds-data:RollbackTransaction': dataApi('RollbackTransaction'),
  'sqs:SendMessage': { action: 'sqs:SendMessage', keyActions: WRITES_ENCRYPTED },
  'sqs:SendMessageBatch': { action: 'sqs:SendMessage', keyActions: WRITES_ENCRYPTED },
  'sqs:ReceiveMessage': { action: 'sqs:ReceiveMessage', keyActions: READS_ENCRYPTED },
  'sqs:DeleteMessage': { action: 'sqs:DeleteMessage' },
  'sqs:ChangeMessageVisibility': { action: 'sqs:ChangeMessageVisibility' },
  'sqs:ChangeMessageVisibilityBatch': { action: 'sqs:ChangeMessageVisibility' },
  'sqs:GetQueueAttributes': { action: 'sqs:GetQueueAttributes' },
  'events:PutEvents': { action: 'events:PutEvents' },
  'sns:Publish': { action: 'sns:Publish', keyActions: WRITES_ENCRYPTED },
  's3:PutObject': { action: 's3:PutObject', keyActions: ['kms:GenerateDataKey'], onObjects: true },
  's3:GetObject': { action: 's3:GetObject', keyActions: READS_ENCRYPTED, onObjects: true },
  's3:HeadObject': { action: 's3:GetObject', keyActions: READS_ENCRYPTED, onObjects: true },
  'secretsmanager:GetSecretValue': {
    action: 'secretsmanager:GetSecretValue',
    keyActions: READS_ENCRYPTED,
  },
  'secretsmanager:PutSecretValue': {
    action: 'secretsmanager:PutSecretValue',
    keyActions: WRITES_ENCRYPTED,
  },
  'secretsmanager:DescribeSecret': { action: 'secretsmanager:DescribeSecret' },
  'secretsmanager:UpdateSecretVersionStage': { action: 'secretsmanager:UpdateSecretVersionStage' },
};

/**
 * The requests that a call is allowed by, all of them.
 * @param missing whether S3 says that there is no such object, which it does only to whoever may list the bucket
 * @throws Error for a call whose rights nobody has looked up
 */
export function requestsOfCall(
  call: string,
  [resource = '', secret = '']: readonly string[],
  missing: boolean,
  keyOf: KeyOf,
): CallRequest[] {
  const rule = RULES[call];
  if (rule === undefined) throw new Error(`Which rights ${call} needs is not in requests-of-call.ts.`);
  const { action, keyActions = [], onObjects, readsSecret } = rule;
  const context = { 'kms:ViaService': `${action.split(':')[0]}.${REGION}.amazonaws.com` };
  const key = keyOf(resource);
  return [
    { action, resource: onObjects === true ? `${resource}/any/object` : resource, context: {} },
    ...(key === undefined ? [] : keyActions.map((name) => ({ action: name, resource: key, context }))),
    ...(missing ? [{ action: 's3:ListBucket', resource, context: {} }] : []),
    ...(readsSecret === true
      ? requestsOfCall('secretsmanager:GetSecretValue', [secret], false, keyOf).map(inCallersName)
      : []),
  ];
}

/** What a service asks for while it serves a call ("AWS global condition context keys": aws:ViaAWSService). */
function inCallersName(request: CallRequest): CallRequest {
  return { ...request, context: { ...request.context, 'aws:ViaAWSService': 'true' } };
}

/** @param keysThere of resources that were there before: the key's ARN by the resource's */
export function keysOf(account: MadeUpAccount, keysThere: Readonly<Record<string, string>>): KeyOf {
  const keys = new Map(Object.entries(keysThere));
  for (const resource of account.all()) {
    const { Type, Properties } = resource.resource;
    const note = (attribute: string, key: unknown) => {
      if (key !== undefined)
        keys.set(account.valueOf(resource, attribute), account.text(resource.stack, key));
    };
    if (Type === 'AWS::SQS::Queue') note('Arn', Properties.KmsMasterKeyId);
    if (Type === 'AWS::SNS::Topic') note('TopicArn', Properties.KmsMasterKeyId);
    if (Type === 'AWS::SecretsManager::Secret') note('Ref', Properties.KmsKeyId);
    if (Type === 'AWS::RDS::DBCluster')
      note('MasterUserSecret.SecretArn', Properties.MasterUserSecret?.KmsKeyId);
    if (Type === 'AWS::S3::Bucket')
      for (const rule of Properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [])
        note('Arn', rule.ServerSideEncryptionByDefault.KMSMasterKeyID);
  }
  return (arn) => keys.get(arn);
}
