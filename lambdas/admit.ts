import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { admitOwner } from '../lib/flows/admit/admit-owner.ts';
import { type RotationStep, readLogin, rotateLogin } from '../lib/flows/rotate/rotate-login.ts';
import { admitEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';

/** Constant: another id would make CloudFormation delete what it takes for the old schema. */
const PHYSICAL_RESOURCE_ID = 'pagw-schema';

/**
 * Makes the handler that lets the owner in, as the cluster's master user: before each migration, as the custom resource's
 * onEvent, and when the owner's password is rotated, for each step of it.
 */
export const createHandler = flowHandler('admit', admitEnv, ({ env, database, logger }) => {
  const secrets = new SecretsManager({});
  return async (event: CloudFormationCustomResourceEvent | RotationStep) => {
    if ('Step' in event) {
      await rotateLogin(event, secrets, ({ password }) => admitOwner(database, password));
      logger.info('rotated', { step: event.Step, secret: event.SecretId });
    } else if (event.RequestType !== 'Delete') {
      const { password } = await readLogin(secrets, env.OWNER_SECRET_ARN, { VersionStage: 'AWSCURRENT' });
      await admitOwner(database, password);
      logger.info('the owner is let in');
    }
    return { PhysicalResourceId: PHYSICAL_RESOURCE_ID };
  };
});

/** The Lambda's entry. */
export const handler = deployed(createHandler);
