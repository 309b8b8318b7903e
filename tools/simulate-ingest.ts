import '../lib/runtime/require-node.ts';
import { parseArgs } from 'node:util';
import { openRandom } from '../lib/local/demo/random.ts';

// Simulates ingest at a load of events: a FIFO queue whose groups are requests, batches of at most ten messages, functions
// of which as many run as the stage allows, and a database of so many processors. Service times are those that
// docs/benchmarks.md measured; what a network adds is assumed. Prints how long events wait to be recorded.

const { values } = parseArgs({
  options: {
    /** Events a second. */
    rate: { type: 'string', default: '1000' },
    /** Events a message. */
    packed: { type: 'string', default: '1' },
    /** The most functions at a time: the stage's `concurrency.ingest`. */
    concurrency: { type: 'string', default: '10,25,50,100' },
    processors: { type: 'string', default: '2' },
    /** The database answers nobody for so many seconds, from the tenth on. */
    outage: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '120' },
    /** Milliseconds of the database's CPU for a batch, and for each of its events. */
    'batch-cpu': { type: 'string', default: '3.3' },
    'event-cpu': { type: 'string', default: '0.093' },
    /** Milliseconds of the function's CPU for a batch and an event, on a whole processor. */
    'function-batch-cpu': { type: 'string', default: '1.2' },
    'function-event-cpu': { type: 'string', default: '0.06' },
  },
});

/** Of a function with 512 MB; Lambda gives a whole processor at 1,769 MB. */
const FUNCTION_PROCESSORS = 512 / 1_769;
/** A batch's two calls of the Data API, there and back, and what Lambda and SQS add. */
const NETWORK_MS = 2 * 8 + 10;
const BATCH_MESSAGES = 10;
/** A request tells of itself about so often while it is worked on. */
const EVENTS_A_REQUEST = 30;
const GAP_MS = 900;
const LEFT_OUT_MS = 5_000;

interface Load {
  rate: number;
  packed: number;
  concurrency: number;
  processors: number;
  outageMs: number;
  forMs: number;
  batchCpu: number;
  eventCpu: number;
  functionBatchCpu: number;
  functionEventCpu: number;
}

interface Result {
  p50: number;
  p99: number;
  most: number;
  batches: number;
  perBatch: number;
  running: number;
  databaseBusy: number;
  left: number;
  caughtUpMs: number;
}

type Happening = { at: number } & (
  | { kind: 'sent'; request: number }
  | { kind: 'stored'; requests: number[]; sentAt: number[]; events: number }
);

/** A heap by time. */
class Agenda {
  readonly #heap: Happening[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(happening: Happening): void {
    const heap = this.#heap;
    heap.push(happening);
    let place = heap.length - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#at(above) <= this.#at(place)) break;
      this.#swap(above, place);
      place = above;
    }
  }

  next(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ; ) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2])
        if (below < heap.length && this.#at(below) < this.#at(least)) least = below;
      if (least === place) return first;
      this.#swap(least, place);
      place = least;
    }
  }

  #at(place: number): number {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap;
    [heap[one], heap[other]] = [heap[other] as Happening, heap[one] as Happening];
  }
}

