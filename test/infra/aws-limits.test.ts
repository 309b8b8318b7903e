import { describe, expect, test } from 'vitest';
import { ACCOUNT_QUOTAS } from '../../lib/cli/doctor/account-limits.ts';
import { stageNeeds } from '../../lib/infra/stage-settings.ts';
import { STAGES } from '../../lib/infra/stages.ts';
import { VARIANTS } from './stage-variants.ts';
import { type Resource, type SynthesisedStage, synthesiseStage, type Template } from './synthesise-stage.ts';

type Measured = [what: string, size: number];

type Limit = readonly [name: string, most: number, measure: (template: Template) => Measured[]];

/** "Amazon SQS policy quotas". */
const SQS_POLICY: readonly Limit[] = (
  [
    ['bytes', 8_192, (statements) => filledIn({ Version: '2012-10-17', Statement: statements }).length],
    ['statements', 20, (statements) => statements.length],
    [
      'principals',
      50,
      (statements) => statements.flatMap(({ Principal }) => Object.values(Principal).flat()).length,
    ],
    ['actions', 7, (statements) => Math.max(...statements.map(({ Action }) => [Action].flat().length))],
  ] as [string, number, (statements: { Principal: object; Action: unknown }[]) => number][]
).map(([name, most, measure]) => [
  `${name} of a queue\u2019s policy`,
  most,
  of('AWS::SQS::QueuePolicy', ({ PolicyDocument }) => measure(PolicyDocument.Statement)),
]);

/**
 * What AWS refuses beyond, from the quotas' pages of CloudFormation, Lambda, IAM, SQS, CloudWatch, EventBridge Scheduler, RDS and
 * S3. What CloudFormation fills in is taken for as long as an ARN may get.
 */
