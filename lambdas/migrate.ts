import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { DatabaseError } from '../lib/data-access/database-error.ts';
import { ensurePartitions } from '../lib/data-access/maintain.ts';
import { limitReader } from '../lib/data-access/migrate.ts';
import { parseDecisionPolicy } from '../lib/domain/decision-clock.ts';
import { canonicalTenant } from '../lib/domain/event-catalogue.ts';
import { migrate } from '../lib/flows/migrate/migrate.ts';
import { letRotatorIn } from '../lib/flows/rotate/rotate-login.ts';
import { migrateEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { reasonOf } from '../lib/runtime/telemetry.ts';

/** Left for the last statement and the answer, out of the function's time. */
const RESERVE_MS = 60_000;

interface Completion {
  IsComplete: boolean;
  Data?: { SchemaVersion: string };
}

/**
 * Makes the handler that applies the migrations in this bundle. A delete does nothing: data outlives the stack. An update
 * that goes back to an older bundle finds newer migrations applied and leaves them: the schema only moves forward.
 */
export const createHandler = flowHandler('migrate', migrateEnv, ({ env, database, logger, agreedClock }) => {
  const secrets = new SecretsManager({});
  const rules = { believedDays: env.BELIEVED_DAYS, policy: parseDecisionPolicy(env.DECISION_POLICY) };
  return async (event: CloudFormationCustomResourceEvent, context: Context): Promise<Completion> => {
    if (event.RequestType === 'Delete') return { IsComplete: true };
    const { applied, functions, current, complete } = await migrate(database, {
      migrationsFolder: env.MIGRATIONS_FOLDER,
      allowNewer: true,
      rules,
      onProgress: (progress) => logger.info('migrated', { ...progress }),
      mayGoOn: () => context.getRemainingTimeInMillis() > RESERVE_MS,
    });
    if (!complete) return { IsComplete: false };
    await ensurePartitions(database, (await agreedClock()).now());
    await letRotatorIn(database, secrets, env.ROTATOR_SECRET_ARN);
    try {
      await limitReader(database, tenantsOf(event.ResourceProperties.readerTenants));
    } catch (error) {
      // A long report held a table: the framework asks again in some seconds.
      if (!(error instanceof DatabaseError && error.retryable)) throw error;
      logger.warn('the reader is not limited yet', reasonOf(error));
      return { IsComplete: false };
    }
    logger.info('schema is current', { applied, functions, current });
    return { IsComplete: true, Data: { SchemaVersion: current } };
  };
});

/** The custom resource's isComplete: asked again until it is. Before it, admit has let the owner in. */
export const isComplete = deployed(createHandler);

/** The property is a list of tenants, absent for all of them: never an empty list, which limits to nobody known. */
function tenantsOf(property: unknown): string[] | null {
  if (property === undefined) return null;
  const names = Array.isArray(property) ? property.map((name) => canonicalTenant(String(name))) : [];
  return names.filter((name) => name !== null);
}
