/**
 * What the tracker should make of the events that were accepted, written down as plainly as possible from docs/state-machine.md,
 * docs/retry.md and docs/stuck.md. It shares no code with lib/, so that an error there is not repeated here, and it goes
 * through whole histories, so that nothing depends on batches. Producers here have honest clocks; their events come in
 * the order in which they were sent, as FIFO groups have it.
 */

export type Status = 'STARTED' | 'COMPLETED' | 'FAILED' | 'SKIPPED' | 'RETRY_SCHEDULED';

/** An event as it was sent, and when it was recorded. Times are epoch milliseconds. */
export interface AcceptedEvent {
  eventId: string;
  tenant: string;
  pagwId: string;
  stage: string;
  eventType: string;
  status: Status;
  occurredAt: number;
  recordedAt: number;
  durationMs: number | null;
  errorCode: string | null;
  outcome: string | null;
  isAsync: boolean;
  hasUrgent: boolean | null;
  targetSystem: string | null;
}

/** The rules of docs/retry.md and docs/stuck.md, as they are by default. */
const MAX_ATTEMPTS = 5;
const BASE_SECONDS = 60;
const CAP_SECONDS = 3_600;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LIMIT = 15 * MINUTE;
const CALLBACK_BEGINS = DAY;
const RETRY_OVERDUE = 10 * MINUTE;
const TERMINAL_CODES = ['VALIDATION_FAILED', 'INVALID_NPI', 'MISSING_COVERAGE'];
const MAIN_LANE = [
  'ORCHESTRATION',
  'PARSING',
  'VALIDATION',
  'ENRICHMENT',
  'CONVERSION',
  'API_CONNECTOR',
  'CALLBACK_HANDLER',
  'RESPONSE_BUILDER',
];
const PROGRESS: Record<string, string> = {
  REQUEST_RECEIVED: 'RECEIVED',
  PARSE_OK: 'VALIDATED',
  VAL_OK: 'BUSINESS_VALIDATED',
  ENRICH_OK: 'ENRICHED',
  CONVERT_OK: 'MAPPED',
  DOWNSTREAM_OK: 'SENT_DOWNSTREAM',
};
const PROGRESS_ORDER = [...Object.values(PROGRESS), 'PENDING'];
const DECISIONS: Record<string, string> = { approved: 'APPROVED', partial: 'PARTIAL', denied: 'DENIED' };

export interface ExpectedEvent {
  sequenceNo: number;
  attempt: number;
  retryable: boolean;
  /** Its retry is planned: not before its recording, and not after this. */
  retryBy: number | null;
  exhausted: boolean;
}

export interface Verdict {
  reason: string;
  stage: string;
  since: number;
}

export interface Pause {
  tenant: string | null;
  stage: string | null;
}

interface Stage {
  status: Status;
  /** The highest attempt that failed since it last succeeded. */
  failedAttempts: number;
  waiting: ExpectedEvent | null;
}

/** One request, event by event. */
export class ModelRequest {
  readonly tenant: string;
  readonly events: ExpectedEvent[] = [];
  readonly accepted: AcceptedEvent[] = [];
  readonly stages = new Map<string, Stage>();
  main: { event: AcceptedEvent; row: ExpectedEvent; next: string | null } | null = null;
  progress = 'RECEIVED';
  outcome: string | null = null;
  endedAt: number | null = null;
  pendedAt: number | null = null;
  isPended = false;
  receivedAt: number;
  targetSystem: string | null = null;
  /** The first answer that stopped the decision clock. */
  resolution: { as: string; at: number } | null = null;
  noticedAt: number | null = null;
  noticeFailed = false;
  #isFit = true;
  #urgentAt = Number.POSITIVE_INFINITY;

  constructor(first: AcceptedEvent) {
    this.tenant = first.tenant;
    this.receivedAt = first.occurredAt;
  }

