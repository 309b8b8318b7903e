import { randomBytes } from 'node:crypto';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { Database } from '../../data-access/database.ts';
import { setLoginPassword } from '../../data-access/logins.ts';

/** What Secrets Manager sends for each step of a rotation. Each step may be sent again. */
export interface RotationStep {
  Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  SecretId: string;
  /** Names the new version, and stays the same for all steps of one rotation. */
  ClientRequestToken: string;
}

/** The calls to Secrets Manager that a rotation needs. */
export type SecretVersions = Pick<
  SecretsManager,
  'getSecretValue' | 'putSecretValue' | 'describeSecret' | 'updateSecretVersionStage'
>;

/** What the secret of a login holds. */
export interface Login {
  username: string;
  password: string;
}

/** 24 bytes give 32 characters of base64url: letters, digits, `-` and `_`. */
const PASSWORD_BYTES = 24;

/**
 * Does one step of a rotation. The new login is the role's other user, so the one in use keeps working until every
 * reader of the secret has the new one; the owner, who has one user only, keeps its name. There is no test step: the Data
 * API logs in with the current version only.
 * @param letIn sets a password in the database
 */
export async function rotateLogin(
  step: RotationStep,
  secrets: SecretVersions,
  letIn: (login: Login) => Promise<void>,
): Promise<void> {
  switch (step.Step) {
    case 'createSecret':
      return createPending(step, secrets);
    case 'setSecret':
      return letIn(await readLogin(secrets, step.SecretId, { VersionId: step.ClientRequestToken }));
    case 'testSecret':
      return;
    case 'finishSecret':
      await makeCurrent(step, secrets);
      // A deployment that came between lets in by the version before, which is the same user where there is one.
      return letIn(await readLogin(secrets, step.SecretId, { VersionId: step.ClientRequestToken }));
  }
}

async function createPending({ SecretId, ClientRequestToken }: RotationStep, secrets: SecretVersions) {
  const versions = await stagesByVersion(SecretId, secrets);
  const stages = versions[ClientRequestToken];
  if (stages === undefined) throw new Error('The version to rotate to is not known to the secret.');
  if (stages.includes('AWSCURRENT') || (await hasValue(secrets, SecretId, ClientRequestToken))) return;
  const { username } = await readLogin(secrets, SecretId, { VersionStage: 'AWSCURRENT' });
  const next: Login = {
    username: otherUser(username),
    password: randomBytes(PASSWORD_BYTES).toString('base64url'),
  };
  await secrets.putSecretValue({
    SecretId,
    ClientRequestToken,
    SecretString: JSON.stringify(next),
    VersionStages: ['AWSPENDING'],
  });
}

async function makeCurrent({ SecretId, ClientRequestToken }: RotationStep, secrets: SecretVersions) {
  const versions = await stagesByVersion(SecretId, secrets);
  const current = Object.keys(versions).find((version) => versions[version]?.includes('AWSCURRENT'));
  if (current === ClientRequestToken) return;
  await secrets.updateSecretVersionStage({
    SecretId,
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: ClientRequestToken,
    ...(current === undefined ? {} : { RemoveFromVersionId: current }),
  });
}

async function stagesByVersion(SecretId: string, secrets: SecretVersions): Promise<Record<string, string[]>> {
  return (await secrets.describeSecret({ SecretId })).VersionIdsToStages ?? {};
}

/** A version that has been announced but not written answers ResourceNotFoundException. */
async function hasValue(secrets: SecretVersions, SecretId: string, VersionId: string): Promise<boolean> {
  try {
    await secrets.getSecretValue({ SecretId, VersionId });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

export async function readLogin(
  secrets: Pick<SecretVersions, 'getSecretValue'>,
  SecretId: string,
  version: { VersionId?: string; VersionStage?: string },
): Promise<Login> {
  const { SecretString } = await secrets.getSecretValue({ SecretId, ...version });
  const login: Partial<Login> = JSON.parse(SecretString ?? '{}');
  if (typeof login.username !== 'string' || typeof login.password !== 'string') {
    throw new Error('The secret does not hold a username and a password.');
  }
  return { username: login.username, password: login.password };
}

/**
 * Lets the rotator log in with what its secret holds, which nobody else could do for it. Run as the owner, after the migrations;
 * safe to repeat.
 */
export async function letRotatorIn(
  database: Database,
  secrets: Pick<SecretVersions, 'getSecretValue'>,
  secretArn: string,
): Promise<void> {
  const { username, password } = await readLogin(secrets, secretArn, { VersionStage: 'AWSCURRENT' });
  await setLoginPassword(database, username, password);
}

function otherUser(username: string): string {
  return username.endsWith('_a') ? username.replace(/_a$/, '_b') : username.replace(/_b$/, '_a');
}
