import type { PolicyRequest } from '../support/iam/decide.ts';
import { ACCOUNT, type MadeUpAccount, type PlacedResource, REGION } from '../support/iam/made-up-account.ts';
import { arnOf } from '../support/iam/read-account-policies.ts';
import { EXPECTED_CALLS } from './expected-calls.ts';
import { type KeyOf, requestsOfCall } from './requests-of-call.ts';

/** Nothing that a condition of ours reads is left to chance: what a request does not carry is stated too. */
const CARRIED = {
  'aws:SecureTransport': 'true',
  's3:TlsVersion': '1.3',
  'aws:PrincipalIsAWSService': 'false',
  'aws:ViaAWSService': 'false',
  'aws:SourceVpce': undefined,
  'aws:SourceAccount': undefined,
  'aws:SourceArn': undefined,
  'kms:ViaService': undefined,
  'kms:GrantIsForAWSResource': undefined,
  'kms:EncryptionContext:aws:logs:arn': undefined,
};

/** What is done, by whom, and the requests that it takes. */
export interface Need {
  what: string;
  requests: PolicyRequest[];
}

/** The requests that a deployment makes: our functions' recorded calls, and what AWS does on behalf of its resources. */
export function neededRights(account: MadeUpAccount, keyOf: KeyOf): Need[] {
  return [
    ...account
      .ofType('AWS::Lambda::Function')
      .flatMap((lambda) => [
        ...needsOfCode(account, lambda, keyOf),
        ...needsOfFunction(account, lambda, keyOf),
      ]),
    ...Object.entries(BY_TYPE).flatMap(([type, needs]) =>
      account.ofType(type).flatMap((resource) => needs(account, resource, keyOf)),
    ),
  ];
}

/** Our functions by flow and export, as EXPECTED_CALLS has them; undefined for one of the CDK's. */
function flowOf({ resource: { Properties } }: PlacedResource): string | undefined {
  const service: unknown = Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME;
  if (typeof service !== 'string') return undefined;
  return `${service.replace('pagw-', '')}.${String(Properties.Handler).replace('index.', '')}`;
}

/** What the recorded calls take, on the resources that this deployment's variables name. */
function needsOfCode(account: MadeUpAccount, lambda: PlacedResource, keyOf: KeyOf): Need[] {
  const flow = flowOf(lambda);
  if (flow === undefined) return [];
  const calls = EXPECTED_CALLS[flow];
  if (calls === undefined) throw new Error(`What ${flow} calls is not in expected-calls.ts.`);
  return calls.flatMap((call) => {
    const [operation = '', ...names] = call.replace(' not found', '').split(' ');
    const choices = names.map((name) => resourcesNamed(account, lambda, name));
    // A variable that this stage does not set is never read; one that lists resources is a call for each.
    return Array.from({ length: Math.min(...choices.map(({ length }) => length)) }, (_, place) => ({
      what: `${flow}: ${call}`,
      requests: requestsOfCall(
        operation,
        choices.map((choice) => choice[place] ?? ''),
        call.endsWith(' not found'),
        keyOf,
      ).map((request) => byRole(roleOf(account, lambda), fromFunction(account, lambda, request))),
    }));
  });
}

function resourcesNamed(account: MadeUpAccount, lambda: PlacedResource, name: string): string[] {
  if (name === 'event.SecretId') return rotatedBy(account, lambda);
  const value = lambda.resource.Properties.Environment.Variables[name];
  if (value === undefined) return [];
  const text = account.text(lambda.stack, value);
  const references: string[] = text.startsWith('{') ? Object.values(JSON.parse(text)) : [text];
  return references.map(arnOf);
}

function rotatedBy(account: MadeUpAccount, lambda: PlacedResource): string[] {
  return account
    .ofType('AWS::SecretsManager::RotationSchedule')
    .filter(
      ({ stack, resource }) =>
        account.text(stack, resource.Properties.RotationLambdaARN) === account.valueOf(lambda, 'Arn'),
    )
    .map(({ stack, resource }) => account.text(stack, resource.Properties.SecretId));
}