  accept(event: AcceptedEvent): ExpectedEvent {
    const stage = this.stages.get(event.stage);
    const isFailure = event.status === 'FAILED';
    const retryable = isFailure && mayBeRetried(event);
    const row: ExpectedEvent = {
      sequenceNo: this.events.length + 1,
      attempt: (stage?.failedAttempts ?? 0) + 1,
      retryable,
      retryBy: null,
      exhausted: false,
    };
    this.events.push(row);
    this.accepted.push(event);
    this.receivedAt = Math.min(this.receivedAt, event.occurredAt);
    if (event.hasUrgent === true && event.eventType === 'PARSE_OK')
      this.#urgentAt = Math.min(this.#urgentAt, event.occurredAt);
    if (isMain(event.stage) && event.targetSystem !== null) this.targetSystem = event.targetSystem;
    const wasClosed = this.completedAt !== null;
    this.#decide(event);
    const isClosed = this.completedAt !== null;
    if (isMain(event.stage) && !this.#isOvertaken(event, stage))
      this.main = { event, row, next: handsOverTo(event) };

    // Whatever the stage does next, its earlier failure waits no longer.
    if (stage?.waiting) giveUpRetry(stage.waiting);
    const failedAttempts = isSuccess(event.status)
      ? 0
      : Math.max(stage?.failedAttempts ?? 0, isFailure ? row.attempt : 0);
    const now: Stage = { status: event.status, failedAttempts, waiting: null };
    if (retryable && !isClosed) {
      now.waiting = row;
      if (row.attempt >= MAX_ATTEMPTS) row.exhausted = true;
      else {
        const seconds = Math.min(CAP_SECONDS, BASE_SECONDS * 2 ** (row.attempt - 1));
        row.retryBy = event.recordedAt + seconds * 1_000;
      }
    }
    this.stages.set(event.stage, now);
    if (isClosed && !wasClosed)
      for (const each of this.stages.values()) {
        if (each.waiting) giveUpRetry(each.waiting);
        each.waiting = null;
      }
    return row;
  }

  get status(): string {
    return this.outcome ?? this.progress;
  }

  get completedAt(): number | null {
    return this.endedAt ?? (this.isPended ? this.pendedAt : null);
  }

  /** A determination: what is published as a decision. */
  get determination(): string | null {
    const as = this.resolution?.as ?? null;
    return as === 'DISMISSED' ? null : as;
  }

  get notifiedAt(): number | null {
    if (this.determination === null) return null;
    return this.noticedAt ?? (this.noticeFailed ? null : (this.resolution?.at ?? null));
  }

  /** Seven days, that of the receipt not counted, or 72 hours; what is called urgent once it is decided was not decided as such. */
  get dueAt(): number {
    const isUrgent = this.#urgentAt <= (this.resolution?.at ?? Number.MAX_SAFE_INTEGER);
    if (isUrgent) return this.receivedAt + 72 * HOUR;
    return (Math.floor(this.receivedAt / DAY) + 8) * DAY - 1;
  }

  riskAt(now: number): string | null {
    if (this.resolution !== null) return null;
    const share = (now - this.receivedAt) / (this.dueAt - this.receivedAt);
    if (now >= this.dueAt) return 'breached';
    return share >= 0.9 ? 'urgent' : share >= 0.75 ? 'at-risk' : null;
  }

  /** What the detector has to say when it looks at this instant. */
  verdictAt(now: number, pauses: readonly Pause[]): Verdict | null {
    const stall = this.#stall(pauses);
    const stage = this.main?.event.stage ?? this.accepted.at(-1)?.stage ?? 'UNKNOWN';
    if (stall !== null && now >= stall.at) return { reason: stall.reason, stage, since: stall.since };
    const risk = this.riskAt(now);
    if (risk === null) return null;
    if (risk === 'breached') return { reason: 'deadline-breached', stage, since: this.dueAt };
    const since = this.receivedAt + 0.75 * (this.dueAt - this.receivedAt);
    return { reason: 'deadline-at-risk', stage, since };
  }

  #stall(pauses: readonly Pause[]): { reason: string; at: number; since: number } | null {
    const recordedAt = this.main?.event.recordedAt ?? this.accepted.at(-1)?.recordedAt ?? 0;
    const after = (reason: string, limit: number) => ({ reason, at: recordedAt + limit, since: recordedAt });
    if (this.determination !== null && this.notifiedAt === null) {
      const since = this.accepted.at(-1)?.recordedAt ?? 0;
      return { reason: 'decided-not-delivered', at: since + LIMIT, since };
    }
    if (this.completedAt !== null) return null;
    if (this.main === null) return after('no-result', LIMIT);
    const { event, row, next } = this.main;
    if (event.status === 'STARTED') return after('no-result', LIMIT);
    if (event.status === 'RETRY_SCHEDULED') return after('retry-overdue', LIMIT);
    if (event.status === 'FAILED') {
      if (row.exhausted) return after('retries-exhausted', 0);
      if (row.retryBy === null) return after('failed', LIMIT);
      if (pauses.some((pause) => covers(pause, this.tenant, event.stage))) return null;
      const since = Math.max(row.retryBy, recordedAt);
      return { reason: 'retry-overdue', at: since + RETRY_OVERDUE, since };
    }
    const awaited = next ?? stageAfter(event.stage);
    return after('hand-off-lost', awaited === 'CALLBACK_HANDLER' ? CALLBACK_BEGINS : LIMIT);
  }

