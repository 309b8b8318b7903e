import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

export interface SentMessage {
  group: string;
  deduplicationId: string;
  events: Record<string, unknown>[];
}

type Failure = { SenderFault: boolean; Code: string };

/** A queue in memory whose behaviour a test decides call by call. */
export interface FakeQueue {
  sqs: Pick<SQSClient, 'send'>;
  queueUrl: string;
  /** What the queue took, in order. */
  taken: SentMessage[];
  /** How many messages each call held. */
  batches: number[];
  /** Runs before a call is answered; what it throws is the answer. */
  before: () => Promise<void> | void;
  /** Refuses a message by answering a failure. */
  refuse: (message: SentMessage) => Failure | undefined;
}

export function fakeQueue(): FakeQueue {
  const queue: FakeQueue = {
    sqs: { send } as Pick<SQSClient, 'send'>,
    queueUrl: 'http://queue.test/000000000000/pagw-events.fifo',
    taken: [],
    batches: [],
    before: () => undefined,
    refuse: () => undefined,
  };
  async function send(command: SendMessageBatchCommand) {
    const entries = command.input.Entries ?? [];
    queue.batches.push(entries.length);
    await queue.before();
    const failed = entries.flatMap((entry) => {
      const message = {
        group: entry.MessageGroupId ?? '',
        deduplicationId: entry.MessageDeduplicationId ?? '',
        events: [JSON.parse(entry.MessageBody ?? '')].flat() as Record<string, unknown>[],
      };
      const failure = queue.refuse(message);
      if (failure === undefined) queue.taken.push(message);
      return failure === undefined ? [] : { Id: entry.Id, ...failure };
    });
    const refused = new Set(failed.map(({ Id }) => Id));
    return {
      Successful: entries.filter(({ Id }) => !refused.has(Id)).map(({ Id }) => ({ Id })),
      Failed: failed,
    };
  }
  return queue;
}

/** The values of one field of all events taken, by request, in order. */
export function takenByRequest(queue: FakeQueue, field: string): Record<string, unknown[]> {
  const values: Record<string, unknown[]> = {};
  for (const { group, events } of queue.taken) {
    values[group] = [...(values[group] ?? []), ...events.map((event) => event[field])];
  }
  return values;
}
