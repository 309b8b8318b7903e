import { SQSClient } from '@aws-sdk/client-sqs';
import { type PhiRules, parsePhiGuard } from '../domain/phi-guard.ts';
import type { EventStatus } from '../domain/tracked-event.ts';
import { type ClientCounts, type Drop, DropLedger } from './client-counts.ts';
import { EventDelivery } from './deliver-events.ts';
import { EventBuffer } from './event-buffer.ts';
import { createEventIds } from './event-ids.ts';
import {
  type RetryAttempt,
  type StageCall,
  type StageComplete,
  type StageError,
  snapshotCall,
  UnusableCallError,
} from './stage-event.ts';

export interface EventTrackerClientOptions {
  /** Of pagw-events.fifo. */
  queueUrl: string;
  /** @default one by the environment's region and credentials */
  sqs?: Pick<SQSClient, 'send'> | undefined;
  /** For calls that name none. */
  tenant?: string | undefined;
  serviceName?: string | undefined;
  /** Pod name or Lambda request id. */
  workerId?: string | undefined;
  /** Events held at most; the newest beyond are dropped. @default 10,000 */
  bufferLimit?: number | undefined;
  /** Memory that held events may take. @default 32 MiB */
  bufferBytes?: number | undefined;
  /** How long fewer than ten events wait for others. @default 500 */
  flushIntervalMs?: number | undefined;
  /** A call to the queue without an answer is given up after this long, and made again. @default 5,000 */
  sendTimeoutMs?: number | undefined;
  /** How long the end of the process is held up for what waits, once no call to the queue is open. @default 2,000 */
  exitDeadlineMs?: number | undefined;
  /** What the tracker's stage is set to; production is `strict`: free text under a metadata key that is not known drops the event. @default 'patterns' */
  phiLevel?: PhiRules['level'] | undefined;
  /** Metadata keys that the stage knows beside the catalogue; they matter at `strict` only. */
  metadataKeys?: readonly string[] | undefined;
  /** Called with drops, summed up by kind, outside the business call. */
  onDrop?: ((drop: Drop) => unknown) | undefined;
}

export interface WaitLimit {
  /** @default 2,000 */
  deadlineMs?: number | undefined;
}

/** No call waits, throws or does I/O; what cannot be delivered is counted. */
export interface EventTrackerClient {
  logStageStart(call: StageCall): void;
  logStageComplete(call: StageComplete): void;
  logStageError(call: StageError): void;
  logRetryAttempt(call: RetryAttempt): void;
  /** Resolves, never rejects: true when all calls made before are delivered or dropped, false at the deadline. */
  flush(deadline?: WaitLimit): Promise<boolean>;
  /** Takes no more calls, flushes, and drops what is left. */
  close(deadline?: WaitLimit): Promise<ClientCounts>;
  counts(): ClientCounts;
}

const EVENTS_WORTH_SENDING = 10;
const DEADLINE_MS = 2_000;

