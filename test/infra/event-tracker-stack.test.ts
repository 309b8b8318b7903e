import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canaryReading } from '../../lib/domain/canary.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { type Resource, synthesiseStage } from './synthesise-stage.ts';

/** Why a policy of ours may end in a wildcard. */
const JUSTIFIED_WILDCARDS = [
  /^xray:Put(TraceSegments|TelemetryRecords) on "\*"$/,
  /^secretsmanager:GetRandomPassword on "\*"$/,
  /^s3:(Get|Put)Object on .*"\/\*"/,
  /^lambda:InvokeFunction on .*":\*"/,
];
/** The CDK's provider framework and its custom resource for the default security group. */
const NOT_OURS = /^MigrateProvider|^CustomVpcRestrictDefaultSG/;

describe.each(['dev', 'prod'])('the %s stage', (stage) => {
  const { template, ofType, findings } = synthesiseStage(stage);
  const functions = () =>
    ofType('AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME,
    );
  const resource = (logicalId: string): Resource => {
    const found = template.Resources[logicalId];
    if (found === undefined) throw new Error(`No resource ${logicalId}`);
    return found;
  };
  const logicalIdIn = (value: { 'Fn::GetAtt'?: [string, string]; Ref?: string }): string =>
    value['Fn::GetAtt']?.[0] ?? value.Ref ?? '';

  test('has no finding of cdk-nag or cfn-guard that is not acknowledged', () => {
    expect(findings).toEqual([]);
  });

  test('encrypts every queue with a customer key and gives each a dead-letter queue, or makes it one', () => {
    const queues = ofType('AWS::SQS::Queue');
    expect(queues.length).toBeGreaterThanOrEqual(4);
    for (const [logicalId, { Properties }] of queues) {
      expect(resource(logicalIdIn(Properties.KmsMasterKeyId)).Type, logicalId).toBe('AWS::KMS::Key');
      expect(Properties.RedrivePolicy ?? Properties.RedriveAllowPolicy, logicalId).toBeDefined();
    }
  });

  test('sets both switches of high throughput on every FIFO queue', () => {
    const fifo = ofType('AWS::SQS::Queue').filter(([, { Properties }]) => Properties.FifoQueue === true);
    expect(fifo.map(([, { Properties }]) => Properties.QueueName).sort()).toEqual([
      'pagw-events-dlq.fifo',
      'pagw-events.fifo',
      'pagw-retries-dlq.fifo',
      'pagw-retries.fifo',
    ]);
    for (const [, { Properties }] of fifo) {
      expect(Properties).toMatchObject({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
    }
  });

  test('hides a message for at least six times as long as its reader may take', () => {
    const sources = ofType('AWS::Lambda::EventSourceMapping');
    expect(sources).toHaveLength(1);
    for (const [, { Properties }] of sources) {
      const queue = resource(logicalIdIn(Properties.EventSourceArn)).Properties;
      const reader = resource(logicalIdIn(Properties.FunctionName)).Properties;
      expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * reader.Timeout);
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    }
  });

  test('grants no wildcard beyond the justified ones', () => {
    const wildcards: string[] = [];
    for (const [logicalId, { Properties }] of ofType('AWS::IAM::Policy')) {
      if (NOT_OURS.test(logicalId)) continue;
      for (const { Action, Resource: on } of Properties.PolicyDocument.Statement) {
        for (const action of [Action].flat()) {
          for (const target of [on].flat()) {
            const grant = `${action} on ${JSON.stringify(target)}`;
            if (grant.includes('*')) wildcards.push(grant);
          }
        }
      }
    }
    expect(wildcards.length).toBeGreaterThan(0);
    expect(
      wildcards.filter((grant) => !JUSTIFIED_WILDCARDS.some((justified) => justified.test(grant))),
    ).toEqual([]);
  });

  test('runs every function on Node 24 and arm64, traced, with a log group that is encrypted and ends', () => {
    expect(functions().length).toBeGreaterThanOrEqual(6);
    for (const [logicalId, { Properties }] of functions()) {
      expect(Properties, logicalId).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
      const logGroup = resource(logicalIdIn(Properties.LoggingConfig.LogGroup)).Properties;
      expect(logGroup.KmsKeyId, logicalId).toBeDefined();
      expect(logGroup.RetentionInDays, logicalId).toBeGreaterThanOrEqual(365);
    }
  });

  test('keeps the log of the CDK’s own functions as it keeps ours', () => {
    for (const [logicalId, { Properties }] of ofType('AWS::Lambda::Function'))
      expect(Properties.LoggingConfig?.LogGroup, logicalId).toBeDefined();
    for (const [logicalId, { Properties }] of ofType('AWS::Logs::LogGroup')) {
      expect(Properties.KmsKeyId, logicalId).toBeDefined();
      expect(Properties.RetentionInDays, logicalId).toBeGreaterThanOrEqual(365);
    }
  });

  test('lets the alarms of this account, and nobody else, publish to the topics they act on', () => {
    const alarms = [...ofType('AWS::CloudWatch::Alarm'), ...ofType('AWS::CloudWatch::CompositeAlarm')];
    const topics = new Set(
      alarms.flatMap(([, { Properties }]) => [Properties.AlarmActions].flat().map(logicalIdIn)),
    );
    expect(topics.size).toBe(2);
    const policies = ofType('AWS::SNS::TopicPolicy').map(([, { Properties }]) => Properties);
    for (const topic of topics) {
      const policy = policies.find(({ Topics }) => Topics.map(logicalIdIn).includes(topic));
      const allowed = policy?.PolicyDocument.Statement.filter(
        ({ Effect }: { Effect: string }) => Effect === 'Allow',
      );
      expect(allowed, topic).toEqual([
        expect.objectContaining({
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]);
    }
  });

  test('starts nothing that reads the database before the schema and the logins are there', () => {
    const [schema] = ofType('Custom::PagwSchema').map(([logicalId]) => logicalId);
    const rotations = ofType('AWS::SecretsManager::RotationSchedule');
    for (const [, { DependsOn }] of rotations) expect(DependsOn).toContain(schema);
    const schedules = ofType('AWS::Scheduler::Schedule').filter(([, { Properties }]) =>
      JSON.stringify(Properties.Target.Arn).includes('Run'),
    );
    expect(schedules).not.toEqual([]);
    const starters = [...ofType('AWS::Lambda::EventSourceMapping'), ...schedules];
    for (const [logicalId, { DependsOn }] of starters) {
      expect(DependsOn, logicalId).toEqual(expect.arrayContaining(rotations.map(([id]) => id)));
    }
  });

  test('protects the database and lets nothing reach it but the Data API', () => {
    const [[, cluster] = []] = ofType('AWS::RDS::DBCluster');
    expect(cluster?.Properties).toMatchObject({
      EnableHttpEndpoint: true,
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      EnableCloudwatchLogsExports: ['postgresql'],
    });
    expect(cluster?.DeletionPolicy).toBe(stage === 'prod' ? 'RetainExceptOnCreate' : 'Snapshot');
    const protections = ofType('AWS::Scheduler::Schedule').map(([, { Properties }]) =>
      JSON.stringify(Properties.Target.Input),
    );
    expect(protections.filter((input) => input.includes('DeletionProtection\\":true'))).toHaveLength(1);
    const [[, parameters] = []] = ofType('AWS::RDS::DBClusterParameterGroup');
    expect(parameters?.Properties.Parameters).toMatchObject({
      'rds.force_ssl': '1',
      log_error_verbosity: 'terse',
      log_parameter_max_length: '0',
    });
    for (const type of [
      'AWS::EC2::NatGateway',
      'AWS::EC2::InternetGateway',
      'AWS::EC2::SecurityGroupIngress',
    ]) {
      expect(ofType(type), type).toEqual([]);
    }
    for (const [, { Properties }] of ofType('AWS::EC2::SecurityGroup'))
      expect(Properties.SecurityGroupIngress).toBeUndefined();
  });

  test('rotates every key, and every login it makes', () => {
    for (const [, { Properties }] of ofType('AWS::KMS::Key')) expect(Properties.EnableKeyRotation).toBe(true);
    expect(ofType('AWS::SecretsManager::RotationSchedule')).toHaveLength(
      ofType('AWS::SecretsManager::Secret').length,
    );
  });

  test('keeps each alarm, its section of the runbook and its heartbeat together', () => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const sections = new Set([...runbook.matchAll(/^## ([\w-]+)$/gm)].map(([, section]) => section));
    const alarms = [...ofType('AWS::CloudWatch::Alarm'), ...ofType('AWS::CloudWatch::CompositeAlarm')];
    const linked = alarms.map(([, { Properties }]) => /#([\w-]+)$/.exec(Properties.AlarmDescription)?.[1]);
    if (stage === 'dev') sections.delete('canary-heartbeat');
    // The doctor tells of these, no alarm does; and there is no bus to wait for.
    for (const section of ['states', 'events-waiting']) sections.delete(section);
    expect(new Set(linked)).toEqual(sections);
    const started = JSON.stringify(
      ofType('AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties.Target.Arn),
    );
    for (const [logicalId, { Properties }] of functions()) {
      const flow = Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME.replace('pagw-', '');
      if (started.includes(`"${logicalId}"`)) expect(linked).toContain(`${flow}-heartbeat`);
    }
    for (const [, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
      const name = String(Properties.AlarmName).replace('pagw-', '');
      const section = runbook.split(`\n## ${name}\n`)[1]?.split('\n## ')[0];
      for (const part of [/\*\*Means\*\*/, /\*\*Look\*\*/, /\*\*fix\*\*/i])
        expect(section, name).toMatch(part);
      const heartbeat = String(Properties.AlarmName).endsWith('-heartbeat');
      expect(Properties.TreatMissingData, Properties.AlarmName).toBe(
        heartbeat ? 'breaching' : 'notBreaching',
      );
      expect(Properties.AlarmActions).toHaveLength(1);
    }
  });

  test('shows each thing the operator is promised on the dashboard, and a tenant only where the stage names one', () => {
    const [[, dashboard] = []] = ofType('AWS::CloudWatch::Dashboard');
    const parts: unknown[] = dashboard?.Properties.DashboardBody['Fn::Join'][1];
    const { widgets } = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''));
    const titles = widgets.map(({ properties }: { properties: { title?: string } }) => properties.title);
    expect(titles.filter(Boolean)).toEqual([
      'Alarms',
      ...(stage === 'dev' ? ['Stuck requests'] : []),
      ...['Events', 'Age of the oldest event, canaries, clocks apart (s)', 'Ingest time (ms)'],
      ...['Requests stuck, incidents, notifications not sent', 'Deadlines', 'Retries'],
      ...['Capacity (ACU)', 'CPU and capacity used (%)', 'Connections', 'Storage (bytes)'],
      ...['Growth (bytes)', 'Largest metadata (bytes)', 'Indexes that nothing reads'],
    ]);
    expect(widgets[1].type).toBe(stage === 'dev' ? 'custom' : 'text');
    const drawn = functions().filter(([, { Properties }]) => Properties.Environment.Variables.WIDGET_TENANT);
    expect(drawn).toHaveLength(stage === 'dev' ? 1 : 0);
    for (const metric of ['AnswersNotUnderstood', 'UnbelievedTimes', 'ClockSkewSeconds'])
      expect(JSON.stringify(widgets)).toContain(metric);
  });

  test('repeats a schedule’s failed invocation, and sets aside what fails for good', () => {
    for (const [logicalId, { Properties }] of ofType('AWS::Scheduler::Schedule')) {
      // A canary that could not be sent is missed, and alarms.
      if (logicalId.startsWith('Canary')) continue;
      expect(Properties.Target.RetryPolicy, logicalId).toMatchObject({ MaximumRetryAttempts: 2 });
      const { Arn } = Properties.Target.DeadLetterConfig;
      expect(resource(logicalIdIn(Arn)).Type, logicalId).toBe('AWS::SQS::Queue');
    }
  });

  test('sends canaries as any producer sends events, each with an id of its own, where the stage asks for them', () => {
    const sends = ofType('AWS::Scheduler::Schedule').filter(([id]) => id.startsWith('Canary'));
    expect(sends).toHaveLength(stage === 'prod' ? 1 : 0);
    for (const [, { Properties }] of sends) {
      expect(Properties.ScheduleExpression).toBe('rate(5 minutes)');
      const parts: unknown[] = Properties.Target.Input['Fn::Join'][1];
      const input = parts.map((part) => (typeof part === 'string' ? part : 'queue')).join('');
      const run = (id: string) => JSON.parse(input.replaceAll('<aws.scheduler.execution-id>', id));
      const { QueueUrl, MessageBody, ...ids } = run('d32c5kddcf5bb8c3');
      expect(QueueUrl).toBe('queue');
      expect(ids).toEqual({
        MessageGroupId: 'PAGW-CANARY-d32c5kddcf5bb8c3',
        MessageDeduplicationId: 'd32c5kddcf5bb8c3',
      });
      const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
      const { events } = readMessage(MessageBody, { messageId: 'm', sentAt: new Date(0) }, rules);
      expect(events.map(canaryReading)).toEqual(['canary']);
      expect(events).toMatchObject([{ known: true, eventId: 'd32c5kddcf5bb8c3' }]);
    }
  });

  test('allows TLS only to every queue, topic and bucket', () => {
    const guarded = (type: string, of: (properties: Resource['Properties']) => unknown[]) =>
      ofType(type).flatMap(([, { Properties }]) =>
        JSON.stringify(Properties.PolicyDocument).includes('"aws:SecureTransport":"false"')
          ? of(Properties)
          : [],
      );
    const all = (type: string) =>
      ofType(type)
        .map(([logicalId]) => logicalId)
        .sort();
    const ids = (values: unknown[]) => values.map((value) => logicalIdIn(value as object)).sort();
    expect(ids(guarded('AWS::SQS::QueuePolicy', ({ Queues }) => Queues))).toEqual(all('AWS::SQS::Queue'));
    expect(ids(guarded('AWS::SNS::TopicPolicy', ({ Topics }) => Topics))).toEqual(all('AWS::SNS::Topic'));
    expect(ids(guarded('AWS::S3::BucketPolicy', ({ Bucket }) => [Bucket]))).toEqual(all('AWS::S3::Bucket'));
  });

  test('tells the operator CLI where everything is', () => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining([
        'ClusterArn',
        'DatabaseName',
        'OwnerSecretArn',
        'WriterSecretArn',
        'OperatorSecretArn',
        'ReaderSecretArn',
        'EventsQueueUrl',
        'EventsDeadLetterQueueUrl',
        'RetriesQueueUrl',
        'QuarantineBucketName',
        'ArchiveBucketName',
        'MessagesKeyArn',
        'RetryPolicy',
      ]),
    );
  });
});

test('an existing cluster is used as it is: no cluster and no network is made', () => {
  const { ofType, template } = synthesiseStage('prod', {
    unchecked: true,
    settings: {
      existingCluster: {
        ownCluster: 'none',
        clusterIdentifier: 'claims',
        dataApiEnabled: true,
        masterSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:claims-owner-AbCdEf',
      },
    },
  });
  expect(ofType('AWS::RDS::DBCluster')).toEqual([]);
  expect(ofType('AWS::EC2::VPC')).toEqual([]);
  expect(JSON.stringify(template.Outputs.ClusterArn)).toContain(':cluster:claims');
});

test('an existing VPC is used as it is: the cluster joins its subnets', () => {
  const { ofType } = synthesiseStage('prod', {
    unchecked: true,
    settings: {
      existingNetwork: {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a', 'us-east-1b'],
        isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      },
    },
  });
  expect(ofType('AWS::EC2::VPC')).toEqual([]);
  const [[, group] = []] = ofType('AWS::RDS::DBSubnetGroup');
  expect(group?.Properties.SubnetIds).toEqual(['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1']);
});

test('a stage that names the reader’s tenants hands them to the schema', () => {
  const limited = synthesiseStage('prod', { unchecked: true, settings: { readerTenants: ['anthem'] } });
  const schemaOf = ({ ofType }: typeof limited) =>
    ofType('Custom::PagwSchema').map(([, { Properties }]) => Properties);
  expect(schemaOf(limited)).toMatchObject([{ readerTenants: ['anthem'] }]);
  const [unlimited] = schemaOf(synthesiseStage('prod', { unchecked: true }));
  expect(unlimited).not.toHaveProperty('readerTenants');
});
