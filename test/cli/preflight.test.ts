import { CloudControlClient, ListResourcesCommand } from '@aws-sdk/client-cloudcontrol';
import { CloudFormationClient, DescribeStacksCommand, StackStatus } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetQueueUrlCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACCOUNT_QUOTAS, type StageNeeds } from '../../lib/cli/doctor/account-limits.ts';
import type { CheckResult } from '../../lib/cli/doctor.ts';
import { mockedClient } from '../support/mocked-client.ts';
import { type CliRunOptions, runCli } from './run-cli.ts';

const cloudFormation = mockedClient(CloudFormationClient);
const lambda = mockedClient(LambdaClient);
const sqs = mockedClient(SQSClient);
const tagging = mockedClient(ResourceGroupsTaggingAPIClient);
const quotas = mockedClient(ServiceQuotasClient);
const cloudControl = mockedClient(CloudControlClient);

const NEEDS: StageNeeds = {
  stack: 'PagwEventTracker-dev',
  reservedExecutions: 0,
  networks: 1,
  zones: 3,
  endpoints: [],
  clusters: 1,
  groups: 1,
  instances: 1,
};

/** In private mode. */
const PRIVATE: StageNeeds = { ...NEEDS, endpoints: ['rds-data', 'sqs'] };

const THREE_ZONES = {
  DescribeSubnets: '',
  DescribeAvailabilityZones: zoneNames('us-east-1a', 'us-east-1b', 'us-east-1c'),
  DescribeVpcEndpointServices: offeredIn('us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d'),
};

