import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManager,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { setLoginPassword } from '../../../lib/data-access/logins.ts';
import { type Login, type RotationStep, rotateLogin } from '../../../lib/flows/rotate/rotate-login.ts';
import { databaseOfFile } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

const fixture = await databaseOfFile();

/** A secret as Secrets Manager keeps it: values by version, stages by version. */
function secretOf(login: object) {
  const values = new Map<string, string>([['first', JSON.stringify(login)]]);
  const stages: Record<string, string[]> = { first: ['AWSCURRENT'] };
  const secrets = new SecretsManager({ region: 'us-east-1' });
  const service = mockClient(secrets);
  service.on(GetSecretValueCommand).callsFake(({ VersionId, VersionStage = 'AWSCURRENT' }) => {
    const version = VersionId ?? Object.keys(stages).find((id) => stages[id]?.includes(VersionStage)) ?? '';
    const SecretString = values.get(version);
    if (SecretString === undefined)
      throw Object.assign(new Error('no value'), { name: 'ResourceNotFoundException' });
    return { SecretString };
  });
  service.on(PutSecretValueCommand).callsFake(({ ClientRequestToken, SecretString, VersionStages }) => {
    values.set(ClientRequestToken, SecretString);
    stages[ClientRequestToken] = VersionStages;
  });
  service.on(DescribeSecretCommand).callsFake(() => ({ VersionIdsToStages: stages }));
  service.on(UpdateSecretVersionStageCommand).callsFake(({ MoveToVersionId, RemoveFromVersionId = '' }) => {
    stages[RemoveFromVersionId] = ['AWSPREVIOUS'];
    stages[MoveToVersionId] = ['AWSCURRENT'];
  });
  const current = async () =>
    JSON.parse((await secrets.getSecretValue({ SecretId: 'writer' })).SecretString ?? '');
  /** Secrets Manager announces the version before it asks for it. */
  const announce = (token: string) => {
    stages[token] ??= [];
  };
  return { secrets, current, announce };
}

async function rotate(secret: ReturnType<typeof secretOf>, token: string): Promise<void> {
  secret.announce(token);
  const letIn = ({ username, password }: Login) => setLoginPassword(fixture.database, username, password);
  for (const Step of STEPS) {
    const step: RotationStep = { Step, SecretId: 'writer', ClientRequestToken: token };
    await rotateLogin(step, secret.secrets, letIn);
    // Each step may be delivered twice.
    await rotateLogin(step, secret.secrets, letIn);
  }
}

async function logsIn({ username, password }: { username: string; password: string }): Promise<string> {
  const url = new URL(fixture.connectionString);
  url.username = username;
  url.password = encodeURIComponent(password);
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query('SELECT current_user AS who');
  await client.end();
  return rows[0].who;
}

test('a rotation gives the role’s other user a working password, and the one in use stays good', async () => {
  const secret = secretOf({ username: 'pagw_writer_a', password: 'never set' });
  await rotate(secret, 'second');
  const second = await secret.current();
  expect(second.username).toBe('pagw_writer_b');
  expect(await logsIn(second)).toBe('pagw_writer_b');

  await rotate(secret, 'third');
  const third = await secret.current();
  expect(third.username).toBe('pagw_writer_a');
  expect(await logsIn(third)).toBe('pagw_writer_a');
  expect(await logsIn(second)).toBe('pagw_writer_b');
});

test('what is stored is a verifier the server checks passwords against: the wrong one is refused', async () => {
  await setLoginPassword(fixture.database, 'pagw_writer_a', 'right');
  const stored = await withDirectConnections(fixture.superuserUrl, 1, async ([superuser]) => {
    const sql = "SELECT rolpassword FROM pg_authid WHERE rolname = 'pagw_writer_a'";
    return (await superuser?.query<{ rolpassword: string }>(sql))?.rows[0]?.rolpassword;
  });
  expect(stored).toMatch(/^SCRAM-SHA-256\$4096:/);
  expect(await logsIn({ username: 'pagw_writer_a', password: 'right' })).toBe('pagw_writer_a');
  await expect(logsIn({ username: 'pagw_writer_a', password: 'wrong' })).rejects.toThrow();
});

test('a secret that names any other user is refused', async () => {
  await expect(setLoginPassword(fixture.database, "postgres' --", 'x')).rejects.toThrow(
    /needs a user of the tracker/,
  );
});

test('a deployment in the middle of a rotation leaves the owner’s new password the one that counts', async () => {
  const secret = secretOf({ username: 'pagw_owner', password: 'former' });
  secret.announce('second');
  const inDatabase = new Map<string, string>();
  const letIn = async ({ username, password }: Login) => void inDatabase.set(username, password);
  for (const Step of STEPS) {
    if (Step === 'finishSecret') await letIn(await secret.current());
    await rotateLogin({ Step, SecretId: 'owner', ClientRequestToken: 'second' }, secret.secrets, letIn);
  }
  const { username, password } = await secret.current();
  expect(username).toBe('pagw_owner');
  expect(inDatabase.get(username)).toBe(password);
});
