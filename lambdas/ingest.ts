import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseDecisionPolicy } from '../lib/domain/decision-clock.ts';
import { parsePhiGuard } from '../lib/domain/phi-guard.ts';
import { parseRetryPolicy } from '../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../lib/domain/sender-tenants.ts';
import { beforeTimeIsUp, deferMessages } from '../lib/flows/ingest/defer-messages.ts';
import { ingestMessages } from '../lib/flows/ingest/ingest-messages.ts';
import { openQuarantine } from '../lib/flows/ingest/quarantine.ts';
import { suspectsOf, toRawMessage } from '../lib/flows/ingest/raw-message.ts';
import { addIngestMetrics, logEvents } from '../lib/flows/ingest/report-batch.ts';
import { ingestEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { openLogger, reasonOf } from '../lib/runtime/telemetry.ts';

/** Makes the ingest handler: records the events of up to ten queue messages together, sets aside what is refused. */
export const createHandler = flowHandler(
  'ingest',
  ingestEnv,
  ({ env, database, logger, metrics, clock, agreedClock }) => {
    // Without the function's context, which would double the largest part of all logs.
    const eventLog = openLogger('ingest');
    const sqs = new SQSClient();
    const quarantine = openQuarantine(
      new S3Client({ forcePathStyle: true }),
      env.QUARANTINE_BUCKET,
      database,
    );
    const rules = {
      retryPolicy: parseRetryPolicy(env.RETRY_POLICY),
      jitter: Math.random,
      phiGuard: parsePhiGuard(env.PHI_GUARD),
    };

    const fold = { believedDays: env.BELIEVED_DAYS, policy: parseDecisionPolicy(env.DECISION_POLICY) };
    const senders = parseSenderTenants(env.SENDERS);

    /** When this process last recorded anything; distinguishes a message that is refused from a database that refuses all. */
    let lastRecordedAt: Date | undefined;

    return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
      const messages = event.Records.map(toRawMessage);
      const suspects = suspectsOf(event.Records, lastRecordedAt);
      let { now } = clock;
      const work = agreedClock().then((agreed) => {
        now = agreed.now;
        return ingestMessages(messages, { database, quarantine, rules, fold, senders, now: now(), suspects });
      });
      const result = await beforeTimeIsUp(work, messages, context.getRemainingTimeInMillis());
      const { lines, failures, unbelieved, canaries: _, lostCanaries, ...counts } = result;
      if (counts.recorded > 0) lastRecordedAt = now();
      logEvents(eventLog, env.EVENT_LOG, lines);
      for (const [messageId, failure] of failures)
        logger.warn('left on the queue', { messageId, ...reasonOf(failure) });
      for (const failure of lostCanaries) logger.warn('a canary did not arrive', reasonOf(failure));
      // The first of each group that is not done, and all after it in that group: SQS keeps the order of what is left.
      const left = event.Records.filter(({ messageId }) => failures.has(messageId));
      const deferred = await deferMessages(sqs, env.EVENTS_QUEUE_URL, left);
      if (unbelieved.size > 0)
        logger.warn('clocks of senders are off', { times: Object.fromEntries(unbelieved) });
      logger.info('ingested', { messages: messages.length, failed: failures.size, deferred, ...counts });
      addIngestMetrics(metrics, result, now());
      return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
  },
);

/** The Lambda's entry. */
export const handler = deployed(createHandler);