beforeEach(() => {
  for (const client of [cloudFormation, lambda, sqs, tagging, quotas, cloudControl]) client.reset();
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('no such stack'), { name: 'ValidationError' }));
  stack('CDKToolkit', 'CREATE_COMPLETE', { BootstrapVersion: '28' });
  limit(10, 10);
  sqs.on(GetQueueUrlCommand).rejects(new QueueDoesNotExist({ message: 'no', $metadata: {} }));
  tagging.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [] });
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 5 } });
  thereAre(4);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  zones(THREE_ZONES);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('pagw doctor --preflight', () => {
  it('finds a new, bootstrapped account good enough', async () => {
    const { code, outcomes } = await preflight();
    expect(code).toBe(0);
    expect(outcomes).toEqual({
      settings: 'pass',
      bootstrap: 'pass',
      stacks: 'pass',
      zones: 'pass',
      endpoints: 'not-applicable',
      vpcs: 'pass',
      clusters: 'pass',
      instances: 'pass',
      'subnet-groups': 'pass',
      'parameter-groups': 'pass',
      names: 'pass',
      concurrency: 'pass',
      leftovers: 'pass',
    });
  });

  it.each<[string, () => void, CliRunOptions, string, RegExp]>([
    [
      'settings that cannot work',
      () => undefined,
      { stageNeeds: () => Promise.reject(new Error("Stage 'dev': zones must be 2 or 3.")) },
      'settings',
      /zones must be 2 or 3/,
    ],
    [
      'another region than the stage is deployed to',
      () => undefined,
      { stageNeeds: async () => ({ ...NEEDS, region: 'eu-north-1' }) },
      'settings',
      /deployed to eu-north-1, and us-east-1 was asked.*--region eu-north-1/,
    ],
    ['an account without bootstrap', () => gone('CDKToolkit'), {}, 'bootstrap', /npx cdk bootstrap/],
    [
      'a bootstrap that is too old',
      () => stack('CDKToolkit', 'UPDATE_COMPLETE', { BootstrapVersion: '5' }),
      {},
      'bootstrap',
      /version 5, and 6 is the least/,
    ],
    [
      'a quota too low for what the stage reserves',
      () => undefined,
      { stageNeeds: async () => ({ ...NEEDS, reservedExecutions: 12 }) },
      'concurrency',
      /the stage reserves 12.*Ask Service Quotas for 112/,
    ],
    ...ACCOUNT_QUOTAS.map(({ id, name, code, type }): [string, () => void, CliRunOptions, string, RegExp] => [
      `no room beneath the quota ${name}`,
      () => thereAre(5, type),
      {},
      id,
      new RegExp(
        `^5 of 5 in use, the stage makes 1 .*ask Service Quotas for 6 "${name}" of (vpc|rds) \\(${code}\\)`,
      ),
    ]),
    [
      'readers that find no room where the writer does',
      () => undefined,
      { stageNeeds: async () => ({ ...NEEDS, instances: 2 }) },
      'instances',
      /^4 of 5 in use, the stage makes 2 /,
    ],
    [
      'a right to look that is missing',
      () =>
        quotas
          .on(GetServiceQuotaCommand)
          .rejects(Object.assign(new Error('not authorized to perform'), { name: 'AccessDeniedException' })),
      {},
      'vpcs',
      /not authorized|Access/,
    ],
    [
      'a rollback that failed',
      () => stack('PagwEventTracker-dev-data', 'UPDATE_ROLLBACK_FAILED'),
      {},
      'stacks',
      /continue-update-rollback --stack-name PagwEventTracker-dev-data/,
    ],
    [
      'a creation that could not be rolled back',
      () => stack('PagwEventTracker-dev', 'ROLLBACK_FAILED'),
      {},
      'stacks',
      /delete-stack --stack-name PagwEventTracker-dev/,
    ],
    [
      'a region with two zones for the account',
      () => zones({ DescribeSubnets: '', DescribeAvailabilityZones: zoneNames('us-west-1c', 'us-west-1a') }),
      {},
      'zones',
      /^us-west-1a, us-west-1c; the stage asks for 3 .*Set `zones: 2`/,
    ],
    [
      'default subnets in two zones of three, of which alone CloudFormation chooses',
      () =>
        zones({
          DescribeSubnets: ['us-east-1a', 'us-east-1b', 'us-east-1a']
            .map((zone) => `<availabilityZone>${zone}</availabilityZone>`)
            .join(''),
        }),
      {},
      'zones',
      /^us-east-1a, us-east-1b; the stage asks for 3 .*Set `zones: 2`/,
    ],
    [
      'a single zone, which no setting helps',
      () => zones({ DescribeSubnets: '', DescribeAvailabilityZones: zoneNames('xx-one-1a') }),
      {},
      'zones',
      /^xx-one-1a; the stage asks for 3 .*Deploy to another region/,
    ],
    [
      'zones that may not be looked at',
      () => zones({}),
      {},
      'zones',
      /^EC2 refuses DescribeSubnets: UnauthorizedOperation/,
    ],
    [
      'an endpoint that the third zone does not offer',
      () =>
        zones({ ...THREE_ZONES, 'DescribeVpcEndpointServices sqs': offeredIn('us-east-1a', 'us-east-1b') }),
      { stageNeeds: async () => PRIVATE },
      'endpoints',
      /^no endpoint to sqs in us-east-1c .*Set `zones: 2`/,
    ],
    [
      'endpoints that other zones do not offer, or the region',
      () =>
        zones({
          ...THREE_ZONES,
          'DescribeVpcEndpointServices rds-data': offeredIn('us-east-1b', 'us-east-1c'),
          'DescribeVpcEndpointServices sqs': '',
        }),
      { stageNeeds: async () => PRIVATE },
      'endpoints',
      /^no endpoint to rds-data in us-east-1a; to sqs in us-east-1a, us-east-1b, us-east-1c .*→? ?Leave privateMode out/,
    ],
    [
      'endpoints that may not be looked at',
      () => zones({ ...THREE_ZONES, DescribeVpcEndpointServices: undefined }),
      { stageNeeds: async () => PRIVATE },
      'endpoints',
      /^EC2 refuses DescribeVpcEndpointServices: UnauthorizedOperation/,
    ],
    [
      'queues of somebody else',
      () =>
        sqs.on(GetQueueUrlCommand, { QueueName: 'pagw-events.fifo' }).resolves({ QueueUrl: 'http://queue' }),
      {},
      'names',
      /pagw-events\.fifo is there/,
    ],
  ])('says what to do about %s', async (_, given, options, id, message) => {
    given();
    const { code, outcomes, told } = await preflight(options);
    expect(code).toBe(10);
    expect(outcomes[id]).toBe('fail');
    expect(told[id]).toMatch(message);
  });

  it('asks no more of private mode than that its own zones offer each endpoint', async () => {
    zones({
      ...THREE_ZONES,
      DescribeAvailabilityZones: zoneNames('us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1e'),
    });
    const { outcomes, told } = await preflight({ stageNeeds: async () => PRIVATE });
    expect(outcomes.endpoints).toBe('pass');
    expect(told.endpoints).toMatch(/^rds-data, sqs in us-east-1a, us-east-1b, us-east-1c/);
  });

  it('lets a stage deploy that reserves what there is', async () => {
    limit(1_000, 900);
    const stageNeeds = async () => ({ ...NEEDS, reservedExecutions: 27 });
    expect((await preflight({ stageNeeds })).outcomes.concurrency).toBe('pass');
  });

  it('counts against the default where the account has no quota of its own, over all pages', async () => {
    quotas.on(GetServiceQuotaCommand).rejects(new NoSuchResourceException({ message: 'no', $metadata: {} }));
    quotas.on(GetAWSDefaultServiceQuotaCommand).resolves({ Quota: { Value: 40 } });
    cloudControl
      .on(ListResourcesCommand)
      .resolves({ ResourceDescriptions: Array(20).fill({}), NextToken: 'more' })
      .on(ListResourcesCommand, { NextToken: 'more' })
      .resolves({ ResourceDescriptions: Array(15).fill({}) });
    const { outcomes, told } = await preflight();
    expect(outcomes.clusters).toBe('pass');
    expect(told.clusters).toMatch(/^35 of 40 in use/);
  });

  it('asks for no room where nothing new is made', async () => {
    thereAre(5);
    const uses = { networks: 0, zones: 0, clusters: 0, groups: 0, instances: 0 };
    expect((await preflight({ stageNeeds: async () => ({ ...NEEDS, ...uses }) })).code).toBe(0);
    stack('PagwEventTracker-dev-data', 'UPDATE_COMPLETE');
    expect((await preflight()).outcomes.vpcs).toBe('not-applicable');
    stack('PagwEventTracker-dev-data', 'ROLLBACK_COMPLETE');
    expect((await preflight()).outcomes.vpcs).toBe('fail');
  });

  it.each(Object.values(StackStatus))(
    'says what to do about a stack in %s, or that nothing is',
    async (status) => {
      stack('PagwEventTracker-dev-data', status);
      const { outcomes, told } = await preflight();
      const [verdict, next] = afterwards(status);
      expect([status, outcomes.stacks]).toEqual([status, verdict]);
      expect(told.stacks).toMatch(next);
    },
  );

  it('goes on from a stack whose creation was rolled back, as the CDK does', async () => {
    stack('PagwEventTracker-dev-data', 'CREATE_COMPLETE');
    stack('PagwEventTracker-dev', 'ROLLBACK_COMPLETE');
    expect((await preflight()).outcomes).toMatchObject({ stacks: 'pass', names: 'not-applicable' });
  });

  it('names what an earlier deployment left', async () => {
    tagging.on(GetResourcesCommand).resolves({
      ResourceTagMappingList: [{ ResourceARN: 'arn:aws:s3:::pagweventtracker-dev-archive' }],
    });
    const { outcomes, told } = await preflight();
    expect(outcomes.leftovers).toBe('pass');
    expect(told.leftovers).toContain('arn:aws:s3:::pagweventtracker-dev-archive');
  });

  it('takes the stage from --stack, and refuses what is none', async () => {
    stack('PagwEventTracker-prod-data', 'DELETE_FAILED');
    expect((await preflight({}, '--stack', 'PagwEventTracker-prod')).told.stacks).toContain(
      'PagwEventTracker-prod-data',
    );
    for (const name of [
      'mine',
      'PagwEventTracker-',
      'Claims-PagwEventTracker-dev',
      'claimsPagwEventTracker-dev',
    ]) {
      const { code } = await runCli(['doctor', '--preflight', '--stack', name]);
      expect(code, name).toBe(64);
    }
  });

  it.each([
    ['eu-prod-2', 'PagwEventTracker-eu-prod-2', ''],
    ['prod', 'claims-PagwEventTracker-prod', 'claims-'],
    ['eu-prod', 'claims-west-PagwEventTracker-eu-prod', 'claims-west-'],
  ])('knows the stage %s of %s', async (stage, name, prefix) => {
    let asked = '';
    const stageNeeds = async (of: string) => {
      asked = of;
      return { ...NEEDS, stack: name };
    };
    stack(`${name}-data`, 'DELETE_FAILED');
    const theirs = (Value: string) => [{ Key: 'name-prefix', Value }];
    tagging.on(GetResourcesCommand).resolves({
      ResourceTagMappingList: [
        { ResourceARN: 'arn:aws:s3:::of-dental', Tags: theirs('dental') },
        { ResourceARN: 'arn:aws:s3:::left', Tags: prefix === '' ? [] : theirs(prefix.slice(0, -1)) },
      ],
    });
    const { outcomes, told } = await preflight({ stageNeeds }, '--stack', name);
    expect(asked).toBe(stage);
    expect(outcomes.settings).toBe('pass');
    expect(told.stacks).toContain(`${name}-data is in DELETE_FAILED`);
    expect(told.names).toContain(`${prefix}pagw-events.fifo, ${prefix}pagw-events-dlq.fifo`);
    gone(`${name}-data`);
    const { told: later } = await preflight({ stageNeeds }, '--stack', name);
    expect(later.leftovers).toMatch(/^arn:aws:s3:::left:/);
  });

  it('says under which name the settings have a stage, where --stack has another', async () => {
    const stageNeeds = async () => ({ ...NEEDS, stack: 'claims-PagwEventTracker-dev' });
    const { outcomes, told } = await preflight({ stageNeeds });
    expect(outcomes.settings).toBe('fail');
    expect(told.settings).toMatch(
      /is deployed as claims-PagwEventTracker-dev.*--stack claims-PagwEventTracker-dev/,
    );
  });
});

