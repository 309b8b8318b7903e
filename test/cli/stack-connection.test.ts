import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toCliError } from '../../lib/cli/cli-error.ts';
import { agreeOnTime } from '../../lib/cli/session.ts';
import { openStackConnection } from '../../lib/cli/stack-connection.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { ruleOutputs } from '../../lib/infra/stage-rules.ts';
import { mockedClient } from '../support/mocked-client.ts';
import { runCli } from './run-cli.ts';

const cloudFormation = mockedClient(CloudFormationClient);
const sts = mockedClient(STSClient);
const choice = {
  kind: 'deployed',
  stack: 'PagwEventTracker-dev',
  profile: undefined,
  region: 'us-east-1',
} as const;
const outputs = {
  ClusterArn: 'arn:aws:rds:us-east-1:111122223333:cluster:pagw',
  DatabaseName: 'pagw',
  ReaderSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:reader',
  WriterSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:writer',
  OperatorSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:operator',
  OwnerSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:owner',
  EventsQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/pagw-events.fifo',
  EventsDeadLetterQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/pagw-events-dlq.fifo',
};

function stackHas(values: Record<string, string>): void {
  const Outputs = Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  const stack = {
    StackName: choice.stack,
    CreationTime: new Date(0),
    StackStatus: 'CREATE_COMPLETE' as const,
  };
  cloudFormation
    .on(DescribeStacksCommand, { StackName: choice.stack })
    .resolves({ Stacks: [{ ...stack, Outputs }] });
}

beforeEach(() => {
  cloudFormation.reset();
  sts.reset();
});

describe('a deployed tracker', () => {
  it('is found by the outputs of its stack', async () => {
    stackHas(outputs);
    const connection = await openStackConnection(choice);
    expect(connection).toMatchObject({
      kind: 'deployed',
      name: choice.stack,
      eventsQueueUrl: outputs.EventsQueueUrl,
      deadLetterQueueUrl: outputs.EventsDeadLetterQueueUrl,
    });
    expect(() => connection.database('owner')).not.toThrow();
    connection.close();
  });

  it('has the rules that its stack tells in as many outputs as they take, whole', async () => {
    const policy = {
      stages: Object.fromEntries(
        Array.from({ length: 60 }, (_, place) => [`STAGE_${place}_ÄÖ😀`, { baseSeconds: place }]),
      ),
    };
    const told = ruleOutputs('RetryPolicy', policy);
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(([name]) => name)).toEqual(
      told.map((_, place) => (place === 0 ? 'RetryPolicy' : `RetryPolicy${place + 1}`)),
    );
    // What CloudFormation takes.
    for (const [name, value] of told) expect(Buffer.byteLength(value), name).toBeLessThanOrEqual(1_024);
    stackHas({ ...outputs, ...Object.fromEntries(told), ...Object.fromEntries(ruleOutputs('PhiGuard')) });
    const connection = await openStackConnection(choice);
    expect(JSON.parse(connection.retryPolicy ?? '')).toEqual(policy);
    expect(connection.phiGuard).toBe('{}');
    connection.close();
  });

  it('that is no tracker is named, with the output it lacks', async () => {
    stackHas({ BucketName: 'x' });
    await expect(openStackConnection(choice)).rejects.toMatchObject({
      code: 'NOT_A_TRACKER',
      message: 'The stack PagwEventTracker-dev has no output EventsQueueUrl.',
    });
  });

  it.each([
    ['ValidationError', 5, 'STACK_NOT_FOUND'],
    ['AccessDenied', 4, 'NOT_AUTHORISED'],
    ['ExpiredToken', 4, 'NOT_AUTHORISED'],
    ['CredentialsProviderError', 4, 'NOT_AUTHORISED'],
  ])('that answers %s ends the command with %i', async (name, exitCode, code) => {
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error('no'), { name }));
    const told = toCliError(await openStackConnection(choice).catch((error: unknown) => error));
    expect(told).toMatchObject({ exitCode, code });
  });
});

describe('who acts on a deployed tracker', () => {
  const jane =
    'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_pagw-operate_0123456789abcdef/jane@example.org';
  const act = async (env: Record<string, string> = {}) => {
    stackHas(outputs);
    const connection = await openStackConnection(choice);
    const execute = vi.fn().mockResolvedValue({ rows: [{ paused: true, resumed: true }], updated: 0 });
    const run = await runCli(['retry', 'resume', '--downstream', 'carelon', '--reason', 'it answers'], {
      connection: { ...connection, database: () => ({ execute }) as unknown as Database },
      env,
    });
    return { run, bound: JSON.stringify(execute.mock.calls) };
  };

  it('is whom STS names, whatever the environment says', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Arn: jane });
    const { bound } = await act({ PAGW_OPERATOR: 'mallory', USER: 'mallory' });
    expect(bound).toContain(jane);
    expect(bound).not.toContain('mallory');
  });

  it.each([
    ['does not answer', Object.assign(new Error('no'), { name: 'TimeoutError' })],
    ['has no credentials to go by', Object.assign(new Error('no'), { name: 'CredentialsProviderError' })],
  ])('refuses the act where STS %s', async (_, error) => {
    sts.on(GetCallerIdentityCommand).rejects(error);
    const { run, bound } = await act({ PAGW_OPERATOR: 'mallory' });
    expect(run).toMatchObject({ code: 4, stdout: '' });
    expect(run.stderr).toContain(`AWS does not say who you are (${error.name})`);
    expect(bound).not.toContain('carelon');
  });
});

describe('the time of a deployed tracker', () => {
  const HOUR_MS = 3_600_000;
  const ask = async (aheadMs: number, answer: () => Promise<object>) => {
    stackHas(outputs);
    const opened = await openStackConnection(choice);
    const connection = {
      ...opened,
      now: () => new Date(Date.now() + aheadMs),
      database: () => ({ execute: answer }) as unknown as Database,
    };
    const { stderr } = await runCli(['report', 'errors'], { connection });
    const agreed = await agreeOnTime(connection, () => undefined);
    return { stderr, offMs: agreed.now().getTime() - Date.now() };
  };
  const databaseTime = async () => ({ rows: [{ now: new Date() }] });

  it.each([
    [25.5 * HOUR_MS, /clock is 1d1h ahead of the database's, whose time is used/],
    [-HOUR_MS - 30_000, /clock is 1h behind the database's/],
  ])(
    'is its database’s where this machine’s clock is %i ms ahead, and that is said',
    async (aheadMs, said) => {
      const { stderr, offMs } = await ask(aheadMs, databaseTime);
      expect(stderr).toMatch(said);
      expect(Math.abs(offMs)).toBeLessThan(60_000);
    },
  );

  it('is this machine’s where they agree, and where the database does not answer', async () => {
    for (const answer of [databaseTime, () => Promise.reject(new Error('away'))]) {
      const { stderr, offMs } = await ask(30_000, answer);
      expect(stderr).not.toContain('clock is');
      expect(offMs).toBeGreaterThan(29_000);
    }
  });
});
