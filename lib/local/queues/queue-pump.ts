import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { LocalClock } from '../local-clock.ts';
import { LOCAL_REGION, lambdaContext } from '../local-environment.ts';

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>;

export interface QueuePumpOptions {
  sqs: SQSClient;
  queueUrl: string;
  queueArn: string;
  functionName: string;
  /** Makes a handler for one poller: Lambda runs one invocation at a time in a process, and handlers count on it. */
  openHandler: () => QueueHandler;
  clock: LocalClock;
  /** Called once when messages start to fail or the queue to be silent; never what was in them. */
  onTrouble?: (sentence: string) => void;
}

export interface QueuePump {
  /** Why the last round went wrong; undefined while all goes well. */
  readonly trouble: string | undefined;
  readonly delivered: number;
  /** Lets running invocations end and deletes what they did, and waits no longer than 8 s for that. */
  stop(): Promise<void>;
}

const POLLERS = 3;
const LONG_POLL_SECONDS = 10;
const TIMEOUT_SECONDS = 60;
const PAUSE_AFTER_TROUBLE_MS = 1_000;
const STOP_PATIENCE_MS = 8_000;

/**
 * Does what Lambda's event source mapping does: receives up to ten messages, invokes the handler, deletes what it
 * reported done. The rest comes back after its time-out, and goes to the dead-letter queue after too many times.
 * The queue keeps the order: it gives out no message of a group while an earlier one is in hand.
 */
export function startQueuePump(options: QueuePumpOptions): QueuePump {
  const ending = new AbortController();
  const state = { trouble: undefined as string | undefined, delivered: 0 };

  async function poll(handler: QueueHandler): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        const messages = await receive(options, ending.signal);
        if (messages.length === 0) continue;
        const done = await deliver(messages, options, handler);
        await remove(done, options);
        state.delivered += done.length;
        report(
          done.length === messages.length ? undefined : `${options.functionName} left messages on the queue.`,
        );
      } catch (error) {
        if (ending.signal.aborted) return;
        report(`${options.functionName} failed: ${error instanceof Error ? error.name : 'unknown error'}.`);
        await delay(PAUSE_AFTER_TROUBLE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  }

  function report(trouble: string | undefined): void {
    if (trouble !== undefined && state.trouble === undefined) options.onTrouble?.(trouble);
    state.trouble = trouble;
  }

  const pollers = Array.from({ length: POLLERS }, () => poll(options.openHandler()));
  return {
    get trouble() {
      return state.trouble;
    },
    get delivered() {
      return state.delivered;
    },
    stop: async () => {
      ending.abort();
      // What does not end in time stays on the queue; recording it again changes nothing.
      await Promise.race([Promise.all(pollers), delay(STOP_PATIENCE_MS, undefined, { ref: false })]);
    },
  };
}

async function receive(options: QueuePumpOptions, signal: AbortSignal): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: options.queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: LONG_POLL_SECONDS,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await options.sqs.send(command, { abortSignal: signal });
  return Messages;
}

/** Answers the messages the handler did; a report that names no message, or an unknown one, fails the whole batch. */
async function deliver(
  messages: Message[],
  options: QueuePumpOptions,
  handler: QueueHandler,
): Promise<Message[]> {
  const event = toSqsEvent(messages, options.queueArn, options.clock.aheadSeconds * 1000);
  const response = await handler(event, lambdaContext(options.functionName, TIMEOUT_SECONDS));
  const failed = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier);
  const known = new Set(messages.map((message) => message.MessageId));
  if (failed.some((id) => !known.has(id))) return [];
  return messages.filter((message) => !failed.includes(message.MessageId ?? ''));
}

async function remove(messages: Message[], { sqs, queueUrl }: QueuePumpOptions): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map((message, position) => ({
    Id: String(position),
    ReceiptHandle: message.ReceiptHandle,
  }));
  // What fails to be deleted comes again and is recognised as a duplicate.
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
}

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

/**
 * The event Lambda makes of received messages.
 * @param aheadMilliseconds how far the local clock is ahead: what was just sent was sent "now", not days ago.
 */
function toSqsEvent(messages: Message[], eventSourceARN: string, aheadMilliseconds: number): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, eventSourceARN, aheadMilliseconds)) };
}

function toRecord(message: Message, eventSourceARN: string, aheadMilliseconds: number): SQSRecord {
  const attributes = message.Attributes ?? {};
  const sentAt = Number(attributes.SentTimestamp ?? Date.now()) + aheadMilliseconds;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...attributes,
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? String(sentAt),
      SenderId: attributes.SenderId ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          dataType: value.DataType === 'Binary' || value.DataType === 'Number' ? value.DataType : 'String',
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: LOCAL_REGION,
  };
}