async function preflight(options: CliRunOptions = {}, ...args: string[]) {
  const { code, stdout } = await runCli(
    ['doctor', '--preflight', '--region', 'us-east-1', '-o', 'json', ...args],
    { stageNeeds: async () => NEEDS, ...options },
  );
  const checks: CheckResult[] = JSON.parse(stdout).checks;
  return {
    code,
    outcomes: Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome])),
    told: Object.fromEntries(checks.map(({ id, evidence, next }) => [id, `${evidence} ${next ?? ''}`])),
  };
}

function stack(StackName: string, StackStatus: string, outputs: Record<string, string> = {}): void {
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  cloudFormation.on(DescribeStacksCommand, { StackName }).resolves({
    Stacks: [
      { StackName, StackStatus: StackStatus as 'CREATE_COMPLETE', CreationTime: new Date(0), Outputs },
    ],
  });
}

function thereAre(count: number, TypeName?: string): void {
  cloudControl
    .on(ListResourcesCommand, TypeName === undefined ? {} : { TypeName })
    .resolves({ ResourceDescriptions: Array(count).fill({ Identifier: 'one' }) });
}

function gone(StackName: string): void {
  cloudFormation
    .on(DescribeStacksCommand, { StackName })
    .rejects(Object.assign(new Error('no such stack'), { name: 'ValidationError' }));
}

