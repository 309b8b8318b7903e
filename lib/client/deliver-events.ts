import { readMessage } from '../domain/event-message.ts';
import type { PhiRules } from '../domain/phi-guard.ts';
import type { Rejection } from '../domain/rejection.ts';
import { defaultRetryPolicy } from '../domain/retry-policy.ts';
import type { DropLedger } from './client-counts.ts';
import type { BufferedEvent, EventBuffer, RequestLane, SealedMessage } from './event-buffer.ts';
import { type PackedMessage, packMessages } from './pack-messages.ts';
import {
  type BatchTarget,
  BYTES_PER_BATCH,
  MESSAGES_PER_BATCH,
  type MessageOutcome,
  sendMessageBatch,
} from './send-message-batch.ts';

export interface DeliveryOptions extends Omit<BatchTarget, 'signal'> {
  buffer: EventBuffer;
  drops: DropLedger;
  phiGuard: PhiRules;
  /** A batch without an answer after this long is offered again. */
  sendTimeoutMs: number;
  /** Nothing waits any more. */
  onIdle: () => void;
}

/** One message holds no more events than this, and the contract allows ten times as many. */
const EVENTS_PER_TURN = 100;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Takes events out of the buffer to the queue, one batch after the other. While the queue is away it is asked again
 * after growing pauses. No timer here keeps the process alive.
 */
export class EventDelivery {
  delivered = 0;
  /** Why the queue took nothing when it was last asked: an error's name or code; null when it took something. */
  queueError: string | null = null;
  readonly #options: DeliveryOptions;
  running = false;
  #stopped = false;
  #resting = false;
  #failures = 0;
  #resume: () => void = () => undefined;
  #sending = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Begins, or ends a pause. */
  start(): void {
    if (this.#stopped) return;
    this.#resting = false;
    if (this.running) {
      this.#resume();
      return;
    }
    this.running = true;
    void this.#run();
  }

  /** Asks at once, and again soon: somebody waits for it. */
  hurry(): void {
    this.#failures = 0;
    this.start();
  }

  /** Lets go of the queue until the next start; what waits, waits on. */
  rest(): void {
    this.#resting = true;
    this.#sending.abort();
    this.#resume();
  }

  stop(): void {
    this.#stopped = true;
    this.#sending.abort();
    this.#resume();
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.#resting && this.#options.buffer.count > 0) {
      const moved = await this.#deliverBatch().catch(() => false);
      if (moved) this.#failures = 0;
      else if (!this.#resting) await this.#pause();
    }
    this.running = false;
    if (this.#options.buffer.count === 0) this.#options.onIdle();
  }

  /** Answers whether anything left the buffer. */
  async #deliverBatch(): Promise<boolean> {
    const { buffer } = this.#options;
    const held = buffer.count;
    const lanes = buffer.nextLanes(MESSAGES_PER_BATCH);
    for (const lane of lanes) await this.#seal(lane);
    if (this.#stopped) return true;
    const batch = fitting(lanes);
    const messages = batch.flatMap(({ sealed: [first] }) => first?.message ?? []);
    if (messages.length > 0) {
      const outcomes = await this.#send(messages);
      if (this.#stopped) return true;
      batch.forEach((lane, position) => {
        this.#settle(lane, outcomes[position]);
      });
    }
    for (const lane of lanes) buffer.rotate(lane);
    return buffer.count < held;
  }

  async #seal(lane: RequestLane): Promise<void> {
    const { buffer, drops, phiGuard } = this.#options;
    if (lane.sealed.length > 0) return;
    const events = lane.waiting.slice(0, EVENTS_PER_TURN);
    const { sealed, refused } = await sealMessages(events, phiGuard);
    if (this.#stopped) return;
    lane.waiting.splice(0, events.length);
    lane.sealed = sealed;
    for (const { event, rejection } of refused) {
      drops.add('invalid', rejection.code, rejection.path);
      buffer.settle([event]);
    }
  }

  #settle(lane: RequestLane, outcome: MessageOutcome | undefined): void {
    const [first] = lane.sealed;
    if (first === undefined || outcome === undefined) return;
    this.queueError = outcome.taken ? null : outcome.code;
    if (outcome.taken) this.delivered += first.events.length;
    else if (outcome.final) this.#options.drops.add('refused', outcome.code, '', first.events.length);
    else return;
    lane.sealed.shift();
    this.#options.buffer.settle(first.events);
  }

  /** Some clients ignore their signal, and a dead connection may never answer: the wait ends here in any case. */
  async #send(messages: readonly PackedMessage[]): Promise<MessageOutcome[]> {
    const { sqs, queueUrl, sendTimeoutMs } = this.#options;
    const { signal } = this.#sending;
    const late = new DOMException('The queue did not answer in time.', 'TimeoutError');
    const timer = setTimeout((sending: AbortController) => sending.abort(late), sendTimeoutMs, this.#sending);
    timer.unref();
    const aborted = new Promise<never>((_, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    });
    try {
      return await Promise.race([sendMessageBatch(messages, { sqs, queueUrl, signal }), aborted]);
    } catch (error) {
      this.queueError = nameOf(error);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#sending = new AbortController();
    }
  }

  async #pause(): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    await new Promise<void>((resume) => {
      const timer = setTimeout(resume, longest * (0.5 + Math.random() / 2)).unref();
      this.#resume = () => {
        clearTimeout(timer);
        resume();
      };
    });
    this.#resume = () => undefined;
  }
}