const LIMITS: readonly Limit[] = [
  // As the CDK uploads it; beyond 51,200 it goes by S3, which the CDK does for every template.
  ['bytes of a template', 1_000_000, (template) => [['template', bytes(template)]]],
  ['resources', 500, ({ Resources }) => [['resources', Object.keys(Resources).length]]],
  ['outputs', 200, ({ Outputs = {} }) => [['outputs', Object.keys(Outputs).length]]],
  ['parameters', 200, ({ Parameters = {} }) => [['parameters', Object.keys(Parameters).length]]],
  [
    'bytes of an output',
    1_024,
    ({ Outputs = {} }) => entries(Outputs, ({ Value }) => filledIn(Value).length),
  ],
  [
    'characters of an export',
    255,
    ({ Outputs = {} }) => entries(Outputs, ({ Export }) => Export?.Name.length ?? 0),
  ],
  ['characters of a logical id', 255, ({ Resources }) => Object.keys(Resources).map((id) => [id, id.length])],
  [
    'bytes of an environment',
    4_096,
    of('AWS::Lambda::Function', ({ Environment }) => variables(Environment?.Variables)),
  ],
  ['layers of a function', 5, of('AWS::Lambda::Function', ({ Layers = [] }) => Layers.length)],
  ['seconds of a function', 900, of('AWS::Lambda::Function', ({ Timeout = 3 }) => Timeout)],
  // Without white space, which IAM does not count; of all inline policies of a role together.
  ['characters of a role\u2019s inline policies', 10_240, inlinePolicies],
  [
    'characters of a role\u2019s trust',
    2_048,
    of('AWS::IAM::Role', (role) => filledIn(role.AssumeRolePolicyDocument).length),
  ],
  [
    'characters of a managed policy',
    6_144,
    of('AWS::IAM::ManagedPolicy', (policy) => filledIn(policy.PolicyDocument).length),
  ],
  [
    'managed policies of a role',
    10,
    of('AWS::IAM::Role', ({ ManagedPolicyArns = [] }) => ManagedPolicyArns.length),
  ],
  ['bytes of a key policy', 32_768, of('AWS::KMS::Key', ({ KeyPolicy }) => filledIn(KeyPolicy).length)],
  [
    'bytes of a bucket policy',
    20_480,
    of('AWS::S3::BucketPolicy', (policy) => filledIn(policy.PolicyDocument).length),
  ],
  [
    'characters of a role\u2019s name',
    64,
    of('AWS::IAM::Role', ({ RoleName = '' }) => filledIn(RoleName).length),
  ],
  [
    'characters of a function\u2019s name',
    64,
    of('AWS::Lambda::Function', ({ FunctionName = '' }) => filledIn(FunctionName).length),
  ],
  ...SQS_POLICY,
  [
    'characters of a managed policy\u2019s name',
    128,
    of('AWS::IAM::ManagedPolicy', ({ ManagedPolicyName = '' }) => filledIn(ManagedPolicyName).length),
  ],
  [
    'characters that a topic shows',
    100,
    of('AWS::SNS::Topic', ({ DisplayName = '' }) => filledIn(DisplayName).length),
  ],
  [
    'characters of a dashboard\u2019s name',
    255,
    of('AWS::CloudWatch::Dashboard', ({ DashboardName = '' }) => filledIn(DashboardName).length),
  ],
  // 63, of which a restored one and its instance take 11 more (docs/deploy.md).
  [
    'characters of a cluster\u2019s identifier',
    52,
    of('AWS::RDS::DBCluster', ({ DBClusterIdentifier }) => filledIn(DBClusterIdentifier).length),
  ],
  [
    'characters of a vault\u2019s name',
    50,
    of('AWS::Backup::BackupVault', ({ BackupVaultName }) => filledIn(BackupVaultName).length),
  ],
  [
    'characters of a plan\u2019s name',
    50,
    of('AWS::Backup::BackupPlan', ({ BackupPlan }) => filledIn(BackupPlan.BackupPlanName).length),
  ],
  [
    'characters of a description',
    255,
    ({ Resources }) =>
      Object.entries(Resources).map(([id, { Properties }]) => [
        id,
        filledIn(Properties?.GroupDescription ?? Properties?.Description ?? '').length,
      ]),
  ],
  [
    'characters of a queue\u2019s name',
    80,
    of('AWS::SQS::Queue', ({ QueueName = '' }) => filledIn(QueueName).length),
  ],
  [
    'receives of a message',
    1_000,
    of('AWS::SQS::Queue', ({ RedrivePolicy }) => RedrivePolicy?.maxReceiveCount ?? 0),
  ],
  [
    'seconds a message is hidden',
    43_200,
    of('AWS::SQS::Queue', ({ VisibilityTimeout = 30 }) => VisibilityTimeout),
  ],
  [
    'characters of an alarm\u2019s name',
    255,
    of('AWS::CloudWatch::Alarm', ({ AlarmName = '' }) => filledIn(AlarmName).length),
  ],
  [
    'characters of an alarm\u2019s description',
    1_024,
    of('AWS::CloudWatch::Alarm', (alarm) => filledIn(alarm.AlarmDescription ?? '').length),
  ],
  ['seconds that an alarm looks at', 604_800, of('AWS::CloudWatch::Alarm', secondsWatched)],
  [
    'characters of a rule over alarms',
    10_240,
    of('AWS::CloudWatch::CompositeAlarm', (alarm) => filledIn(alarm.AlarmRule).length),
  ],
  [
    'alarms of a composite',
    100,
    of('AWS::CloudWatch::CompositeAlarm', ({ AlarmRule }) => filledIn(AlarmRule).split('ALARM(').length - 1),
  ],
  [
    'bytes of a dashboard',
    1_000_000,
    of('AWS::CloudWatch::Dashboard', (dashboard) => filledIn(dashboard.DashboardBody).length),
  ],
  [
    'log groups of a saved query',
    50,
    of('AWS::Logs::QueryDefinition', ({ LogGroupNames = [] }) => LogGroupNames.length),
  ],
  [
    'characters of a log group\u2019s name',
    512,
    of('AWS::Logs::LogGroup', ({ LogGroupName = '' }) => filledIn(LogGroupName).length),
  ],
  [
    'characters of a database\u2019s name',
    63,
    of('AWS::RDS::DBCluster', ({ DatabaseName = '' }) => DatabaseName.length),
  ],
  [
    'bytes of a custom resource\u2019s properties',
    200_000,
    of('Custom::PagwSchema', (properties) => filledIn(properties).length),
  ],
];

const LONGEST_NAMES = 'the longest names';

