import { setTimeout as delay } from 'node:timers/promises';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueDepth {
  waiting: number;
  /** Received by somebody and not yet deleted. */
  inHand: number;
}

export async function queueDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inHand: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

/** Answers true once nothing is on the queue, false when `patienceMs` ends first. */
export async function awaitDrainedQueue(
  sqs: SQSClient,
  queueUrl: string,
  patienceMs: number,
): Promise<boolean> {
  const patienceEnds = Date.now() + patienceMs;
  for (;;) {
    const { waiting, inHand } = await queueDepth(sqs, queueUrl);
    if (waiting + inHand === 0) return true;
    if (Date.now() > patienceEnds) return false;
    await delay(50);
  }
}