/** As many of the lanes' first messages as one call takes. */
function fitting(lanes: readonly RequestLane[]): RequestLane[] {
  let bytes = 0;
  return lanes.filter(({ sealed: [first] }) => {
    bytes += first?.message.bytes ?? 0;
    return first !== undefined && bytes <= BYTES_PER_BATCH;
  });
}

/** Of a connection that fails, Node tells the kind by its code alone: `ENOTFOUND`. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  const { name, code } = error as Error & { code?: unknown };
  return name === 'Error' && typeof code === 'string' ? code : name;
}

export interface SealedEvents {
  sealed: SealedMessage[];
  refused: { event: BufferedEvent; rejection: Rejection }[];
}

/** Judging an event takes some 50 µs, one full of text a millisecond; after this long the business code has its turn. */
const SLICE_MS = 2;

/**
 * Judges events of one request by the contract and makes messages of the valid ones, in their order. Error texts leave
 * masked, as the tracker would keep them. Runs in slices, between which other work of the process goes on.
 */
async function sealMessages(events: readonly BufferedEvent[], phiGuard: PhiRules): Promise<SealedEvents> {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0, phiGuard };
  const refused: SealedEvents['refused'] = [];
  const valid: { source: BufferedEvent; event: unknown }[] = [];
  let sliceEndsAt = performance.now() + SLICE_MS;
  for (const source of events) {
    if (performance.now() > sliceEndsAt) {
      await new Promise((resume) => setImmediate(resume));
      sliceEndsAt = performance.now() + SLICE_MS;
    }
    const envelope = { messageId: source.eventId, sentAt: new Date(0) };
    const { events: read, rejections } = readMessage(source.json, envelope, rules);
    const [rejection] = rejections;
    if (rejection !== undefined) refused.push({ event: source, rejection });
    else valid.push({ source, event: { ...JSON.parse(source.json), errorMessage: read[0]?.errorMessage } });
  }
  const messages = packMessages(
    valid.map(({ source: { pagwId, eventId }, event }) => ({ pagwId, eventId, event })),
  );
  let packed = 0;
  const sealed = messages.flat().map((message) => {
    const sources = valid.slice(packed, packed + message.eventCount).map(({ source }) => source);
    packed += message.eventCount;
    return { message, events: sources };
  });
  return { sealed, refused };
}
