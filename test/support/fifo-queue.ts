/** A message of the model, times in seconds of a clock that the test moves. */
export interface QueuedMessage {
  messageId: string;
  groupId: string;
  body: string;
  sentAt: number;
  firstReceivedAt: number | undefined;
  receives: number;
  /** Out of sight until then. */
  visibleAt: number;
  receiptHandle: string;
}

export interface FifoQueueOptions {
  visibilitySeconds: number;
  maxReceiveCount: number;
  retentionSeconds?: number;
}

const RETENTION_SECONDS = 14 * 86_400;
/** Amazon SQS quotas of a FIFO queue: in flight, and how far it looks for groups that are free. */
const MOST_IN_FLIGHT = 120_000;
const SCANNED_MESSAGES = 120_000;
/** ChangeMessageVisibility allows no more, counted from the delivery. */
const LONGEST_VISIBILITY_SECONDS = 12 * 3_600;

/**
 * An SQS FIFO queue by its documented rules. No message of a group is given out while one of the group is in flight; a
 * receive takes as many of one group as it can before the next; a message that was received `maxReceiveCount` times is
 * set aside at the next receive; retention deletes without a word. De-duplication is left out: ids are made by the test.
 * Sources: SQS Developer Guide, "FIFO queue delivery logic", "Amazon SQS visibility timeout", "Using dead-letter queues",
 * "Amazon SQS FIFO queue quotas".
 */
export class FifoQueue {
  readonly deadLetters: QueuedMessage[] = [];
  /** What retention deleted. */
  readonly expired: QueuedMessage[] = [];
  readonly #groups = new Map<string, QueuedMessage[]>();
  readonly #options: Required<FifoQueueOptions>;
  #sent = 0;
  #handles = 0;

  constructor(options: FifoQueueOptions) {
    this.#options = { retentionSeconds: RETENTION_SECONDS, ...options };
  }

  get size(): number {
    return [...this.#groups.values()].reduce((total, group) => total + group.length, 0);
  }

  get lastMessageId(): string {
    return `message-${this.#sent}`;
  }

  send(now: number, groupId: string, body: string): void {
    const message: QueuedMessage = {
      messageId: `message-${++this.#sent}`,
      groupId,
      body,
      sentAt: now,
      firstReceivedAt: undefined,
      receives: 0,
      visibleAt: now,
      receiptHandle: '',
    };
    const group = this.#groups.get(groupId);
    if (group === undefined) this.#groups.set(groupId, [message]);
    else group.push(message);
  }

  receive(now: number, most: number): QueuedMessage[] {
    this.#expire(now);
    const received: QueuedMessage[] = [];
    let inFlight = this.#count((message) => message.visibleAt > now);
    let scanned = 0;
    // Groups are kept in the order of their first messages, so the one that waited longest comes first.
    for (const [groupId, group] of this.#groups) {
      scanned += group.length;
      if (received.length === most || scanned > SCANNED_MESSAGES) break;
      if (group.some(({ visibleAt }) => visibleAt > now)) continue;
      for (const message of group.slice(0, most - received.length)) {
        if (inFlight === MOST_IN_FLIGHT) return received;
        if (message.receives >= this.#options.maxReceiveCount) {
          group.splice(group.indexOf(message), 1);
          this.deadLetters.push(message);
          continue;
        }
        message.receives += 1;
        message.firstReceivedAt ??= now;
        message.visibleAt = now + this.#options.visibilitySeconds;
        message.receiptHandle = `receipt-${++this.#handles}`;
        received.push({ ...message });
        inFlight += 1;
      }
      if (group.length === 0) this.#groups.delete(groupId);
    }
    return received;
  }

  /** A receipt of an earlier delivery counts for nothing on a FIFO queue. */
  delete({ groupId, receiptHandle }: QueuedMessage): void {
    const group = this.#groups.get(groupId) ?? [];
    const place = group.findIndex((message) => message.receiptHandle === receiptHandle);
    if (place < 0) return;
    group.splice(place, 1);
    if (group.length === 0) this.#groups.delete(groupId);
  }

  changeVisibility(now: number, receiptHandle: string, seconds: number): void {
    for (const group of this.#groups.values()) {
      const message = group.find((each) => each.receiptHandle === receiptHandle);
      if (message === undefined || message.visibleAt <= now) continue;
      message.visibleAt = now + Math.min(seconds, LONGEST_VISIBILITY_SECONDS);
    }
  }

  /** When a group that is blocked now will be free; undefined when none is. */
  nextFreeAt(now: number): number | undefined {
    const free = [...this.#groups.values()]
      .map((group) => Math.max(...group.map(({ visibleAt }) => visibleAt)))
      .filter((at) => at > now);
    return free.length === 0 ? undefined : Math.min(...free);
  }

  #expire(now: number): void {
    for (const [groupId, group] of this.#groups) {
      const old = group.filter(({ sentAt }) => sentAt + this.#options.retentionSeconds <= now);
      this.expired.push(...old);
      if (old.length === group.length) this.#groups.delete(groupId);
      else if (old.length > 0) group.splice(0, old.length);
    }
  }

  #count(which: (message: QueuedMessage) => boolean): number {
    let count = 0;
    for (const group of this.#groups.values()) count += group.filter(which).length;
    return count;
  }
}
