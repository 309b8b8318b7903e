import type { PackedMessage } from './pack-messages.ts';

/** An event that waits: its JSON, and the names it is queued by. */
export interface BufferedEvent {
  /** Counts the calls, from 1. */
  number: number;
  pagwId: string;
  eventId: string;
  json: string;
}

/** A message made of the first events of a request; offered again unchanged, so that the queue knows it again. */
export interface SealedMessage {
  message: PackedMessage;
  events: BufferedEvent[];
}

/** What waits of one request, in the order of the calls. */
export interface RequestLane {
  pagwId: string;
  sealed: SealedMessage[];
  waiting: BufferedEvent[];
}

export interface BufferLimits {
  events: number;
  bytes: number;
}

/** An id, a time, a request and a type. */
const LEAST_EVENT_BYTES = 256;

/** Holds events until they are settled; requests take turns, the events of each stay in order. */
export class EventBuffer {
  readonly #lanes = new Map<string, RequestLane>();
  #count = 0;
  #bytes = 0;
  readonly #limits: BufferLimits;
  readonly #waiters = new Set<{ upTo: number; remaining: number; settled: () => void }>();

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether an event of the least size would fit. */
  get hasRoom(): boolean {
    return this.#count < this.#limits.events && this.#bytes + LEAST_EVENT_BYTES <= this.#limits.bytes;
  }

  /** Answers false, and keeps nothing, when the event does not fit. */
  add(event: BufferedEvent): boolean {
    const bytes = bytesOf(event);
    if (this.#count >= this.#limits.events || this.#bytes + bytes > this.#limits.bytes) return false;
    this.#count += 1;
    this.#bytes += bytes;
    const lane = this.#lanes.get(event.pagwId);
    if (lane === undefined) {
      this.#lanes.set(event.pagwId, { pagwId: event.pagwId, sealed: [], waiting: [event] });
    } else lane.waiting.push(event);
    return true;
  }

  /** The requests whose turn it is. */
  nextLanes(most: number): RequestLane[] {
    const lanes: RequestLane[] = [];
    for (const lane of this.#lanes.values()) {
      if (lanes.length === most) break;
      lanes.push(lane);
    }
    return lanes;
  }

  /** Sends a request to the end of the line, or out of it when nothing of it waits. */
  rotate(lane: RequestLane): void {
    this.#lanes.delete(lane.pagwId);
    if (lane.sealed.length + lane.waiting.length > 0) this.#lanes.set(lane.pagwId, lane);
  }

  /** Delivered or dropped: the events are no longer held. */
  settle(events: readonly BufferedEvent[]): void {
    for (const event of events) {
      this.#count -= 1;
      this.#bytes -= bytesOf(event);
      for (const waiter of this.#waiters) {
        if (event.number > waiter.upTo || --waiter.remaining > 0) continue;
        this.#waiters.delete(waiter);
        waiter.settled();
      }
    }
  }

  /** Calls back once, when all events up to this number have been settled. Answers how to take that back. */
  onceSettled(upTo: number, settled: () => void): () => void {
    if (this.#count === 0) {
      settled();
      return () => undefined;
    }
    const waiter = { upTo, remaining: this.#count, settled };
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Lets go of everything; answers how many events that were. */
  clear(): number {
    const events = [...this.#lanes.values()].flatMap((lane) => [
      ...lane.sealed.flatMap((sealed) => sealed.events),
      ...lane.waiting,
    ]);
    this.#lanes.clear();
    this.settle(events);
    return events.length;
  }
}

/** At most: a text of Latin characters takes one byte of memory for each. */
function bytesOf(event: BufferedEvent): number {
  return event.json.length * 2;
}
