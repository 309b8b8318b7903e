import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SendMessageBatchResult, type SQSClient } from '@aws-sdk/client-sqs';
import { queueText } from '../../domain/json-text.ts';
import type { RetryCommand } from '../../domain/retry-command.ts';
import { withPatience } from '../../runtime/patience.ts';

export interface SendResult<Retry> {
  sent: Retry[];
  /** Not sent for certain, or nobody knows. */
  unsent: Retry[];
  /** Why the queue took nothing of a whole batch; nothing more was offered to it. */
  refusal: string | undefined;
}

export interface SendOptions {
  sqs: SQSClient;
  queueUrl: string;
  /** Asked before each batch; false ends the sending. */
  mayGoOn: () => boolean;
}

const COMMANDS_PER_BATCH = 10;
const BATCHES_AT_ONCE = 8;

/** Sends retry commands, ten a call. The same token twice within five minutes is dropped by the queue itself. */
export async function sendRetryCommands<Retry extends { command: RetryCommand }>(
  retries: readonly Retry[],
  options: SendOptions,
): Promise<SendResult<Retry>> {
  const batches = inBatches(retries);
  const result: SendResult<Retry> = { sent: [], unsent: [], refusal: undefined };
  const sendNext = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      if (result.refusal !== undefined || !options.mayGoOn()) {
        result.unsent.push(...batch);
        continue;
      }
      const { taken, refusal } = await sendBatch(batch, options);
      for (const retry of batch) (taken.has(retry) ? result.sent : result.unsent).push(retry);
      result.refusal ??= refusal;
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, sendNext));
  return result;
}

function inBatches<Retry>(retries: readonly Retry[]): Retry[][] {
  const count = Math.ceil(retries.length / COMMANDS_PER_BATCH);
  return Array.from({ length: count }, (_, place) =>
    retries.slice(place * COMMANDS_PER_BATCH, (place + 1) * COMMANDS_PER_BATCH),
  );
}

async function sendBatch<Retry extends { command: RetryCommand }>(
  batch: readonly Retry[],
  { sqs, queueUrl }: SendOptions,
): Promise<{ taken: Set<Retry>; refusal: string | undefined }> {
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: batch.map(({ command }, position) => ({
      Id: String(position),
      MessageBody: queueText(command),
      MessageGroupId: queueName(command.pagwId),
      MessageDeduplicationId: queueName(command.token),
    })),
  });
  try {
    const answer = await sqs.send(command, withPatience());
    const taken = takenEntries(batch, answer);
    return { taken, refusal: taken.size === 0 ? (answer.Failed?.[0]?.Code ?? 'NoneTaken') : undefined };
  } catch (error) {
    return { taken: new Set(), refusal: error instanceof Error ? error.name : 'UnknownError' };
  }
}

/** SQS takes printable ASCII up to 128 characters for a group or a de-duplication id; anything else is hashed. */
function queueName(text: string): string {
  return /^[\x21-\x7e]{1,128}$/.test(text) ? text : createHash('sha256').update(text).digest('hex');
}

/**
 * Which messages of a batch a queue has taken, its entries' ids being their places. One that the answer names in neither list,
 * or in both, is not taken: sent again under the same de-duplication id, it is not doubled.
 */
export function takenEntries<Message>(
  batch: readonly Message[],
  { Successful = [], Failed = [] }: Partial<SendMessageBatchResult>,
): Set<Message> {
  const refused = new Set(Failed.map(({ Id }) => Id));
  const named = new Set(Successful.flatMap(({ Id }) => (refused.has(Id) ? [] : Id)));
  return new Set(batch.filter((_, position) => named.has(String(position))));
}
