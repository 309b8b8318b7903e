import { openRandom, type Random } from '../../lib/local/demo/random.ts';
import type { WorkloadEvent } from './contestant.ts';
import { readRequestEvents } from './request-events.ts';

interface LiveRequest {
  pagwId: string;
  journey: number;
  /** Of its journey; ahead of the numbers in requests that were under way at the start. */
  next: number;
  recorded: number;
}

/**
 * An endless stream of events of a window of live requests; a request that has ended makes room for a new one. The
 * same for every contestant. At the start the window is as it is in full flow: requests of every age.
 */
export class Workload {
  readonly #journeys = readRequestEvents();
  readonly #random: Random;
  readonly #live: LiveRequest[];
  #requests = 0;
  #events = 0;

  readonly #endless: boolean;

  /** @param endless the same requests for good: one whose journey has ended travels it again. */
  constructor(liveRequests: number, seed: string, endless = false) {
    this.#endless = endless;
    this.#random = openRandom(seed);
    this.#live = Array.from({ length: liveRequests }, (_, place) => {
      const request = this.#begin();
      return { ...request, next: place % this.#lengthOf(request) };
    });
  }

  /**
   * The next batches for each writer. Each request belongs to one writer, as in a FIFO queue's message groups; which
   * of its requests speaks next is chance.
   */
  batchesFor(writers: number, batchSize: number, batchesEach: number): WorkloadEvent[][][] {
    const shards = Array.from({ length: writers }, () => [] as WorkloadEvent[][]);
    for (let turn = 0; turn < batchesEach; turn++) {
      shards.forEach((batches, writer) => {
        batches.push(Array.from({ length: batchSize }, () => this.#nextOf(writer, writers)));
      });
    }
    return shards;
  }

  /** Batches of any of the requests, whoever writes them; every tenth event stands in its batch twice. */
  contendedBatchesFor(writers: number, batchSize: number, batchesEach: number): WorkloadEvent[][][] {
    return Array.from({ length: writers }, () =>
      Array.from({ length: batchesEach }, () =>
        Array.from({ length: batchSize }, () => this.#nextOf(0, 1)).flatMap((item, place) =>
          place % 10 === 0 ? [item, item] : [item],
        ),
      ),
    );
  }

  #nextOf(writer: number, writers: number): WorkloadEvent {
    const share = Math.floor((this.#live.length - writer - 1) / writers) + 1;
    const place = writer + writers * this.#random.between(0, share - 1);
    let request = this.#live[place];
    if (request === undefined || request.next >= this.#lengthOf(request)) {
      request = request !== undefined && this.#endless ? { ...request, next: 0 } : this.#begin();
      this.#live[place] = request;
    }
    const template = this.#journeys[request.journey]?.[request.next];
    if (template === undefined) throw new Error(`Journey ${request.journey} has no event ${request.next}.`);
    request.next += 1;
    request.recorded += 1;
    return {
      event: { ...template, pagwId: request.pagwId, eventId: this.#nextEventId() },
      sequenceNo: request.recorded,
    };
  }

  #begin(): LiveRequest {
    this.#requests += 1;
    const number = String(this.#requests).padStart(5, '0');
    const pagwId = `PAGW-20260301-${number}-${this.#random.hex(8)}`;
    return { pagwId, journey: this.#requests % this.#journeys.length, next: 0, recorded: 0 };
  }

  #lengthOf({ journey }: LiveRequest): number {
    return this.#journeys[journey]?.length ?? 0;
  }

  /** A random UUID in form, so that message-db, which takes nothing else, can have it too. */
  #nextEventId(): string {
    this.#events += 1;
    const random = this.#random.hex(24).toLowerCase();
    const count = this.#events.toString(16).padStart(8, '0');
    return `${random.slice(0, 8)}-${random.slice(8, 12)}-4${random.slice(13, 16)}-8${random.slice(17, 20)}-${random.slice(20)}${count}`;
  }
}
