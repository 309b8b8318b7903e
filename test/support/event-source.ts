import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { FifoQueue, QueuedMessage } from './fifo-queue.ts';
import { sqsEvent } from './lambda.ts';

export interface EventSourceOptions {
  queue: FifoQueue;
  /** Batches handed over at a time. */
  pollers: number;
  /** In the order of their times. */
  arrivals: readonly { at: number; groupId: string; body: string }[];
  /** The function. Undefined: it was cut off. */
  invoke: (event: SQSEvent, now: number) => Promise<Invocation>;
  /** Ends there, whatever is left. */
  until: number;
}

export interface Invocation {
  response: SQSBatchResponse | undefined;
  /** How long it took. */
  seconds: number;
  /** What the function asked of the queue before it ended. */
  visibility: readonly { receiptHandle: string; seconds: number }[];
}

interface UnderWay extends Invocation {
  endsAt: number;
  messages: readonly QueuedMessage[];
}

/**
 * Does what Lambda does for a FIFO queue with ReportBatchItemFailures: polls without a pause, whatever the function
 * answers, and deletes what it did not report. Time jumps from one thing that happens to the next.
 * @returns when the queue was empty and nothing more came.
 */
export async function runEventSource(options: EventSourceOptions): Promise<number> {
  const { queue, pollers, arrivals, invoke, until } = options;
  const underWay: UnderWay[] = [];
  let arrived = 0;
  let now = arrivals[0]?.at ?? 0;
  while (now <= until) {
    for (let next = arrivals[arrived]; next !== undefined && next.at <= now; next = arrivals[++arrived])
      queue.send(next.at, next.groupId, next.body);
    for (const ended of underWay.filter(({ endsAt }) => endsAt <= now)) {
      underWay.splice(underWay.indexOf(ended), 1);
      end(ended, queue, now);
    }
    while (underWay.length < pollers) {
      const messages = queue.receive(now, 10);
      if (messages.length === 0) break;
      const invocation = await invoke(toEvent(messages), now);
      underWay.push({ ...invocation, endsAt: now + invocation.seconds, messages });
    }
    const next = [
      arrivals[arrived]?.at,
      ...underWay.map(({ endsAt }) => endsAt),
      underWay.length < pollers ? queue.nextFreeAt(now) : undefined,
    ].filter((at) => at !== undefined);
    if (next.length === 0) return now;
    now = Math.min(...next);
  }
  return now;
}

function end({ messages, response, visibility }: UnderWay, queue: FifoQueue, now: number): void {
  for (const { receiptHandle, seconds } of visibility) queue.changeVisibility(now, receiptHandle, seconds);
  if (response === undefined) return;
  const left = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const message of messages) if (!left.has(message.messageId)) queue.delete(message);
}

function toEvent(messages: readonly QueuedMessage[]): SQSEvent {
  return sqsEvent(
    ...messages.map(({ messageId, groupId, body, sentAt, firstReceivedAt, receives, receiptHandle }) => ({
      messageId,
      group: groupId,
      body,
      sentAt: new Date(sentAt * 1_000),
      firstReceivedAt: new Date((firstReceivedAt ?? sentAt) * 1_000),
      receives,
      receiptHandle,
    })),
  );
}
