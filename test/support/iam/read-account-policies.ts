import { ACCOUNT, type MadeUpAccount, type PlacedResource } from './made-up-account.ts';
import { PolicyLanguageError, type PolicyStatement, readPolicy } from './policy-statement.ts';

/** Every policy of an account's stacks. */
export interface AccountPolicies {
  /** What each role may do, by the role's ARN. */
  roles: ReadonlyMap<string, PolicyStatement[]>;
  /** What each resource allows, by its ARN; a role's is its trust policy. */
  resources: ReadonlyMap<string, PolicyStatement[]>;
  /** What managed policies allow whoever gets them, by logical id; the app attaches none. */
  managed: ReadonlyMap<string, PolicyStatement[]>;
}

/** AWS's own policies that a role of the app may have, as "AWS managed policies" lists them. */
const MANAGED: Readonly<Record<string, object[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    },
  ],
  'arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole': [
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
      Resource: 'arn:aws:logs:*:*:log-group:RDS*',
    },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
      Resource: 'arn:aws:logs:*:*:log-group:RDS*:log-stream:*',
    },
  ],
  // As far as it is about Aurora.
  'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup': [
    {
      Effect: 'Allow',
      Action: [
        'rds:AddTagsToResource',
        'rds:DescribeDBClusters',
        'rds:CreateDBClusterSnapshot',
        'rds:CopyDBClusterSnapshot',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'kms:CreateGrant',
      Resource: '*',
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ],
};

/** Types that hold a resource's policy: where the resource is named, and where the policy stands. */
const RESOURCE_POLICIES: Readonly<Record<string, [of: string, document: string]>> = {
  'AWS::SQS::QueuePolicy': ['Queues', 'PolicyDocument'],
  'AWS::SNS::TopicPolicy': ['Topics', 'PolicyDocument'],
  'AWS::S3::BucketPolicy': ['Bucket', 'PolicyDocument'],
  'AWS::SecretsManager::ResourcePolicy': ['SecretId', 'ResourcePolicy'],
};

const READ_TYPES = [
  ...Object.keys(RESOURCE_POLICIES),
  ...[
    'AWS::IAM::Role',
    'AWS::IAM::Policy',
    'AWS::IAM::ManagedPolicy',
    'AWS::KMS::Key',
    'AWS::Lambda::Permission',
  ],
];
/** Types whose name says that they hold rights. */
const HOLDS_RIGHTS = /^AWS::IAM::|Policy$|Permission$/;
const ROLE_PROPERTIES = [
  ...['AssumeRolePolicyDocument', 'Description', 'ManagedPolicyArns', 'Path', 'Policies', 'RoleName', 'Tags'],
];

/**
 * Reads the policies of every role, queue, topic, bucket, secret, key and function.
 * @param keysThere ARNs of keys that were there before; their policies leave it to the account, as a new key's does
 * @throws PolicyLanguageError for a type, property or element that is not evaluated
 */
export function readAccountPolicies(
  account: MadeUpAccount,
  keysThere: readonly string[] = [],
): AccountPolicies {
  const unread = account
    .all()
    .find(({ resource: { Type } }) => HOLDS_RIGHTS.test(Type) && !READ_TYPES.includes(Type));
  if (unread !== undefined)
    throw new PolicyLanguageError(`${unread.logicalId}, ${unread.resource.Type}, is not evaluated.`);
  const roles = new Map<string, PolicyStatement[]>();
  const resources = new Map<string, PolicyStatement[]>();
  const managed = new Map<string, PolicyStatement[]>();
  const add = (arn: string, document: unknown) =>
    resources.set(arn, [...(resources.get(arn) ?? []), ...readPolicy(document)]);
  for (const role of account.ofType('AWS::IAM::Role')) {
    const arn = account.valueOf(role, 'Arn');
    if (roles.has(arn)) throw new Error(`Two roles are called ${arn}.`);
    const { trust, statements } = readRole(account, role);
    roles.set(arn, statements);
    add(arn, trust);
  }
  for (const policy of account.ofType('AWS::IAM::Policy'))
    for (const arn of rolesOf(account, policy)) {
      const document = account.resolve(policy.stack, policy.resource.Properties.PolicyDocument);
      const there = roles.get(arn);
      if (there === undefined) throw new Error(`${policy.logicalId} is for ${arn}, which is not there.`);
      there.push(...readPolicy(document));
    }
  for (const policy of account.ofType('AWS::IAM::ManagedPolicy')) {
    const { PolicyDocument, Users, Groups, Roles } = policy.resource.Properties;
    if ([Users, Groups, Roles].some((attached) => attached !== undefined))
      throw new PolicyLanguageError(`${policy.logicalId} is attached, which is not evaluated.`);
    managed.set(policy.logicalId, readPolicy(account.resolve(policy.stack, PolicyDocument)));
  }
  for (const key of account.ofType('AWS::KMS::Key'))
    add(account.valueOf(key, 'Arn'), account.resolve(key.stack, key.resource.Properties.KeyPolicy));
  for (const arn of keysThere) add(arn, DEFAULT_KEY_POLICY);
  for (const [type, [of, document]] of Object.entries(RESOURCE_POLICIES))
    for (const { stack, resource } of account.ofType(type))
      for (const target of [account.resolve(stack, resource.Properties[of])].flat())
        add(arnOf(String(target)), account.resolve(stack, resource.Properties[document]));
  for (const permission of account.ofType('AWS::Lambda::Permission')) {
    const { arn, document } = readPermission(account, permission);
    add(arn, document);
  }
  return { roles, resources, managed };
}

/** "Default key policy", KMS Developer Guide. */
const DEFAULT_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  },
};