function limit(ConcurrentExecutions: number, UnreservedConcurrentExecutions: number): void {
  lambda.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions, UnreservedConcurrentExecutions },
  });
}

/** What EC2 answers to its calls; it refuses any other. */
function zones(answers: Record<string, string | undefined>): void {
  vi.stubGlobal(
    'fetch',
    async (url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
      expect(url).toBe('https://ec2.us-east-1.amazonaws.com/');
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/us-east-1\/ec2\//,
      );
      const asked = new URLSearchParams(body);
      const action = asked.get('Action') ?? '';
      const service = asked.get('Filter.1.Value.1')?.replace('com.amazonaws.us-east-1.', '');
      const answer = answers[`${action} ${service}`] ?? answers[action];
      return answer === undefined
        ? new Response('<Code>UnauthorizedOperation</Code>', { status: 403 })
        : new Response(answer);
    },
  );
}

/** Of a service's endpoints, with what else the answer lists. */
function offeredIn(...names: string[]): string {
  const items = (list: string[]) => list.map((name) => `<item>${name}</item>`).join('');
  return `<serviceNameSet>${items(['com.amazonaws.us-east-1.sqs'])}</serviceNameSet><serviceDetailSet><item>
    <availabilityZoneIdSet>${items(['use1-az4', 'use1-az6'])}</availabilityZoneIdSet>
    <availabilityZoneSet>${items(names)}</availabilityZoneSet>
    <baseEndpointDnsNameSet>${items(['sqs.us-east-1.vpce.amazonaws.com'])}</baseEndpointDnsNameSet></item></serviceDetailSet>`;
}

function zoneNames(...names: string[]): string {
  return names.map((name) => `<item><zoneName>${name}</zoneName></item>`).join('');
}

/** What CloudFormation and the CDK take from a stack in `status`. */
function afterwards(status: string): ['pass' | 'fail', RegExp] {
  if (status === 'REVIEW_IN_PROGRESS') return ['pass', /./];
  if (status.endsWith('_IN_PROGRESS')) return ['fail', /Wait until it has ended/];
  if (status === 'UPDATE_ROLLBACK_FAILED') return ['fail', /continue-update-rollback/];
  if (status === 'UPDATE_FAILED') return ['fail', /npx cdk rollback PagwEventTracker-dev-data -c stage=dev/];
  // Nothing is ever imported into the tracker's stacks.
  if (status.endsWith('_FAILED') && !status.startsWith('IMPORT_')) return ['fail', /delete-stack/];
  return ['pass', /./];
}
