import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { GetQueueUrlCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../lib/cli/doctor/run-checks.ts';
import { type CliRunOptions, runCli } from './run-cli.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const tagging = mockClient(ResourceGroupsTaggingAPIClient);

beforeEach(() => {
  for (const client of [cloudFormation, lambda, sqs, tagging]) client.reset();
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('no such stack'), { name: 'ValidationError' }));
  stack('CDKToolkit', 'CREATE_COMPLETE', { BootstrapVersion: '28' });
  limit(10, 10);
  sqs.on(GetQueueUrlCommand).rejects(new QueueDoesNotExist({ message: 'no', $metadata: {} }));
  tagging.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [] });
});

describe('pagw doctor --preflight', () => {
  it('finds a new, bootstrapped account good enough', async () => {
    const { code, outcomes } = await preflight();
    expect(code).toBe(0);
    expect(outcomes).toEqual({
      settings: 'pass',
      bootstrap: 'pass',
      concurrency: 'pass',
      stacks: 'pass',
      names: 'pass',
      leftovers: 'pass',
    });
  });

  it.each<[string, () => void, CliRunOptions, string, RegExp]>([
    [
      'settings that cannot work',
      () => undefined,
      { reservedExecutions: () => Promise.reject(new Error("Stage 'dev': zones must be 2 or 3.")) },
      'settings',
      /zones must be 2 or 3/,
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
      { reservedExecutions: async () => 12 },
      'concurrency',
      /the stage reserves 12.*Ask Service Quotas for 112/,
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

  it('lets a stage deploy that reserves what there is', async () => {
    limit(1_000, 900);
    expect((await preflight({ reservedExecutions: async () => 27 })).outcomes.concurrency).toBe('pass');
  });

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
    const { code } = await runCli(['doctor', '--preflight', '--stack', 'mine']);
    expect(code).toBe(64);
  });
});

async function preflight(options: CliRunOptions = {}, ...args: string[]) {
  const { code, stdout } = await runCli(
    ['doctor', '--preflight', '--region', 'us-east-1', '-o', 'json', ...args],
    options,
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
