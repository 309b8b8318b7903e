import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { metricTenants } from '../lib/data-access/named-in-metrics.ts';
import { stepRetryBatches } from '../lib/data-access/retry.ts';
import { measureRetriesByName } from '../lib/data-access/waiting-failures.ts';
import { parseRetryQueues, type RetryCommand } from '../lib/domain/retry-command.ts';
import { parseRetryPolicy } from '../lib/domain/retry-policy.ts';
import { runResends } from '../lib/flows/retry/run-resends.ts';
import {
  addBacklogMetrics,
  addRetryMetrics,
  type RetryRun,
  type RetryRunOptions,
  runRetries,
} from '../lib/flows/retry/run-retries.ts';
import { retryEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { tryToMeasure } from '../lib/runtime/telemetry.ts';

const BATCH_SIZE = 250;
/** What a batch under way may still need: its sends, settling it, and giving back the rest. */
const RESERVE_MS = 10_000;

export type RetryAnswer = RetryRun['counts'] & {
  madeDue: number;
  resent: number;
  complete: boolean;
};

/** Makes the retry handler: carries operators' batches on by a step, then sends what is due. */
export const createHandler = flowHandler(
  'retry',
  retryEnv,
  ({ env, database, logger, metrics, agreedClock }) => {
    const sqs = new SQSClient();
    const queues = parseRetryQueues(env.RETRY_QUEUES, env.RETRY_QUEUE_URL);
    const policy = parseRetryPolicy(env.RETRY_POLICY);

    return async (_event: unknown, context: Context): Promise<RetryAnswer> => {
      const { now } = await agreedClock();
      const steps = await stepRetryBatches(database, now(), BATCH_SIZE * 8);
      for (const step of steps) logger.info('retry batch stepped', { ...step });
      const options = {
        database,
        sqs,
        queues,
        policy,
        now,
        leaseSeconds: env.RETRY_LEASE_SECONDS,
        batchSize: BATCH_SIZE,
        mayGoOn: () => context.getRemainingTimeInMillis() > RESERVE_MS,
        onSent: ({ pagwId, stage, attempt }: RetryCommand) =>
          logger.info('retry sent', { pagwId, stage, attempt }),
        onUnsettled: ({ pagwId, stage }, { sqlState }) =>
          logger.error('retry not settled', { pagwId, stage, sqlState }),
      } satisfies RetryRunOptions;
      // What somebody asked for by hand waits behind no backlog.
      const resends = await runResends(options);
      const { counts, troubles, complete } = await runRetries(options);
      for (const [stage, trouble] of new Map([...resends.troubles, ...troubles]))
        logger.error('retries not sent', { stage, trouble });
      await tryToMeasure({ logger, metrics }, async () => {
        const tenants = await metricTenants(database, env.METRIC_TENANTS);
        addBacklogMetrics(metrics, await measureRetriesByName(database, now(), tenants));
      });
      addRetryMetrics(metrics, counts);
      const answer = {
        ...counts,
        madeDue: steps.reduce((sum, step) => sum + step.madeDue, 0),
        resent: resends.sent,
        complete,
      };
      logger.info('retries run', answer);
      return answer;
    };
  },
);

/** The Lambda's entry. */
export const handler = deployed(createHandler);