/** What Lambda does as the function's role, whatever its code does. */
function needsOfFunction(account: MadeUpAccount, lambda: PlacedResource, keyOf: KeyOf): Need[] {
  const { stack, logicalId, resource } = lambda;
  const { LoggingConfig, TracingConfig, VpcConfig, DeadLetterConfig, Environment, Handler } =
    resource.Properties;
  const role = roleOf(account, lambda);
  const need = (what: string, ...requests: Asked[]): Need => ({
    what: `${logicalId}: ${what}`,
    requests: requests.map((request) => byRole(role, request)),
  });
  const needs = [assumed(account, lambda, resource.Properties.Role, 'lambda.amazonaws.com')];
  if (LoggingConfig !== undefined)
    needs.push(need('log', ...writeLog(account.text(stack, LoggingConfig.LogGroup))));
  if (VpcConfig !== undefined) needs.push(need('stand in the VPC', ...STAND_IN_VPC));
  if (TracingConfig?.Mode === 'Active') needs.push(need('trace', ...TRACE));
  if (DeadLetterConfig !== undefined) {
    const queue = account.text(stack, DeadLetterConfig.TargetArn);
    needs.push(need('set a failed run aside', ...requestsOfCall('sqs:SendMessage', [queue], false, keyOf)));
  }
  // The CDK's provider framework, "custom-resources/lib/provider-framework/runtime/framework.ts".
  const variable = (name: string) => account.text(stack, Environment.Variables[name]);
  if (Handler === 'framework.onEvent') {
    const begin = { action: 'lambda:InvokeFunction', resource: variable('USER_ON_EVENT_FUNCTION_ARN') };
    const wait = { action: 'states:StartExecution', resource: variable('WAITER_STATE_MACHINE_ARN') };
    needs.push(need('begin and wait', begin, wait));
  }
  if (Handler === 'framework.isComplete') {
    const ask = { action: 'lambda:InvokeFunction', resource: variable('USER_IS_COMPLETE_FUNCTION_ARN') };
    needs.push(need('ask', ask));
  }
  return needs;
}

type Asked = Pick<PolicyRequest, 'action' | 'resource'> & { context?: PolicyRequest['context'] };

/** "Required IAM permissions" of "Giving Lambda functions access to resources in an Amazon VPC". */
const STAND_IN_VPC: readonly Asked[] = [
  ...['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface'],
  ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
].map((name) => ({ action: `ec2:${name}`, resource: '*' }));

/** Out of a VPC without a route a call comes by the endpoint of its service, or not at all. */
function fromFunction(account: MadeUpAccount, { stack, resource }: PlacedResource, asked: Asked): Asked {
  const service = asked.action.split(':')[0];
  if (resource.Properties.VpcConfig === undefined || service === 'kms') return asked;
  if (asked.context?.['aws:ViaAWSService'] === 'true') return asked;
  const endpoint = account
    .ofType('AWS::EC2::VPCEndpoint')
    .find((one) => account.text(stack, one.resource.Properties.ServiceName).endsWith(`.${service}`));
  if (endpoint === undefined) throw new Error(`There is no endpoint for ${asked.action}.`);
  return { ...asked, context: { ...asked.context, 'aws:SourceVpce': account.valueOf(endpoint) } };
}

