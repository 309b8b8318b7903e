import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { metricTenants } from '../lib/data-access/named-in-metrics.ts';
import { measureRetriesByName, stepRetryBatches } from '../lib/data-access/retry.ts';
import { parseRetryPolicy } from '../lib/domain/retry-policy.ts';
import { parseRetryQueues } from '../lib/domain/retry-queues.ts';
import { addBacklogMetrics, addRunMetrics } from '../lib/flows/retry/retry-metrics.ts';
import { type RetryRun, runRetries } from '../lib/flows/retry/run-retries.ts';
import { readEnv, retryEnv } from '../lib/runtime/env.ts';
import { openLogger } from '../lib/runtime/logger.ts';
import { openMetrics, tryToMeasure } from '../lib/runtime/metrics.ts';
import {
  agreeWithDatabase,
  type Clock,
  openDatabaseFromEnv,
  systemClock,
} from '../lib/runtime/open-database.ts';

const BATCH_SIZE = 250;
/** What a batch under way may still need: its sends, settling it, and giving back the rest. */
const RESERVE_MS = 10_000;

export type RetryAnswer = RetryRun['counts']['total'] & { brought: number; complete: boolean };

/** Makes the retry handler: carries operators' batches on by a step, then sends every failure that is due. */
export function createHandler(environment: NodeJS.ProcessEnv, clock: Clock) {
  const env = readEnv(retryEnv, environment);
  const logger = openLogger('retry');
  const metrics = openMetrics('retry');
  const database = openDatabaseFromEnv(env);
  const agreedClock = agreeWithDatabase(clock, { database, logger, metrics });
  const sqs = new SQSClient();
  const queues = parseRetryQueues(env.RETRY_QUEUES, env.RETRY_QUEUE_URL);
  const policy = parseRetryPolicy(env.RETRY_POLICY);

  return middy<unknown, RetryAnswer>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (_event, context: Context) => {
      const { now } = await agreedClock();
      const steps = await stepRetryBatches(database, now(), BATCH_SIZE * 8);
      for (const step of steps) logger.info('retry batch stepped', { ...step });
      const { counts, troubles, complete } = await runRetries({
        database,
        sqs,
        queues,
        policy,
        now,
        leaseSeconds: env.RETRY_LEASE_SECONDS,
        batchSize: BATCH_SIZE,
        mayGoOn: () => context.getRemainingTimeInMillis() > RESERVE_MS,
        onSent: ({ pagwId, stage, attempt }) => logger.info('retry sent', { pagwId, stage, attempt }),
      });
      for (const [stage, trouble] of troubles) logger.error('retries not sent', { stage, trouble });
      let tenants: ReadonlySet<string> = new Set();
      await tryToMeasure({ logger, metrics }, async () => {
        tenants = await metricTenants(database, env.METRIC_TENANTS);
        addBacklogMetrics(metrics, await measureRetriesByName(database, now(), tenants));
      });
      addRunMetrics(metrics, counts, tenants);
      const answer = {
        ...counts.total,
        brought: steps.reduce((sum, step) => sum + step.brought, 0),
        complete,
      };
      logger.info('retries run', answer);
      return answer;
    });
}

let deployed: ReturnType<typeof createHandler> | undefined;

/** The Lambda's entry. */
export const handler = (event: unknown, context: Context): Promise<RetryAnswer> => {
  deployed ??= createHandler(process.env, systemClock);
  return deployed(event, context);
};