function readRole(account: MadeUpAccount, { stack, logicalId, resource }: PlacedResource) {
  const unknown = Object.keys(resource.Properties).find((property) => !ROLE_PROPERTIES.includes(property));
  if (unknown !== undefined)
    throw new PolicyLanguageError(`${unknown} of the role ${logicalId} is not evaluated.`);
  const properties = account.resolve(stack, resource.Properties) as {
    AssumeRolePolicyDocument: unknown;
    Policies?: { PolicyDocument: unknown }[];
    ManagedPolicyArns?: string[];
  };
  const statements = [
    ...(properties.Policies ?? []).flatMap(({ PolicyDocument }) => readPolicy(PolicyDocument)),
    ...(properties.ManagedPolicyArns ?? []).flatMap((arn) => {
      const managed = MANAGED[arn];
      if (managed === undefined) throw new PolicyLanguageError(`What ${arn} allows is not known here.`);
      return readPolicy({ Version: '2012-10-17', Statement: managed });
    }),
  ];
  return { trust: properties.AssumeRolePolicyDocument, statements };
}

function rolesOf(account: MadeUpAccount, { stack, logicalId, resource }: PlacedResource): string[] {
  const { Users: users, Groups: groups, Roles: roles } = resource.Properties;
  if (users !== undefined || groups !== undefined)
    throw new PolicyLanguageError(`${logicalId} is for users or groups, which are not evaluated.`);
  return (account.resolve(stack, roles) as string[]).map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`);
}

/** A statement of a function's policy, as CloudFormation has it. */
function readPermission(account: MadeUpAccount, { stack, logicalId, resource }: PlacedResource) {
  const { Action, FunctionName, Principal, SourceAccount, SourceArn, ...others } = account.resolve(
    stack,
    resource.Properties,
  ) as Record<string, string>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new PolicyLanguageError(`${unknown} of ${logicalId} is not evaluated.`);
  const Condition = {
    ...(SourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
    ...(SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': SourceArn } }),
  };
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: Principal },
    Action,
    Resource: FunctionName,
    Condition,
  };
  return { arn: String(FunctionName), document: { Version: '2012-10-17', Statement } };
}

/** Of what `Ref` gives: a queue's URL, a bucket's name, else an ARN already. */
export function arnOf(reference: string): string {
  const [, region, account, queue] =
    /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com\/(\d+)\/(.+)$/.exec(reference) ?? [];
  if (queue !== undefined) return `arn:aws:sqs:${region}:${account}:${queue}`;
  return reference.startsWith('arn:') ? reference : `arn:aws:s3:::${reference}`;
}
