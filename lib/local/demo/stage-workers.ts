import type { SQSClient } from '@aws-sdk/client-sqs';
import { type RetryCommand, retryCommandSchema } from '../../domain/retry-command.ts';
import type { LocalClock } from '../local-clock.ts';
import { queueArn, RETRY_QUEUE } from '../local-environment.ts';
import { type QueuePump, startQueuePump } from '../queues/queue-pump.ts';
import type { DemoPipeline } from './demo-pipeline.ts';

/** A simulated service: how it names itself and its stage, and how long its work takes on average. */
export interface StageWorker {
  /** As the service writes it, which is seldom the canonical name. */
  stage: string;
  service: string;
  /** Of its event types: PARSE → PARSE_START, PARSE_OK, PARSE_FAIL. */
  prefix: string;
  typicalMs: number;
  /** The queue that the outbox publishes its work to. */
  queue: string;
  exception: string;
}

const worker = (
  stage: string,
  service: string,
  prefix: string,
  typicalMs: number,
  queue: string,
  exception: string,
): StageWorker => ({ stage, service, prefix, typicalMs, queue: `pagw-${queue}-queue.fifo`, exception });

export const orchestrator = worker(
  'ORCHESTRATOR',
  'pasorchestrator',
  'WORKFLOW',
  1044,
  'orchestrator',
  'QUEUE_FAILED',
);
export const parser = worker(
  'REQUEST_PARSER',
  'pas-request-parser',
  'PARSE',
  3471,
  'request-parser',
  'PARSE_EXCEPTION',
);
export const validator = worker(
  'BUSINESS_VALIDATOR',
  'pasbusinessvalidator',
  'VAL',
  1194,
  'business-validator',
  'VALIDATION_EXCEPTION',
);
export const enricher = worker(
  'ENRICHER',
  'pasrequestenricher',
  'ENRICH',
  931,
  'request-enricher',
  'ENRICHMENT_EXCEPTION',
);
export const attachmentHandler = worker(
  'ATTACHMENT_HANDLER',
  'pasattachmenthandler',
  'ATTACH',
  1630,
  'attachment-handler',
  'ATTACHMENT_EXCEPTION',
);
export const converter = worker(
  'CONVERTER',
  'pasrequestconverter',
  'CONVERT',
  960,
  'request-converter',
  'CONVERSION_EXCEPTION',
);
export const connector = worker(
  'API_CONNECTOR',
  'pasapiconnector',
  'DOWNSTREAM',
  991,
  'api-connector',
  'API_CONNECTOR_EXCEPTION',
);
export const callbackHandler = worker(
  'callback-handler',
  'pascallbackhandler',
  'CALLBACK',
  420,
  'callback-handler',
  'CALLBACK_EXCEPTION',
);
export const responseBuilder = worker(
  'RESPONSE_BUILDER',
  'pasresponsebuilder',
  'RESPONSE',
  758,
  'response-builder',
  'RESPONSE_BUILD_EXCEPTION',
);
export const subscriptionHandler = worker(
  'subscription-handler',
  'passubscriptionhandler',
  'NOTIFY',
  310,
  'subscription-handler',
  'NOTIFICATION_EXCEPTION',
);
export const outboxPublisher = worker(
  'OUTBOX_PUBLISHER',
  'outboxpublisher',
  'PUBLISH',
  350,
  'outbox-publisher',
  'PUBLISH_EXCEPTION',
);

export interface RetryWorkerOptions {
  sqs: SQSClient;
  queueUrl: string;
  demo: DemoPipeline;
  clock: LocalClock;
  onTrouble?: (sentence: string) => void;
}

/**
 * Starts the simulated stages' side of retry: takes commands off the queue and works on the failed stage again. It does
 * what every worker must: remembers the token before it takes the message off, so that a command that comes twice is
 * done once. Commands for requests that nobody simulates are taken off and ignored.
 */
export function startRetryWorker({ sqs, queueUrl, demo, clock, onTrouble }: RetryWorkerOptions): QueuePump {
  return startQueuePump({
    sqs,
    queueUrl,
    queueArn: queueArn(RETRY_QUEUE),
    functionName: 'demo retry worker',
    openHandler:
      () =>
      async ({ Records }) => {
        for (const { body } of Records) {
          const command = readCommand(body);
          if (command !== undefined) await demo.retry(command);
        }
        return { batchItemFailures: [] };
      },
    clock,
    ...(onTrouble === undefined ? {} : { onTrouble }),
  });
}

function readCommand(body: string): RetryCommand | undefined {
  try {
    return retryCommandSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
