import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { setLoginPassword } from '../lib/data-access/logins.ts';
import { type RotationStep, rotateLogin } from '../lib/flows/rotate/rotate-login.ts';
import { databaseEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';

/** Makes the rotate handler: called by Secrets Manager, once for each step of a rotation. */
export const createHandler = flowHandler('rotate', databaseEnv, ({ database, logger }) => {
  const secrets = new SecretsManager({});
  return async (step: RotationStep): Promise<void> => {
    await rotateLogin(step, secrets, ({ username, password }) =>
      setLoginPassword(database, username, password),
    );
    logger.info('rotated', { step: step.Step, secret: step.SecretId });
  };
});

/** The Lambda's entry. */
export const handler = deployed(createHandler);
