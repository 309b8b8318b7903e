import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DatabaseError } from '../lib/data-access/database-error.ts';
import { ingestMessages } from '../lib/data-access/ingest/ingest-messages.ts';
import { openQuarantine, type RawMessage } from '../lib/data-access/ingest/quarantine.ts';
import { parseRetryPolicy } from '../lib/domain/retry-policy.ts';
import { type Clock, systemClock } from '../lib/runtime/clock.ts';
import { ingestEnv, readEnv } from '../lib/runtime/env.ts';
import { openLogger } from '../lib/runtime/logger.ts';
import { IngestMetric } from '../lib/runtime/metric-names.ts';
import { openMetrics } from '../lib/runtime/metrics.ts';
import { openDatabaseFromEnv } from '../lib/runtime/open-database.ts';

/** Makes the ingest handler: records the events of up to ten queue messages in one call, sets aside what is refused. */
export function createHandler(environment: NodeJS.ProcessEnv, clock: Clock) {
  const env = readEnv(ingestEnv, environment);
  const logger = openLogger('ingest');
  // Without the function's context, which would double the largest part of all logs.
  const eventLog = openLogger('ingest');
  const metrics = openMetrics('ingest');
  const database = openDatabaseFromEnv(env);
  const quarantine = openQuarantine(new S3Client({ forcePathStyle: true }), env.QUARANTINE_BUCKET, database);
  const rules = { retryPolicy: parseRetryPolicy(env.RETRY_POLICY), jitter: Math.random };

  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (event, context) => {
      const now = clock.now();
      const messages = event.Records.map(toRawMessage);
      const { lines, failures, ...counts } = await ingestMessages(messages, {
        database,
        quarantine,
        rules,
        now,
      });
      for (const line of lines) eventLog.info('event', { ...line });
      for (const [messageId, failure] of failures)
        logger.warn('left on the queue', { messageId, ...reasonOf(failure) });
      logger.info('ingested', { messages: messages.length, failed: failures.size, ...counts });
      metrics.addMetric(IngestMetric.recorded, MetricUnit.Count, counts.recorded);
      metrics.addMetric(IngestMetric.duplicate, MetricUnit.Count, counts.duplicate);
      metrics.addMetric(IngestMetric.rejected, MetricUnit.Count, counts.rejected);
      metrics.addMetric(IngestMetric.unknownType, MetricUnit.Count, counts.unknownType);
      metrics.addMetric(IngestMetric.failed, MetricUnit.Count, failures.size);
      metrics.addMetric(IngestMetric.age, MetricUnit.Seconds, oldestAgeSeconds(messages, now));
      return await reportFailures(event, failures, context);
    });
}

let deployed: ReturnType<typeof createHandler> | undefined;

/** The Lambda's entry. */
export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  deployed ??= createHandler(process.env, systemClock);
  return deployed(event, context);
};

/** Powertools turns the failures into what SQS FIFO needs: the first of each group and all after it in that group. */
function reportFailures(event: SQSEvent, failures: ReadonlyMap<string, unknown>, context: Context) {
  const settle = async (record: SQSRecord) => {
    if (failures.has(record.messageId)) throw failures.get(record.messageId);
  };
  const processor = new SqsFifoPartialProcessorAsync();
  return processPartialResponse(event, settle, processor, {
    context,
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  });
}

function toRawMessage(record: SQSRecord): RawMessage {
  const { MessageGroupId, SentTimestamp } = record.attributes;
  return {
    messageId: record.messageId,
    groupId: MessageGroupId ?? record.messageId,
    body: record.body,
    sentAt: new Date(Number(SentTimestamp)),
  };
}

function oldestAgeSeconds(messages: readonly RawMessage[], now: Date): number {
  const oldest = Math.min(now.getTime(), ...messages.map(({ sentAt }) => sentAt.getTime()));
  return (now.getTime() - oldest) / 1_000;
}

/** Never the error's own text: it may quote what was sent. */
function reasonOf(failure: unknown): { error: string; kind?: string; sqlState?: string | undefined } {
  if (failure instanceof DatabaseError)
    return { error: failure.name, kind: failure.kind, sqlState: failure.sqlState };
  return { error: failure instanceof Error ? failure.name : 'unknown' };
}