/** @throws Error only here, at the start, when an option cannot be right. */
export function createEventTrackerClient(options: EventTrackerClientOptions): EventTrackerClient {
  const { queueUrl, bufferLimit = 10_000, bufferBytes = 32 * 1024 * 1024 } = options;
  const { flushIntervalMs = 500, sendTimeoutMs = 5_000, exitDeadlineMs = DEADLINE_MS } = options;
  refuseUnusable(queueUrl, { bufferLimit, bufferBytes, flushIntervalMs, sendTimeoutMs, exitDeadlineMs });
  const { tenant, serviceName, workerId } = options;
  const defaults = { tenant, serviceName, workerId };
  const phiGuard = parsePhiGuard(
    JSON.stringify({ level: options.phiLevel, metadataKeys: options.metadataKeys }),
  );
  const sqs = options.sqs ?? new SQSClient({});
  const buffer = new EventBuffer({ events: bufferLimit, bytes: bufferBytes });
  const drops = new DropLedger(options.onDrop);
  const onIdle = () => noFlushAtExit(atExit);
  const delivery = new EventDelivery({ buffer, drops, sqs, queueUrl, phiGuard, sendTimeoutMs, onIdle });
  const start = createStarter(delivery, flushIntervalMs);
  const nextId = createEventIds();
  let called = 0;
  let closed: Promise<ClientCounts> | undefined;

  const log = (status: EventStatus, call: unknown) => {
    called += 1;
    try {
      if (closed !== undefined) drops.add('closed', 'CLIENT_CLOSED');
      else if (!buffer.hasRoom || !keep(status, call)) drops.add('buffer-full', 'BUFFER_FULL');
    } catch (error) {
      const known = error instanceof UnusableCallError;
      drops.add('invalid', known ? error.code : 'EVENT_UNREADABLE', known ? error.path : '');
    }
  };

  const keep = (status: EventStatus, call: unknown): boolean => {
    const now = { eventId: nextId(), occurredAt: new Date().toISOString() };
    const event = snapshotCall(call, status, { ...defaults, ...now });
    const { pagwId, eventId } = event;
    const kept = buffer.add({
      number: called,
      pagwId: typeof pagwId === 'string' ? pagwId.trim() : '',
      eventId: typeof eventId === 'string' ? eventId : now.eventId,
      json: JSON.stringify(event),
    });
    if (!kept) return false;
    flushAtExit(atExit);
    start(buffer.count >= EVENTS_WORTH_SENDING);
    return true;
  };

  const flush = (limit?: WaitLimit) =>
    new Promise<boolean>((resolve) => {
      // The one timer that keeps the process alive, and with it everything that is under way.
      const timer = setTimeout(() => {
        forget();
        resolve(false);
      }, waitOf(limit));
      const forget = buffer.onceSettled(called, () => {
        clearTimeout(timer);
        resolve(true);
      });
      delivery.hurry();
    });

  const giveUp = () => {
    delivery.stop();
    noFlushAtExit(atExit);
    const left = buffer.clear();
    if (left > 0) drops.add('closed', 'CLIENT_CLOSED', '', left);
    drops.report();
  };

  const counts = (): ClientCounts => ({
    called,
    delivered: delivery.delivered,
    dropped: { ...drops.totals },
    buffered: buffer.count,
    queueError: delivery.queueError,
  });

  const close = async (deadline?: WaitLimit) => {
    await flush(deadline);
    giveUp();
    if (options.sqs === undefined) (sqs as SQSClient).destroy();
    return counts();
  };

  let givenUpAt = 0;
  const atExit: ExitFlush = {
    beforeExit: () => {
      // Node asks again whenever it runs out of work; only new calls are worth holding it up again.
      if (closed !== undefined || givenUpAt === called) return;
      givenUpAt = called;
      void flush({ deadlineMs: exitDeadlineMs }).then((done) => done || delivery.rest());
    },
    exit: giveUp,
  };

  return {
    logStageStart: (call) => log('STARTED', call),
    logStageComplete: (call) => log('COMPLETED', call),
    logStageError: (call) => log('FAILED', call),
    logRetryAttempt: (call) => log('RETRY_SCHEDULED', call),
    flush,
    close: (deadline) => {
      closed ??= close(deadline);
      return closed;
    },
    counts,
  };
}

/** Starts a delivery outside the call: at once, or a little later so that events travel together. */
function createStarter(delivery: EventDelivery, flushIntervalMs: number): (atOnce: boolean) => void {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const start = () => {
    clearTimeout(timer);
    clearImmediate(immediate);
    timer = immediate = undefined;
    delivery.start();
  };
  return (atOnce) => {
    if (delivery.running || immediate !== undefined) return;
    if (atOnce) immediate = setImmediate(start).unref();
    else timer ??= setTimeout(start, flushIntervalMs).unref();
  };
}

/** Timers take no more: what is longer ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function waitOf(limit: WaitLimit | null | undefined): number {
  const { deadlineMs } = limit ?? {};
  return typeof deadlineMs === 'number' && deadlineMs >= 0
    ? Math.min(deadlineMs, LONGEST_TIMER_MS)
    : DEADLINE_MS;
}

function refuseUnusable(queueUrl: unknown, limits: Record<string, number>): void {
  if (typeof queueUrl !== 'string' || queueUrl.trim() === '') {
    throw new Error('The queueUrl is missing; give the URL of pagw-events.fifo.');
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isFinite(value) && value > 0)) throw new Error(`${name} must be a number above 0.`);
    if (name.endsWith('Ms') && value > LONGEST_TIMER_MS)
      throw new Error(`${name} must be ${LONGEST_TIMER_MS} at most, which is 24 days.`);
  }
}

/** What is asked of a client when its process comes to an end. */
export interface ExitFlush {
  /** Delivers what waits, as far as time allows; called when the process has nothing else to do. */
  beforeExit(): void;
  /** Gives up what is left; nothing can be awaited any more. */
  exit(): void;
}

const waiting = new Set<ExitFlush>();
let listening = false;

/** Calls back at the end of the process as long as something waits; one pair of listeners serves all clients. */
function flushAtExit(client: ExitFlush): void {
  waiting.add(client);
  if (listening) return;
  listening = true;
  process.on('beforeExit', () => {
    for (const client of waiting) client.beforeExit();
  });
  process.on('exit', () => {
    for (const client of waiting) client.exit();
  });
}

function noFlushAtExit(client: ExitFlush): void {
  waiting.delete(client);
}
