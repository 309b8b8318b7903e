import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { type RotationStep, rotateLogin } from '../lib/flows/rotate/rotate-login.ts';
import { databaseEnv, readEnv } from '../lib/runtime/env.ts';
import { openLogger } from '../lib/runtime/logger.ts';
import { openDatabaseFromEnv } from '../lib/runtime/open-database.ts';

const logger = openLogger('rotate');

/** Called by Secrets Manager, once for each step of a rotation. */
export async function handler(step: RotationStep): Promise<void> {
  const database = openDatabaseFromEnv(readEnv(databaseEnv));
  await rotateLogin(step, new SecretsManager({}), database);
  logger.info('rotated', { step: step.Step, secret: step.SecretId });
}