const TRACE: readonly Asked[] = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((action) => ({
  action,
  resource: '*',
}));
/** "Adding permissions" of "AWS X-Ray and Step Functions". */
const TRACE_STATES: readonly Asked[] = [
  ...TRACE,
  ...['xray:GetSamplingRules', 'xray:GetSamplingTargets'].map((action) => ({ action, resource: '*' })),
];
/** "IAM policies for logging to CloudWatch Logs", Step Functions Developer Guide. */
const DELIVER_LOGS: readonly Asked[] = [
  ...['CreateLogDelivery', 'CreateLogStream', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery'],
  ...[
    'ListLogDeliveries',
    'PutLogEvents',
    'PutResourcePolicy',
    'DescribeResourcePolicies',
    'DescribeLogGroups',
  ],
].map((name) => ({ action: `logs:${name}`, resource: '*' }));

/** What AWS does for other resources, as a role of theirs or as a service. */
const BY_TYPE: Readonly<
  Record<string, (account: MadeUpAccount, resource: PlacedResource, keyOf: KeyOf) => Need[]>
> = {
  // "Execution role permissions" of "Using Lambda with Amazon SQS": Lambda polls as the function's role.
  'AWS::Lambda::EventSourceMapping': (account, { stack, logicalId, resource }, keyOf) => {
    const queue = account.text(stack, resource.Properties.EventSourceArn);
    const name = account.text(stack, resource.Properties.FunctionName);
    const reader = account
      .ofType('AWS::Lambda::Function')
      .find((lambda) => [account.valueOf(lambda), account.valueOf(lambda, 'Arn')].includes(name));
    if (reader === undefined) throw new Error(`${logicalId} is of no function.`);
    const role = roleOf(account, reader);
    const calls = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    const requests = calls.flatMap((call) => requestsOfCall(call, [queue], false, keyOf));
    return [{ what: `${logicalId}: poll`, requests: requests.map((request) => byRole(role, request)) }];
  },
  'AWS::Scheduler::Schedule': (account, schedule, keyOf) => {
    const { stack, logicalId, resource } = schedule;
    const { Arn, RoleArn, DeadLetterConfig, Input } = resource.Properties.Target;
    const role = account.text(stack, RoleArn);
    const queues = DeadLetterConfig === undefined ? [] : [account.text(stack, DeadLetterConfig.Arn)];
    const requests = [
      ...scheduled(account.text(stack, Arn), account.text(stack, Input), keyOf),
      ...queues.flatMap((queue) => requestsOfCall('sqs:SendMessage', [queue], false, keyOf)),
    ];
    return [
      assumed(account, schedule, RoleArn, 'scheduler.amazonaws.com'),
      { what: `${logicalId}: run`, requests: requests.map((request) => byRole(role, request)) },
    ];
  },
  'AWS::StepFunctions::StateMachine': (account, machine) => {
    const { stack, logicalId, resource } = machine;
    const { RoleArn, DefinitionString, LoggingConfiguration, TracingConfiguration } = resource.Properties;
    const definition: { States: Record<string, { Resource?: string }> } = JSON.parse(
      account.text(stack, DefinitionString),
    );
    const invoked = Object.values(definition.States).flatMap(({ Resource: on = '' }) =>
      on.startsWith('arn:aws:lambda:') ? [{ action: 'lambda:InvokeFunction', resource: on }] : [],
    );
    const requests = [
      ...invoked,
      ...(LoggingConfiguration === undefined ? [] : DELIVER_LOGS),
      ...(TracingConfiguration?.Enabled === true ? TRACE_STATES : []),
    ];
    const role = account.text(stack, RoleArn);
    return [
      assumed(account, machine, RoleArn, 'states.amazonaws.com'),
      { what: `${logicalId}: run`, requests: requests.map((request) => byRole(role, request)) },
    ];
  },
  'AWS::EC2::FlowLog': (account, log) => {
    const { stack, logicalId, resource } = log;
    const { DeliverLogsPermissionArn, LogGroupName } = resource.Properties;
    const name = account.text(stack, LogGroupName);
    const requests = [
      ...writeLog(name),
      { action: 'logs:DescribeLogStreams', resource: logGroupArn(name, ':log-stream:') },
    ];
    const role = account.text(stack, DeliverLogsPermissionArn);
    return [
      assumed(account, log, DeliverLogsPermissionArn, 'vpc-flow-logs.amazonaws.com'),
      { what: `${logicalId}: log`, requests: requests.map((request) => byRole(role, request)) },
    ];
  },
  'AWS::RDS::DBInstance': (account, instance) => {
    const { stack, logicalId, resource } = instance;
    const { MonitoringRoleArn } = resource.Properties;
    if (MonitoringRoleArn === undefined) return [];
    const role = account.text(stack, MonitoringRoleArn);
    const requests = writeLog('RDSOSMetrics').map((request) => byRole(role, request));
    return [
      assumed(account, instance, MonitoringRoleArn, 'monitoring.rds.amazonaws.com'),
      { what: `${logicalId}: monitor`, requests },
    ];
  },
  'AWS::CloudWatch::Alarm': tell,
  'AWS::CloudWatch::CompositeAlarm': tell,
  // "Encrypt log data in CloudWatch Logs using AWS KMS".
  'AWS::Logs::LogGroup': (account, group) => {
    const { stack, logicalId, resource } = group;
    const { KmsKeyId } = resource.Properties;
    if (KmsKeyId === undefined) return [];
    const key = account.text(stack, KmsKeyId);
    const context = { 'kms:EncryptionContext:aws:logs:arn': logGroupArn(account.valueOf(group)) };
    const requests = [
      'Encrypt',
      'Decrypt',
      'ReEncryptFrom',
      'ReEncryptTo',
      'GenerateDataKey',
      'DescribeKey',
    ].map((name) =>
      asService(`logs.${REGION}.amazonaws.com`, { action: `kms:${name}`, resource: key, context }),
    );
    return [{ what: `${logicalId}: encrypt`, requests }];
  },
  'AWS::SecretsManager::RotationSchedule': (account, { stack, logicalId, resource }) => {
    const lambda = account.text(stack, resource.Properties.RotationLambdaARN);
    const request = { action: 'lambda:InvokeFunction', resource: lambda };
    return [{ what: `${logicalId}: rotate`, requests: [asService('secretsmanager.amazonaws.com', request)] }];
  },
  // "AWSBackupServiceRolePolicyForBackup"; the snapshot keeps the key of its cluster ("AWS KMS key management", Aurora).
  'AWS::Backup::BackupSelection': (account, selection) => {
    const { stack, logicalId, resource } = selection;
    const { IamRoleArn, Resources } = resource.Properties.BackupSelection;
    const [cluster] = account.ofType('AWS::RDS::DBCluster');
    const key = cluster?.resource.Properties.KmsKeyId;
    const grant = { 'kms:GrantIsForAWSResource': 'true', 'kms:ViaService': `rds.${REGION}.amazonaws.com` };
    const requests: Asked[] = [
      ...(account.resolve(stack, Resources) as string[]).flatMap((resource) =>
        ['DescribeDBClusters', 'CreateDBClusterSnapshot', 'CopyDBClusterSnapshot', 'AddTagsToResource'].map(
          (name) => ({ action: `rds:${name}`, resource }),
        ),
      ),
      ...(cluster === undefined || key === undefined
        ? []
        : ['kms:DescribeKey', 'kms:CreateGrant'].map((action) => ({
            action,
            resource: account.text(cluster.stack, key),
            context: grant,
          }))),
    ];
    const role = account.text(stack, IamRoleArn);
    return [
      assumed(account, selection, IamRoleArn, 'backup.amazonaws.com'),
      { what: `${logicalId}: copy`, requests: requests.map((request) => byRole(role, request)) },
    ];
  },
  'AWS::S3::Bucket': (account, bucket) => [...replicated(account, bucket), ...accessLogged(account, bucket)],
};

/** "Setting up permissions for live replication"; with Object Lock, "Using Object Lock with S3 Replication". */
function replicated(account: MadeUpAccount, bucket: PlacedResource): Need[] {
  const { stack, logicalId, resource } = bucket;
  const { ReplicationConfiguration, ObjectLockEnabled, BucketEncryption } = resource.Properties;
  if (ReplicationConfiguration === undefined) return [];
  const role = account.text(stack, ReplicationConfiguration.Role);
  const arn = account.valueOf(bucket, 'Arn');
  const on = (resource: string, names: string[]) =>
    names.map((name): Asked => ({ action: `s3:${name}`, resource }));
  const [rule] = ReplicationConfiguration.Rules;
  const [encryption] = BucketEncryption.ServerSideEncryptionConfiguration;
  const source = account.text(stack, encryption.ServerSideEncryptionByDefault.KMSMasterKeyID);
  const copies = account.text(stack, rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID);
  const requests: Asked[] = [
    ...on(arn, ['GetReplicationConfiguration', 'ListBucket']),
    ...on(`${arn}/any/object`, [
      'GetObjectVersionForReplication',
      'GetObjectVersionAcl',
      'GetObjectVersionTagging',
      ...(ObjectLockEnabled === true ? ['GetObjectRetention', 'GetObjectLegalHold'] : []),
    ]),
    ...on(`${account.text(stack, rule.Destination.Bucket)}/any/object`, ['ReplicateObject', 'ReplicateTags']),
    { action: 'kms:Decrypt', resource: source, context: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
    { action: 'kms:Encrypt', resource: copies },
  ];
  return [
    assumed(account, bucket, ReplicationConfiguration.Role, 's3.amazonaws.com'),
    { what: `${logicalId}: replicate`, requests: requests.map((request) => byRole(role, request)) },
  ];
}

/** "Enabling Amazon S3 server access logging". */
function accessLogged(account: MadeUpAccount, bucket: PlacedResource): Need[] {
  const { stack, logicalId, resource } = bucket;
  const logging = resource.Properties.LoggingConfiguration;
  if (logging?.DestinationBucketName === undefined) return [];
  const to = arnOf(account.text(stack, logging.DestinationBucketName));
  const request = {
    action: 's3:PutObject',
    resource: `${to}/${logging.LogFilePrefix ?? ''}2026-01-01-00-00-00-0123456789ABCDEF`,
    context: { 'aws:SourceArn': account.valueOf(bucket, 'Arn') },
  };
  return [{ what: `${logicalId}: log access`, requests: [asService('logging.s3.amazonaws.com', request)] }];
}

/** "Authorizing Amazon SNS notifications", and the key of a topic that is encrypted. */
function tell(account: MadeUpAccount, { stack, logicalId, resource }: PlacedResource, keyOf: KeyOf): Need[] {
  const topics = account.resolve(stack, resource.Properties.AlarmActions ?? []) as string[];
  const requests = topics.flatMap((topic) => requestsOfCall('sns:Publish', [topic], false, keyOf));
  return [
    {
      what: `${logicalId}: tell`,
      requests: requests.map((request) => asService('cloudwatch.amazonaws.com', request)),
    },
  ];
}

function assumed(
  account: MadeUpAccount,
  { stack, logicalId }: PlacedResource,
  role: unknown,
  service: string,
): Need {
  const request = { action: 'sts:AssumeRole', resource: account.text(stack, role) };
  return { what: `${logicalId}: take its role`, requests: [asService(service, request)] };
}

export function byRole(role: string, { action, resource, context = {} }: Asked): PolicyRequest {
  return { principal: { role }, action, resource, context: { ...CARRIED, ...context } };
}

/** A service says for whose resource it asks. */
function asService(service: string, { action, resource, context = {} }: Asked): PolicyRequest {
  const carried = { ...CARRIED, 'aws:PrincipalIsAWSService': 'true', 'aws:SourceAccount': ACCOUNT };
  return { principal: { service }, action, resource, context: { ...carried, ...context } };
}

function roleOf(account: MadeUpAccount, { stack, resource }: PlacedResource): string {
  return account.text(stack, resource.Properties.Role);
}

function writeLog(group: string): Asked[] {
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    action,
    resource: logGroupArn(group, ':log-stream:one'),
  }));
}

function logGroupArn(group: string, rest = ''): string {
  return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${group}${rest}`;
}

/** What a schedule does: it invokes a function, or calls AWS itself ("Using universal targets in EventBridge Scheduler"). */
function scheduled(target: string, input: string, keyOf: KeyOf): Asked[] {
  const [, call] = /^arn:aws:scheduler:::aws-sdk:(.*)$/.exec(target) ?? [];
  if (call === undefined) return [{ action: 'lambda:InvokeFunction', resource: target }];
  const { QueueUrl, DbClusterIdentifier } = JSON.parse(input);
  switch (call) {
    case 'sqs:sendMessage':
      return requestsOfCall('sqs:SendMessage', [arnOf(QueueUrl)], false, keyOf);
    case 'rds:modifyDBCluster': {
      const resource = `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:${DbClusterIdentifier}`;
      return [{ action: 'rds:ModifyDBCluster', resource }];
    }
    default:
      throw new Error(`Nothing is known of ${target}.`);
  }
}
