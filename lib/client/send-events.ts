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
/** While the queue answers one, the next are made. */
const CALLS_AT_ONCE = 4;

interface Request {
  pagwId: string;
  waiting: PackedMessage[];
  offers: number;
}

/**
 * Sends events to the FIFO queue: group = pagwId, events of one request in the order given and packed into arrays.
 * Of a request one message is under way at a time, so one that fails is sent again before its successors.
 * @throws SendInterruptedError when a whole batch gets no answer; the others are awaited.
 */
export async function sendEvents(events: Iterable<EventToSend>, target: BatchTarget): Promise<SentCounts> {
  const counts: SentCounts = { events: 0, messages: 0, refused: [] };
  const requests = openRequests(events);
  let failure: { cause: unknown } | undefined;
  const sendSome = async () => {
    for (let batch = takeBatch(requests); batch.length > 0 && !failure; batch = takeBatch(requests)) {
      const messages = batch.flatMap(({ waiting: [message] }) => message ?? []);
      try {
        const again = settle(batch, await sendMessageBatch(messages, target), counts);
        if (again) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } catch (cause) {
        failure ??= { cause };
      }
      // Those served go to the end: a request of many messages does not hold up the others.
      requests.push(...batch.filter((request) => request.waiting.length > 0));
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, sendSome));
  if (failure !== undefined) throw new SendInterruptedError(counts, failure.cause);
  return counts;
}

function openRequests(events: Iterable<EventToSend>): Request[] {
  return packMessages(events).map((waiting) => ({ pagwId: waiting[0]?.pagwId ?? '', waiting, offers: 0 }));
}

/** Takes up to ten requests whose next messages fit into one call. */
function takeBatch(requests: Request[]): Request[] {
  let bytes = 0;
  const tooMany = requests.slice(0, MESSAGES_PER_BATCH).findIndex(({ waiting: [next] }, place) => {
    bytes += next?.bytes ?? 0;
    return place > 0 && bytes > BYTES_PER_BATCH;
  });
  return requests.splice(0, tooMany < 0 ? MESSAGES_PER_BATCH : tooMany);
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
