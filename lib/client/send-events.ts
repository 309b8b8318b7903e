import { type EventToSend, type PackedMessage, packMessages } from './pack-messages.ts';
import {
  type BatchTarget,
  BYTES_PER_BATCH,
  MESSAGES_PER_BATCH,
  type MessageOutcome,
  sendMessageBatch,
} from './send-message-batch.ts';

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
    super(
      `The queue stopped answering after ${sent.events} ${sent.events === 1 ? 'event' : 'events'}; send them all again.`,
      { cause },
    );
    this.sent = sent;
  }
}

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
export async function sendEvents(events: Iterable<EventToSend>, target: BatchTarget): Promise<SentCounts> {
  const counts: SentCounts = { events: 0, messages: 0, refused: [] };
  let requests = openRequests(events);
  while (requests.length > 0) {
    const batch = nextBatch(requests);
    const messages = batch.flatMap(({ waiting: [message] }) => message ?? []);
    const outcomes = await sendMessageBatch(messages, target).catch((cause: unknown) => {
      throw new SendInterruptedError(counts, cause);
    });
    const again = settle(batch, outcomes, counts);
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

/** Books what became of each message; answers whether some have to be offered again. */
function settle(batch: Request[], outcomes: MessageOutcome[], counts: SentCounts): boolean {
  let again = false;
  batch.forEach((request, position) => {
    const outcome = outcomes[position] ?? { taken: false, final: false, code: 'Unknown' };
    if (outcome.taken) {
      counts.events += request.waiting.shift()?.eventCount ?? 0;
      counts.messages += 1;
      request.offers = 0;
    } else if (outcome.final || ++request.offers >= OFFERS_PER_MESSAGE) {
      const events = request.waiting.reduce((total, message) => total + message.eventCount, 0);
      counts.refused.push({ pagwId: request.pagwId, events, code: outcome.code });
      request.waiting = [];
    } else {
      again = true;
    }
  });
  return again;
}
