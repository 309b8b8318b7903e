import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { type RetryCommand, retryCommandSchema } from '../../lib/domain/retry-command.ts';

/** How a queue behaves for one call; by default it takes everything and answers. */
export interface QueueBehaviour {
  /** Ids of the entries it fails. */
  failed?: readonly string[];
  /** Ids that it says it took, beside those that it did. */
  said?: readonly string[];
  /** Takes nothing and answers with this error. */
  refuses?: Error;
  /** Takes everything, but the answer is lost. */
  losesAnswer?: Error;
  /** Answers only after this. */
  answersAfter?: Promise<unknown>;
}

/** A stand-in for SQS: `commands` is what it took, in order. */
export interface RetryQueue {
  sqs: SQSClient;
  commands: RetryCommand[];
  inputs: SendMessageBatchCommandInput[];
  behave: (input: SendMessageBatchCommandInput) => QueueBehaviour;
}

export function openRetryQueue(): RetryQueue {
  const sqs = new SQSClient({ region: 'us-east-1' });
  const queue: RetryQueue = { sqs, commands: [], inputs: [], behave: () => ({}) };
  const receive = async (input: SendMessageBatchCommandInput) => {
    queue.inputs.push(input);
    const { failed = [], said = [], refuses, losesAnswer, answersAfter } = queue.behave(input);
    if (refuses !== undefined) throw refuses;
    const taken = (input.Entries ?? []).filter(({ Id = '' }) => !failed.includes(Id));
    for (const { MessageBody = '' } of taken)
      queue.commands.push(retryCommandSchema.parse(JSON.parse(MessageBody)));
    await answersAfter;
    if (losesAnswer !== undefined) throw losesAnswer;
    return {
      Successful: [...taken.map(({ Id }) => Id), ...said].map((Id) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: '',
      })),
      Failed: failed.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })),
    } as SendMessageBatchCommandOutput;
  };
  mockClient(sqs).on(SendMessageBatchCommand).callsFake(receive);
  return queue;
}
