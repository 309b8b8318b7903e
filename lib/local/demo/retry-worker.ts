import type { SQSClient } from '@aws-sdk/client-sqs';
import { type RetryCommand, retryCommandSchema } from '../../domain/retry-command.ts';
import { queueArn, RETRY_QUEUE } from '../local-aws.ts';
import type { LocalClock } from '../local-clock.ts';
import { type QueuePump, startQueuePump } from '../queue-pump.ts';
import type { DemoPipeline } from './demo-pipeline.ts';

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
