import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseDecisionPolicy } from '../lib/domain/decision-clock.ts';
import { parsePhiGuard } from '../lib/domain/phi-guard.ts';
import { parseRetryPolicy } from '../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../lib/domain/sender-tenants.ts';
import { deferMessages, deliveriesOf } from '../lib/flows/ingest/defer-messages.ts';
import { type IngestResult, ingestMessages } from '../lib/flows/ingest/ingest-messages.ts';
import { logEvents } from '../lib/flows/ingest/log-events.ts';
import { openQuarantine, type RawMessage } from '../lib/flows/ingest/quarantine.ts';
import { ingestEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { openLogger, reasonOf } from '../lib/runtime/logger.ts';
import { IngestMetric } from '../lib/runtime/metric-names.ts';

/** What is left of a batch's time to say what is left on the queue. */
const RESERVE_MS = 8_000;
/** A message is suspected of being refused for its own sake from its tenth delivery, four minutes after its first. */
const SUSPECT_FROM_DELIVERIES = 10;

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
      const { lines, failures, unbelieved, canaries, lostCanaries, ...counts } = await beforeTimeIsUp(
        work,
        messages,
        context,
      );
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
      metrics.addMetric(IngestMetric.recorded, MetricUnit.Count, counts.recorded);
      metrics.addMetric(IngestMetric.duplicate, MetricUnit.Count, counts.duplicate);
      metrics.addMetric(IngestMetric.rejected, MetricUnit.Count, counts.rejected);
      metrics.addMetric(IngestMetric.unknownType, MetricUnit.Count, counts.unknownType);
      metrics.addMetric(IngestMetric.unclear, MetricUnit.Count, counts.unclear);
      const unbelievedTimes = [...unbelieved.values()].reduce((sum, times) => sum + times, 0);
      metrics.addMetric(IngestMetric.unbelieved, MetricUnit.Count, unbelievedTimes);
      for (const sentAt of canaries)
        metrics.addMetric(IngestMetric.canary, MetricUnit.Seconds, secondsSince(sentAt, now()));
      return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
  },
);

/** The Lambda's entry. */
export const handler = deployed(createHandler);

/** Cut off by Lambda, the batch would rest as long as the queue says. What is recorded meanwhile is a duplicate then. */
async function beforeTimeIsUp(
  work: Promise<IngestResult>,
  messages: readonly RawMessage[],
  context: Context,
): Promise<IngestResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<IngestResult>((resolve) => {
    const failures = new Map(messages.map(({ messageId }) => [messageId, new Error('Time is up.')]));
    const nothing = {
      recorded: 0,
      duplicate: 0,
      rejected: 0,
      unknownType: 0,
      unclear: 0,
      unbelieved: new Map(),
      canaries: [],
      lostCanaries: [],
      lines: [],
      failures,
    };
    timer = setTimeout(() => resolve(nothing), context.getRemainingTimeInMillis() - RESERVE_MS);
  });
  return await Promise.race([work, timeIsUp]).finally(() => clearTimeout(timer));
}

/** Messages that failed often, while others, recorded since they first came, show that the database takes events. */
function suspectsOf(records: readonly SQSRecord[], lastRecordedAt: Date | undefined): Set<string> {
  const suspects = records.filter(
    (record) =>
      deliveriesOf(record) >= SUSPECT_FROM_DELIVERIES &&
      Number(record.attributes.ApproximateFirstReceiveTimestamp) < Number(lastRecordedAt ?? 0),
  );
  return new Set(suspects.map(({ messageId }) => messageId));
}

function toRawMessage(record: SQSRecord): RawMessage {
  const { MessageGroupId, SenderId, SentTimestamp } = record.attributes;
  return {
    messageId: record.messageId,
    groupId: MessageGroupId ?? record.messageId,
    body: record.body,
    sender: SenderId || null,
    sentAt: new Date(Number(SentTimestamp)),
  };
}

function secondsSince(then: Date, now: Date): number {
  return (now.getTime() - then.getTime()) / 1_000;
}