  /** What the event says of the request as a whole. */
  #decide({ eventType, stage, status, outcome, occurredAt: at }: AcceptedEvent): void {
    if (stage === 'PARSING' || stage === 'VALIDATION') {
      if (status === 'FAILED') this.#isFit = false;
      if (status === 'COMPLETED') this.#isFit = true;
    }
    if (stage === 'API_CONNECTOR' && status === 'COMPLETED') this.#isFit = true;
    if (eventType === 'CALLBACK_START') this.isPended = false;
    if (this.resolution !== null && eventType === 'NOTIFY_OK') this.noticedAt ??= at;
    if (this.resolution !== null && eventType === 'NOTIFY_FAIL') this.noticeFailed = true;
    if (eventType === 'NOTIFY_OK' && this.determination !== null && at >= (this.resolution?.at ?? at))
      this.#end(at);
    const progress = status === 'COMPLETED' ? PROGRESS[eventType] : undefined;
    if (progress !== undefined) this.#advance(progress);
    if (eventType !== 'RESPONSE_OK') return;
    const decision = DECISIONS[outcome ?? ''];
    if (decision === undefined) {
      if (outcome === 'pended') this.#advance('PENDING');
      this.pendedAt = at;
      this.isPended = true;
      return;
    }
    this.outcome = decision === 'DENIED' ? 'DENIED' : 'APPROVED';
    this.#end(at);
    // An answer to what cannot be processed denies nothing.
    this.resolution ??= { as: decision === 'DENIED' && !this.#isFit ? 'DISMISSED' : decision, at };
  }

  #end(at: number): void {
    this.endedAt = Math.min(this.endedAt ?? at, at);
  }

  #advance(to: string): void {
    if (PROGRESS_ORDER.indexOf(to) > PROGRESS_ORDER.indexOf(this.progress)) this.progress = to;
  }

  /** A later stage has begun meanwhile, so that this event does not take the request back. */
  #isOvertaken(event: AcceptedEvent, stage: Stage | undefined): boolean {
    if (this.main === null) return false;
    const here = this.main.event;
    if (MAIN_LANE.indexOf(event.stage) >= MAIN_LANE.indexOf(here.stage)) return false;
    if (event.stage === 'ORCHESTRATION')
      return event.eventType === 'REQUEST_RECEIVED' || event.occurredAt < here.occurredAt;
    const awaitsCallback = this.pendedAt !== null && this.endedAt === null && here.status === 'COMPLETED';
    if (event.stage === 'CALLBACK_HANDLER' && awaitsCallback) return false;
    if (stage === undefined) return true;
    if (event.status === 'STARTED' || event.status === 'RETRY_SCHEDULED') return false;
    return !isSuccess(stage.status);
  }
}

/** All requests, of events in the order in which each request's were recorded. */
export function modelOf(events: readonly AcceptedEvent[]): Map<string, ModelRequest> {
  const requests = new Map<string, ModelRequest>();
  for (const event of events) {
    const request = requests.get(event.pagwId) ?? new ModelRequest(event);
    requests.set(event.pagwId, request);
    request.accept(event);
  }
  return requests;
}

/** The hourly roll-up: events, those with a duration, and its sum and maximum. */
export function modelSummary(events: readonly AcceptedEvent[]): Map<string, number[]> {
  const summary = new Map<string, number[]>();
  for (const { recordedAt, tenant, stage, eventType, status, durationMs } of events) {
    const hour = new Date(Math.floor(recordedAt / HOUR) * HOUR).toISOString();
    const key = [hour, tenant, stage, eventType, status].join(' ');
    const [count = 0, timed = 0, sum = 0, most = 0] = summary.get(key) ?? [];
    const ms = durationMs ?? 0;
    const row = [count + 1, timed + (durationMs === null ? 0 : 1), sum + ms, Math.max(most, ms)];
    summary.set(key, row);
  }
  return summary;
}

function isMain(stage: string): boolean {
  return MAIN_LANE.includes(stage);
}

function covers(pause: Pause, tenant: string, stage: string): boolean {
  return (
    (pause.tenant === null || pause.tenant === tenant) && (pause.stage === null || pause.stage === stage)
  );
}

/** Terminal codes may not; without a code, a verdict on the content may not, and neither may an unknown type. */
function mayBeRetried({ errorCode, eventType }: AcceptedEvent): boolean {
  if (errorCode !== null) return !TERMINAL_CODES.includes(errorCode);
  return eventType !== 'PARSE_FAIL' && eventType !== 'VAL_FAIL';
}

function giveUpRetry(row: ExpectedEvent): void {
  row.retryBy = null;
  row.exhausted = false;
}

function isSuccess(status: Status): boolean {
  return status === 'COMPLETED' || status === 'SKIPPED';
}

function stageAfter(stage: string): string | null {
  return MAIN_LANE[MAIN_LANE.indexOf(stage) + 1] ?? null;
}

/** What answers a request hands over to nobody; a payer that answers at once is never called back. */
function handsOverTo({ stage, status, isAsync, eventType }: AcceptedEvent): string | null {
  if (!isSuccess(status) || eventType === 'RESPONSE_OK') return null;
  if (stage === 'API_CONNECTOR' && !isAsync) return 'RESPONSE_BUILDER';
  return stageAfter(stage);
}
