import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toCliError } from '../../lib/cli/cli-error.ts';
import { openStackConnection } from '../../lib/cli/stack-connection.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { openAsRole, type RoleDatabase } from '../support/role-database.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
let db: TestDatabase;
let reader: RoleDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
  reader = await openAsRole(db, 'pagw_reader');
});
afterAll(async () => {
  await reader.close();
  await db.close();
});

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
    ['AccessDeniedException', 'This login may not do that (AccessDeniedException).'],
  ])('is for %s when the stack is looked up', async (name, message) => {
    const cloudFormation = mockClient(CloudFormationClient);
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error('no'), { name }));
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