function simulate(load: Load): Result {
  const random = openRandom('simulate-ingest');
  const uniform = () => (random.between(0, 999_999) + 0.5) / 1_000_000;
  const exponential = (mean: number) => -mean * Math.log(uniform());
  const agenda = new Agenda();
  const messagesASecond = load.rate / load.packed;
  const messagesARequest = Math.max(1, Math.round(EVENTS_A_REQUEST / load.packed));
  // Requests begin one after the other; each sends its messages with pauses between.
  let requests = 0;
  // Those that began before are under way at the start.
  for (
    let at = -EVENTS_A_REQUEST * GAP_MS;
    at < load.forMs;
    at += exponential((1_000 * messagesARequest) / messagesASecond)
  ) {
    requests += 1;
    let sentAt = at;
    for (let message = 0; message < messagesARequest; message++) {
      if (sentAt >= 0 && sentAt < load.forMs) agenda.add({ kind: 'sent', at: sentAt, request: requests });
      sentAt += exponential(GAP_MS * load.packed);
    }
  }
  /** Times at which the messages were sent that wait, by request; requests with some and none under way, in their order. */
  const waiting = new Map<number, number[]>();
  const ready: number[] = [];
  let firstReady = 0;
  const underWay = new Set<number>();
  const free = Array.from({ length: load.processors }, () => 0);
  const waits: number[] = [];
  let [running, batches, events, busyMs, runningMs, caughtUpMs, now] = [0, 0, 0, 0, 0, 0, 0];
  const outageEnds = load.outageMs > 0 ? 10_000 + load.outageMs : 0;

  const start = () => {
    while (running < load.concurrency && firstReady < ready.length) {
      if (now >= 10_000 && now < outageEnds) return;
      const taken: number[] = [];
      const sentAt: number[] = [];
      while (sentAt.length < BATCH_MESSAGES && firstReady < ready.length) {
        const request = ready[firstReady++] as number;
        const messages = waiting.get(request) as number[];
        sentAt.push(...messages.splice(0, BATCH_MESSAGES - sentAt.length));
        taken.push(request);
        underWay.add(request);
      }
      running += 1;
      batches += 1;
      const held = sentAt.length * load.packed;
      const functionMs =
        (load.functionBatchCpu + held * load.functionEventCpu) / FUNCTION_PROCESSORS + NETWORK_MS;
      // The database takes calls in their order, one a processor.
      const processor = free.indexOf(Math.min(...free));
      const databaseMs = load.batchCpu + held * load.eventCpu;
      const begins = Math.max(now + functionMs / 2, free[processor] as number);
      free[processor] = begins + databaseMs;
      busyMs += databaseMs;
      const at = begins + databaseMs + functionMs / 2;
      runningMs += at - now;
      agenda.add({ kind: 'stored', at, requests: taken, sentAt, events: held });
    }
  };

  for (let happening = agenda.next(); happening !== undefined; happening = agenda.next()) {
    now = happening.at;
    if (happening.kind === 'sent') {
      const messages = waiting.get(happening.request);
      if (messages === undefined) waiting.set(happening.request, [now]);
      else messages.push(now);
      if (!underWay.has(happening.request) && (messages?.length ?? 1) === 1) ready.push(happening.request);
    } else {
      running -= 1;
      events += happening.events;
      for (const sent of happening.sentAt) {
        if (sent > LEFT_OUT_MS) waits.push(now - sent);
        if (now - sent > 5_000) caughtUpMs = now - outageEnds;
      }
      for (const request of happening.requests) {
        underWay.delete(request);
        if ((waiting.get(request)?.length ?? 0) > 0) ready.push(request);
        else waiting.delete(request);
      }
    }
    start();
    // What an outage held back begins when it is over.
    if (agenda.size === 0 && firstReady < ready.length && now < outageEnds) {
      now = outageEnds;
      start();
    }
  }
  waits.sort((one, other) => one - other);
  const quantile = (share: number) => waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN;
  return {
    p50: quantile(0.5),
    p99: quantile(0.99),
    most: quantile(1),
    batches: (1_000 * batches) / Math.max(now, load.forMs),
    perBatch: events / batches,
    running: runningMs / Math.max(now, load.forMs),
    databaseBusy: busyMs / (load.processors * Math.max(now, load.forMs)),
    left: Math.max(0, now - load.forMs),
    caughtUpMs,
  };
}

const numbers = (text: string) => text.split(',').map(Number);
const rows: Record<string, string | number>[] = [];
for (const rate of numbers(values.rate))
  for (const processors of numbers(values.processors))
    for (const packed of numbers(values.packed))
      for (const concurrency of numbers(values.concurrency)) {
        const result = simulate({
          rate,
          packed,
          concurrency,
          processors,
          outageMs: 1_000 * Number(values.outage),
          forMs: 1_000 * Number(values.seconds),
          batchCpu: Number(values['batch-cpu']),
          eventCpu: Number(values['event-cpu']),
          functionBatchCpu: Number(values['function-batch-cpu']),
          functionEventCpu: Number(values['function-event-cpu']),
        });
        rows.push({
          'events/s': rate,
          'events a message': packed,
          'functions at most': concurrency,
          processors,
          'p50 ms': Math.round(result.p50),
          'p99 ms': Math.round(result.p99),
          'batches/s': Math.round(result.batches),
          'events a batch': Number(result.perBatch.toFixed(1)),
          'functions running': Number(result.running.toFixed(1)),
          'database busy': `${Math.round(100 * result.databaseBusy)} %`,
          'behind at the end, s': Number((result.left / 1_000).toFixed(1)),
          ...(Number(values.outage) > 0
            ? { 'caught up after, s': Number((result.caughtUpMs / 1_000).toFixed(1)) }
            : {}),
        });
      }
const header = Object.keys(rows[0] ?? {});
console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---:').join('|')}|`);
for (const row of rows) console.log(`| ${header.map((name) => row[name]).join(' | ')} |`);