describe.each([
  ...Object.entries(VARIANTS),
  [
    LONGEST_NAMES,
    {
      ...VARIANTS['every setting, its own network'],
      namePrefix: 'p'.repeat(20),
      environment: { account: '123456789012', region: 'ap-southeast-7' },
      events: {},
      rules: { stuckLimits: { retryOverdue: 30 } },
      backup: { keepDays: 35 },
    },
  ] as const,
])('a stage with %s', (variant, settings) => {
  const stage = variant === LONGEST_NAMES ? 's'.repeat(40) : 'prod';
  let synthesised: SynthesisedStage | undefined;
  const stacks = () => {
    synthesised ??= synthesiseStage('prod', { unchecked: true, settings, as: stage });
    return Object.entries(synthesised.stacks);
  };

  test('stays within what AWS allows', () => {
    const beyond = stacks().flatMap(([stack, template]) =>
      LIMITS.flatMap(([name, most, measure]) =>
        measure(template).flatMap(([what, size]) =>
          size <= most ? [] : [`${stack} ${what}: ${size} ${name}, of which there may be ${most}`],
        ),
      ),
    );
    expect(beyond).toEqual([]);
  });

  test('makes as many of each as `pagw doctor --preflight` asks the account for', () => {
    const needs = stageNeeds('prod', { prod: { ...STAGES.prod, ...settings } });
    const types = stacks().flatMap(([, { Resources }]) => Object.values(Resources).map(({ Type }) => Type));
    expect(ACCOUNT_QUOTAS.map(({ id, need }) => [id, needs[need]])).toEqual(
      ACCOUNT_QUOTAS.map(({ id, type }) => [id, types.filter((made) => made === type).length]),
    );
    expect(needs.zones).toBe(types.filter((type) => type === 'AWS::EC2::Subnet').length);
    expect(types.filter((type) => /^AWS::EC2::(EIP|NatGateway|InternetGateway)$/.test(type))).toEqual([]);
  });
});

test('every limit measures something, and notices what is beyond it', () => {
  const { run, data } = synthesiseStage('prod', {
    unchecked: true,
    settings: { ...VARIANTS['60 tenants'], backup: { keepDays: 35 } },
  }).stacks;
  const idle = LIMITS.filter(
    ([, , measure]) => ![run, data].some((template) => measure(template).length > 0),
  );
  expect(idle.map(([name]) => name)).toEqual([]);
  const { Resources } = run;
  const [[id, lambda] = []] = Object.entries(Resources).filter(
    ([, { Type }]) => Type === 'AWS::Lambda::Function',
  );
  if (id === undefined || lambda === undefined) throw new Error('no function');
  const grown = { ...lambda.Properties, Environment: { Variables: { RULES: 'x'.repeat(4_096) } } };
  const [, most, measure] = LIMITS.find(([name]) => name === 'bytes of an environment') ?? ['', 0, () => []];
  const measured = measure({ ...run, Resources: { [id]: { ...lambda, Properties: grown } } });
  expect(measured.map(([, size]) => size > most)).toEqual([true]);
});

function of(type: string, measure: (properties: Resource['Properties']) => number) {
  return ({ Resources }: Template): Measured[] =>
    Object.entries(Resources).flatMap(([logicalId, { Type, Properties = {} }]) =>
      Type === type
        ? [[logicalId, measure(Properties)] as const].map(([id, size]) => [id, size] as Measured)
        : [],
    );
}

function entries<Value>(record: Record<string, Value>, measure: (value: Value) => number): Measured[] {
  return Object.entries(record).map(([name, value]) => [name, measure(value)]);
}

/** As one text, with 100 characters for each value that CloudFormation fills in. */
function filledIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map((part) => JSON.stringify(filledIn(part))).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const [[key, part] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Fn::Join') return part[1].map(filledIn).join(part[0]);
  // The first part of a stack's own id.
  if (key === 'Fn::Select' && JSON.stringify(part).includes('AWS::StackId')) return 'x'.repeat(8);
  if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::')))
    return 'x'.repeat(key === 'Ref' && String(part).startsWith('AWS::') ? 12 : 100);
  return `{${Object.entries(value)
    .map(
      ([name, inner]) => `"${name}":${typeof inner === 'string' ? JSON.stringify(inner) : filledIn(inner)}`,
    )
    .join()}}`;
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value, undefined, 1));
}

function variables(environment: Record<string, unknown> = {}): number {
  return Object.entries(environment).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name + filledIn(value)),
    0,
  );
}

function inlinePolicies({ Resources }: Template): Measured[] {
  const byRole = new Map<string, number>();
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    for (const role of Properties.Roles) {
      const name = JSON.stringify(role);
      byRole.set(
        name,
        (byRole.get(name) ?? 0) + filledIn(Properties.PolicyDocument).replaceAll(/\s/g, '').length,
      );
    }
  }
  return [...byRole];
}

function secondsWatched({ Period, Metrics = [], EvaluationPeriods }: Resource['Properties']): number {
  const periods: number[] = Metrics.flatMap(
    ({ MetricStat, Period: own }: { MetricStat?: { Period: number }; Period?: number }) =>
      MetricStat?.Period ?? own ?? [],
  );
  return EvaluationPeriods * Math.max(Period ?? 0, ...periods);
}
