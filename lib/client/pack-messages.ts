import { createHash, randomUUID } from 'node:crypto';
import { queueText } from '../domain/json-text.ts';

/** One event to be sent, as the producer wrote it. */
export interface EventToSend {
  pagwId: string;
  /** Null: the producer gave none, so the queue's message id will name the event. */
  eventId: string | null;
  /** The event of the contract, any accepted form. */
  event: unknown;
}

/** One SQS message: one event, or an array of events of one request. */
export interface PackedMessage {
  pagwId: string;
  groupId: string;
  deduplicationId: string;
  body: string;
  bytes: number;
  eventCount: number;
}

/** Few enough that one message is recorded in one call, small enough that ten fit in a batch of 1 MiB or nearly so. */
const EVENTS_PER_MESSAGE = 100;
const BYTES_PER_MESSAGE = 200 * 1024;

/** Packs events into messages: a list a request, in the order given, requests in the order they first appear. */
export function packMessages(events: Iterable<EventToSend>): PackedMessage[][] {
  const requests = new Map<string, EventToSend[]>();
  for (const event of events) {
    const known = requests.get(event.pagwId);
    if (known === undefined) requests.set(event.pagwId, [event]);
    else known.push(event);
  }
  return Array.from(requests.values(), packRequest);
}

function packRequest(events: EventToSend[]): PackedMessage[] {
  const messages: PackedMessage[] = [];
  let pack: EventToSend[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const event of events) {
    const text = queueText(event.event);
    const size = Buffer.byteLength(text) + 1;
    if (pack.length > 0 && (pack.length === EVENTS_PER_MESSAGE || bytes + size > BYTES_PER_MESSAGE)) {
      messages.push(seal(pack, texts));
      [pack, texts, bytes] = [[], [], 0];
    }
    pack.push(event);
    texts.push(text);
    bytes += size;
  }
  if (pack.length > 0) messages.push(seal(pack, texts));
  return messages;
}

function seal(pack: EventToSend[], texts: string[]): PackedMessage {
  const [first = ''] = texts;
  const pagwId = pack[0]?.pagwId ?? '';
  const body = texts.length === 1 ? first : `[${texts.join(',')}]`;
  return {
    pagwId,
    groupId: groupIdOf(pagwId),
    deduplicationId: deduplicationIdOf(pagwId, pack),
    body,
    bytes: Buffer.byteLength(body),
    eventCount: pack.length,
  };
}

/**
 * SQS drops a message whose id it saw within five minutes, so the id stands for *all* events in the message: an array
 * with the same first event and another tail is another message. It stands for their request as well: services that
 * number their events use an id in every request, and not every queue looks for an id within its group alone.
 * An event without an id is new each time it is sent.
 */
function deduplicationIdOf(pagwId: string, pack: EventToSend[]): string {
  const hash = createHash('sha256').update(JSON.stringify(pagwId)).update('\n');
  for (const { eventId } of pack) hash.update(JSON.stringify(eventId ?? { once: randomUUID() })).update('\n');
  return hash.digest('hex');
}

/** SQS takes printable ASCII up to 128 characters for a group; anything else is named by its hash. */
function groupIdOf(pagwId: string): string {
  return /^[\x21-\x7e]{1,128}$/.test(pagwId) ? pagwId : createHash('sha256').update(pagwId).digest('hex');
}
