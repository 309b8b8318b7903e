import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { BadRequestException } from '@aws-sdk/client-rds-data';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { toCliError } from '../../lib/cli/cli-error.ts';
import { openStackConnection } from '../../lib/cli/stack-connection.ts';
import { toDatabaseError } from '../../lib/data-access/database-error.ts';
import { databaseOfFile } from '../support/database.ts';
import { forFile } from '../support/for-file.ts';
import { openAsRole } from '../support/role-database.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();
const reader = await forFile(openAsRole(db, 'pagw_reader'));

describe('exit code 4', () => {
  it('is for a login whose role may not do it, and nothing is done', async () => {
    const connection = connectionTo(db, now, { database: () => reader.database });
    const args = ['retry', 'pause', '--tenant', 'anthem', '--reason', 'a drill', '--yes', '-o', 'json'];
    const { code, stdout, stderr } = await runCli(args, { connection, env: { USER: 'kim' } });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'NOT_AUTHORISED',
      message: 'This login may not do that (SQLSTATE 42501).',
    });
    expect((await db.database.execute('SELECT FROM retry_pause')).rows).toEqual([]);
  });

  it.each([
    ['CredentialsProviderError', 'AWS has no valid credentials from here (CredentialsProviderError).'],
    ['ExpiredTokenException', 'AWS has no valid credentials from here (ExpiredTokenException).'],
    ['RequestExpired', 'AWS has no valid credentials from here (RequestExpired).'],
    ['AccessDeniedException', 'This login may not do that (AccessDeniedException).'],
    [
      'AccessDenied',
      'This login may not do that (cloudformation:DescribeStacks).',
      'User: arn:aws:sts::1:assumed-role/x/ann is not authorized to perform: cloudformation:DescribeStacks',
    ],
    // The Data API, of a caller who may not read the login's secret.
    [
      'BadRequestException',
      'This login may not do that (secretsmanager:GetSecretValue).',
      'User: ann is not authorized to perform: secretsmanager:GetSecretValue on resource: reader',
    ],
  ])('is for %s when the stack is looked up', async (name, message, said = 'no') => {
    const cloudFormation = mockClient(CloudFormationClient);
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error(said), { name }));
    const choice = {
      kind: 'deployed',
      stack: 'PagwEventTracker-dev',
      profile: undefined,
      region: 'us-east-1',
    } as const;
    const refused = await openStackConnection(choice).catch(toCliError);
    expect(refused).toMatchObject({ exitCode: 4, message });
    cloudFormation.restore();
  });
});

describe('what AWS refuses otherwise', () => {
  it.each([
    ['Throttling', 'Rate exceeded', { code: 'THROTTLED', hint: 'Run the command again in a moment.' }],
    [
      'Error',
      'Region not accepted: region="US East" is not a valid hostname component.',
      { code: 'NO_REGION', exitCode: 64, hint: expect.stringContaining('--region') },
    ],
    ['ENOTFOUND', 'getaddrinfo', { code: 'NO_ANSWER', hint: expect.stringContaining('the region') }],
  ])('has a next step: %s', async (name, said, refusal) => {
    const cloudFormation = mockClient(CloudFormationClient);
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error(said), { name }));
    const choice = { kind: 'deployed', stack: 'S', profile: undefined, region: 'us-east-1' } as const;
    expect(await openStackConnection(choice).catch(toCliError)).toMatchObject(refusal);
    cloudFormation.restore();
  });

  it('of the Data API leads to the checks that tell more', () => {
    const refused = toDatabaseError(
      new BadRequestException({ message: 'HttpEndpoint is not enabled for resource c', $metadata: {} }),
    );
    expect(toCliError(refused)).toMatchObject({ exitCode: 1, hint: '`pagw doctor` checks further.' });
  });
});
