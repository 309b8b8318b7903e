import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchResult,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type EventToSend, type PackedMessage, packMessages } from './pack-messages.ts';

export interface SendTarget {
  sqs: SQSClient;
  /** Of the FIFO queue. */
  queueUrl: string;
  signal?: AbortSignal;
}

export interface SentCounts {
  events: number;
  messages: number;
  /** What the queue refused for good, with its reason; later events of the same request were held back. */
  refused: { pagwId: string; events: number; code: string }[];
}

/** The queue stopped answering in mid-way. Sending everything again is safe: events that have ids are recorded once. */
export class SendInterruptedError extends Error {
  override readonly name = 'SendInterruptedError';
  readonly sent: SentCounts;

  constructor(sent: SentCounts, cause: unknown) {
    super(`The queue stopped answering after ${sent.events} events; send them all again.`, { cause });
    this.sent = sent;
  }
}

const MESSAGES_PER_BATCH = 10;
const BYTES_PER_BATCH = 1024 * 1024;
/** A message the queue itself failed to take (no fault of the sender) is offered this often. */
const OFFERS_PER_MESSAGE = 5;
const PAUSE_MS = 200;

interface Request {
  pagwId: string;
  waiting: PackedMessage[];
  offers: number;
}

/**
 * Sends events to the FIFO queue: group = pagwId, events of one request in the order given and packed into arrays.
 * A batch never holds two messages of one request, so a message that fails is sent again before its successors.
 * @throws SendInterruptedError when a whole batch gets no answer.
 */
export async function sendEvents(events: Iterable<EventToSend>, target: SendTarget): Promise<SentCounts> {
  const counts: SentCounts = { events: 0, messages: 0, refused: [] };
  let requests = openRequests(events);
  while (requests.length > 0) {
    const batch = nextBatch(requests);
    const result = await sendBatch(batch, target).catch((cause: unknown) => {
      throw new SendInterruptedError(counts, cause);
    });
    const again = settle(batch, result, counts);
    if (again) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    // Those served go to the end: a request of many messages does not hold up the others.
    requests = [...requests.slice(batch.length), ...batch].filter((request) => request.waiting.length > 0);
  }
  return counts;
}

function openRequests(events: Iterable<EventToSend>): Request[] {
  return packMessages(events).map((waiting) => ({ pagwId: waiting[0]?.pagwId ?? '', waiting, offers: 0 }));
}

/** The next message of up to ten requests, as far as they fit into one call. */
function nextBatch(requests: Request[]): Request[] {
  const batch: Request[] = [];
  let bytes = 0;
  for (const request of requests.slice(0, MESSAGES_PER_BATCH)) {
    bytes += request.waiting[0]?.bytes ?? 0;
    if (batch.length > 0 && bytes > BYTES_PER_BATCH) break;
    batch.push(request);
  }
  return batch;
}

async function sendBatch(batch: Request[], target: SendTarget): Promise<SendMessageBatchResult> {
  const [only] = batch;
  const tooLarge = batch.length === 1 && (only?.waiting[0]?.bytes ?? 0) > BYTES_PER_BATCH;
  if (tooLarge) {
    return { Successful: [], Failed: [{ Id: '0', SenderFault: true, Code: 'MessageTooLong' }] };
  }
  return target.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: target.queueUrl,
      Entries: batch.flatMap(({ waiting: [message] }, position) =>
        message === undefined
          ? []
          : {
              Id: String(position),
              MessageBody: message.body,
              MessageGroupId: message.groupId,
              MessageDeduplicationId: message.deduplicationId,
            },
      ),
    }),
    target.signal === undefined ? {} : { abortSignal: target.signal },
  );
}

/** Books what became of each message; answers whether some have to be offered again. */
function settle(batch: Request[], result: SendMessageBatchResult, counts: SentCounts): boolean {
  const failures = new Map((result.Failed ?? []).map((failure) => [failure.Id, failure]));
  let again = false;
  batch.forEach((request, position) => {
    const failure = failures.get(String(position));
    if (failure === undefined) {
      counts.events += request.waiting.shift()?.eventCount ?? 0;
      counts.messages += 1;
      request.offers = 0;
    } else if (isFinal(failure) || ++request.offers >= OFFERS_PER_MESSAGE) {
      const events = request.waiting.reduce((total, message) => total + message.eventCount, 0);
      counts.refused.push({ pagwId: request.pagwId, events, code: failure.Code ?? 'Unknown' });
      request.waiting = [];
    } else {
      again = true;
    }
  });
  return again;
}

function isFinal(failure: BatchResultErrorEntry): boolean {
  return failure.SenderFault === true;
}
