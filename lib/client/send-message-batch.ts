import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PackedMessage } from './pack-messages.ts';

/** What became of one message: taken, or not; `final` when offering it again cannot help. */
export type MessageOutcome = { taken: true } | { taken: false; final: boolean; code: string };

export interface BatchTarget {
  sqs: Pick<SQSClient, 'send'>;
  /** Of the FIFO queue. */
  queueUrl: string;
  signal?: AbortSignal | undefined;
}

export const MESSAGES_PER_BATCH = 10;
export const BYTES_PER_BATCH = 1024 * 1024;

/**
 * Offers up to ten messages of different requests in one call; answers in their order.
 * A message too large for any queue is refused here. Throws what the client throws when the call has no answer.
 */
export async function sendMessageBatch(
  messages: readonly PackedMessage[],
  { sqs, queueUrl, signal }: BatchTarget,
): Promise<MessageOutcome[]> {
  const [only] = messages;
  if (only !== undefined && messages.length === 1 && only.bytes > BYTES_PER_BATCH) {
    return [{ taken: false, final: true, code: 'MessageTooLong' }];
  }
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: messages.map((message, position) => ({
      Id: String(position),
      MessageBody: message.body,
      MessageGroupId: message.groupId,
      MessageDeduplicationId: message.deduplicationId,
    })),
  });
  const result = await sqs.send(command, signal === undefined ? {} : { abortSignal: signal });
  const taken = new Set((result.Successful ?? []).map(({ Id }) => Id));
  const failures = new Map((result.Failed ?? []).map((failure) => [failure.Id, failure]));
  return messages.map((_, position) => {
    const failure = failures.get(String(position));
    if (failure === undefined && taken.has(String(position))) return { taken: true };
    // Named in neither list: offered again under the same deduplication id, which cannot make it double.
    if (failure === undefined) return { taken: false, final: false, code: 'NotAnswered' };
    const { SenderFault, Code: code = 'Unknown' } = failure;
    return { taken: false, final: SenderFault === true && !PASSING.test(code), code };
  });
}

/**
 * What passes, or is fixed while the message waits, whosever fault it is called: too many calls, and what the queue's key
 * refuses (RequestThrottled, KmsThrottled, KmsAccessDenied … of
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html).
 */
const PASSING = /throttl|^kms|accessdenied|overlimit/i;
