export type DropReason = 'buffer-full' | 'invalid' | 'refused' | 'closed';

/** `delivered + dropped + buffered = called`, always. */
export interface ClientCounts {
  called: number;
  /** Taken by the queue. */
  delivered: number;
  dropped: Record<DropReason, number>;
  /** Waiting, or on their way to the queue. */
  buffered: number;
  /** Why the queue took nothing when it was last asked: an error's name or code; null when all is well. */
  queueError: string | null;
}

/** What was dropped and why; never a value of the event. */
export interface Drop {
  reason: DropReason;
  /** The contract's rejection code, the queue's error code, BUFFER_FULL or CLIENT_CLOSED. */
  code: string;
  /** JSON pointer into the event; '' where it concerns the whole. */
  path: string;
  /** Events dropped for this since the last report. */
  count: number;
}

/** More kinds than this in one report are summed up without their paths. */
const MAX_KINDS = 100;

/** Counts drops, and collects them by kind for a report that runs outside the business call. */
export class DropLedger {
  readonly totals: Record<DropReason, number> = { 'buffer-full': 0, invalid: 0, refused: 0, closed: 0 };
  #unreported = new Map<string, Drop>();
  readonly #onDrop: ((drop: Drop) => unknown) | undefined;
  #scheduled = false;

  constructor(onDrop: ((drop: Drop) => unknown) | undefined) {
    this.#onDrop = onDrop;
  }

  add(reason: DropReason, code: string, path = '', count = 1): void {
    this.totals[reason] += count;
    if (this.#onDrop === undefined) return;
    const place = this.#unreported.size < MAX_KINDS ? path : '';
    const kind = `${reason} ${code} ${place}`;
    const known = this.#unreported.get(kind);
    if (known === undefined) this.#unreported.set(kind, { reason, code, path: place, count });
    else known.count += count;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.report()).unref();
  }

  /** Reports to onDrop what has been dropped since its last report; what it throws is its own affair. */
  report(): void {
    this.#scheduled = false;
    const drops = this.#unreported;
    this.#unreported = new Map();
    for (const drop of drops.values()) {
      try {
        Promise.resolve(this.#onDrop?.(drop)).catch(() => undefined);
      } catch {
        // A faulty callback must not reach the business code either.
      }
    }
  }
}
