import type { Random } from './random.ts';
import { orchestrator, outboxPublisher, type StageWorker } from './stage-workers.ts';

/** One event that a worker will send, so long after its segment began. */
export interface ScriptStep {
  afterMs: number;
  /** The worker asks for a retry so long after the event. */
  retryAfterMs?: number;
  event: Record<string, unknown>;
}

/** What happens without a break; the next segment begins when somebody sends a retry of `awaitsRetryOf`. */
export interface ScriptSegment {
  steps: ScriptStep[];
  /** Of the worker whose failure ended the segment; null: nothing follows. */
  awaitsRetryOf: StageWorker | null;
}

export interface ScriptSubject {
  pagwId: string;
  tenant: string;
  number: number;
}

type Metadata = Record<string, unknown>;

export interface ScriptFailure {
  errorCode: string;
  errorMessage: string;
  metadata?: Metadata;
  retryAfterMs?: number;
}

/** Writes down what the workers will report of one request, in order, and when. */
export class RequestScript {
  readonly segments: ScriptSegment[] = [];
  readonly random: Random;
  readonly #subject: ScriptSubject;
  #steps: ScriptStep[] = [];
  #clockMs = 0;
  #count = 0;

  constructor(subject: ScriptSubject, random: Random) {
    this.#subject = subject;
    this.random = random;
  }

  pause(milliseconds: number): this {
    this.#clockMs += milliseconds;
    return this;
  }

  /** REQUEST_RECEIVED, and the way on that the orchestrator chose. */
  receive(syncMode: boolean): this {
    const { tenant, pagwId } = this.#subject;
    const payload = { bucket: 'pagw-payloads', key: `${tenant}/${pagwId}/request.json` };
    this.#add(orchestrator, 'REQUEST_RECEIVED', 'SUCCESS', {
      durationMs: 233,
      metadata: { requestType: 'SUBMIT', syncMode },
      request: { type: 'PAS_SUBMIT', payload },
    });
    this.pause(233).start(orchestrator, { mode: syncMode ? 'SYNC' : 'ASYNC' });
    return this;
  }

  routed(metadata: Metadata): this {
    const durationMs = this.#takes(orchestrator);
    return this.pause(durationMs).#add(orchestrator, 'WORKFLOW_COMPLETE', 'SUCCESS', {
      durationMs,
      metadata,
    });
  }

  start(worker: StageWorker, metadata?: Metadata): this {
    return this.#add(worker, `${worker.prefix}_START`, 'STARTED', metadata === undefined ? {} : { metadata });
  }

  ok(worker: StageWorker, metadata: Metadata, extra: Record<string, unknown> = {}): this {
    const durationMs = this.#takes(worker);
    // The parser is an older service: its metadata comes as a JSON string.
    const written = worker.prefix === 'PARSE' ? JSON.stringify(metadata) : metadata;
    return this.pause(durationMs).#add(worker, `${worker.prefix}_OK`, 'SUCCESS', {
      durationMs,
      metadata: written,
      ...extra,
    });
  }

  /** START and OK. */
  work(worker: StageWorker, metadata: Metadata, extra?: Record<string, unknown>): this {
    return this.start(worker).ok(worker, metadata, extra);
  }

  /** A failure. The running services ask for a retry after a fixed time, or for none. */
  fail(worker: StageWorker, failure: ScriptFailure): this {
    const durationMs = this.#takes(worker);
    const { errorCode, errorMessage, metadata, retryAfterMs } = failure;
    const suffix = errorCode === 'API_TIMEOUT' ? 'TIMEOUT' : 'FAIL';
    return this.pause(durationMs).#add(
      worker,
      `${worker.prefix}_${suffix}`,
      'FAILURE',
      { durationMs, errorCode, errorMessage, ...(metadata === undefined ? {} : { metadata }) },
      retryAfterMs,
    );
  }

  /** The outbox hands the request over to the worker's queue. */
  publishTo(worker: StageWorker): this {
    this.pause(this.random.between(20, 120)).start(outboxPublisher);
    return this.ok(outboxPublisher, { destinationQueue: worker.queue, retryCount: 0 }).pause(
      this.random.between(200, 3_000),
    );
  }

  /** Ends the segment; the next one is written for the time after a retry. */
  awaitRetryOf(worker: StageWorker): this {
    this.#close(worker);
    return this;
  }

  end(): ScriptSegment[] {
    this.#close(null);
    return this.segments;
  }

  #close(awaitsRetryOf: StageWorker | null): void {
    this.segments.push({ steps: this.#steps, awaitsRetryOf });
    this.#steps = [];
    this.#clockMs = 0;
  }

  #takes({ typicalMs }: StageWorker): number {
    const slow = this.random.chance(0.04) ? 4 : 1;
    return Math.round(typicalMs * (0.6 + 0.8 * this.random.next()) * slow);
  }

  #add(
    worker: StageWorker,
    eventType: string,
    status: string,
    extra: Record<string, unknown>,
    retryAfterMs?: number,
  ): this {
    this.#count += 1;
    const { pagwId, tenant, number } = this.#subject;
    const event = {
      eventId: `${pagwId}-E${String(this.#count).padStart(3, '0')}`,
      tenant: worker === orchestrator ? tenant.toUpperCase() : tenant,
      pagwId,
      stage: worker.stage,
      eventType,
      status,
      serviceName: worker.service,
      workerId: `${worker.service}-app-65b67c6dd8-${(number % 3) + 1}`,
      correlationId: `demo-${number}`,
      ...extra,
    };
    this.#steps.push({
      afterMs: this.#clockMs,
      event,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    this.#clockMs += 1;
    return this;
  }
}
