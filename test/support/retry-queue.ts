import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { type RetryCommand, retryCommandSchema } from '../../lib/domain/retry-command.ts';

type Answer = Partial<SendMessageBatchCommandOutput>;

/** A queue that takes everything, or answers as `behave` says; `commands` is what it took, in order. */
export interface RetryQueue {
  sqs: SQSClient;
  commands: RetryCommand[];
  inputs: SendMessageBatchCommandInput[];
  /** Set to refuse: ids of entries to fail, or an error to throw before (`lost`) or after they were taken. */
  behave: (input: SendMessageBatchCommandInput) => { failed?: string[]; throws?: Error; taken?: boolean };
}

export function openRetryQueue(): RetryQueue {
  const sqs = new SQSClient({ region: 'us-east-1' });
  const queue: RetryQueue = { sqs, commands: [], inputs: [], behave: () => ({}) };
  mockClient(sqs)
    .on(SendMessageBatchCommand)
    .callsFake(async (input: SendMessageBatchCommandInput): Promise<Answer> => {
      queue.inputs.push(input);
      const { failed = [], throws, taken = throws === undefined } = queue.behave(input);
      const entries = input.Entries ?? [];
      const accepted = taken ? entries.filter(({ Id }) => !failed.includes(Id ?? '')) : [];
      queue.commands.push(
        ...accepted.map(({ MessageBody = '' }) => retryCommandSchema.parse(JSON.parse(MessageBody))),
      );
      if (throws !== undefined) throw throws;
      return {
        Successful: accepted.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' })),
        Failed: failed.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })),
      };
    });
  return queue;
}
