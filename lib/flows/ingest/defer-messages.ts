import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { withPatience } from '../../runtime/patience.ts';
import { restSeconds } from '../../runtime/redelivery.ts';
import type { IngestResult } from './ingest-messages.ts';
import { deliveriesOf, type RawMessage } from './raw-message.ts';

/**
 * Lets messages that are left on the queue rest before they are offered again, longer each time. A group is blocked
 * while one of its messages is in hand, so all of a group's rest as long as the one that was offered most often. What
 * this fails to defer rests as long as the queue says; nothing of the batch depends on it.
 * @returns how many will rest as asked.
 */
export async function deferMessages(
  sqs: SQSClient,
  queueUrl: string,
  left: readonly SQSRecord[],
): Promise<number> {
  if (left.length === 0) return 0;
  const byGroup = Map.groupBy(left, ({ attributes }) => attributes.MessageGroupId);
  const Entries = [...byGroup.values()].flatMap((records) => {
    const VisibilityTimeout = restSeconds(Math.max(...records.map(deliveriesOf)));
    return records.map(({ receiptHandle }) => ({ ReceiptHandle: receiptHandle, VisibilityTimeout }));
  });
  const command = new ChangeMessageVisibilityBatchCommand({
    QueueUrl: queueUrl,
    Entries: Entries.map((entry, place) => ({ Id: String(place), ...entry })),
  });
  try {
    const { Successful = [] } = await sqs.send(command, withPatience());
    return Successful.length;
  } catch {
    return 0;
  }
}

/** What is left of a batch's time to say what is left on the queue. */
const RESERVE_MS = 8_000;

/**
 * Leaves the whole batch on the queue when its time is nearly up: cut off by Lambda, it would rest as long as the queue says.
 * What is recorded meanwhile is a duplicate then.
 */
export async function beforeTimeIsUp(
  work: Promise<IngestResult>,
  messages: readonly RawMessage[],
  remainingMs: number,
): Promise<IngestResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<IngestResult>((resolve) => {
    timer = setTimeout(() => resolve(nothingDone(messages)), remainingMs - RESERVE_MS);
  });
  return await Promise.race([work, timeIsUp]).finally(() => clearTimeout(timer));
}

function nothingDone(messages: readonly RawMessage[]): IngestResult {
  return {
    recorded: 0,
    duplicate: 0,
    rejected: 0,
    unknownType: 0,
    unclear: 0,
    unbelieved: new Map(),
    canaries: [],
    lostCanaries: [],
    lines: [],
    failures: new Map(messages.map(({ messageId }) => [messageId, new Error('Time is up.')])),
  };
}
