import { isDeepStrictEqual } from 'node:util';
import { type DecisionPolicy, defaultDecisionPolicy } from './decision-clock.ts';
import type { DecisionEpisode } from './decision-episodes.ts';
import { decisionFacts, pastTimes, rememberFacts, rememberFirst } from './decision-facts.ts';
import { mainLane } from './event-catalogue.ts';
import { isTerminalRequestStatus, requestEffects } from './request-effects.ts';
import {
  completedAtOf,
  copyMemory,
  endedAtOf,
  episodesOf,
  newMemory,
  type RememberedStage,
  type RequestMemory,
  type RequestOutcome,
} from './request-memory.ts';
import { believableTime, DEFAULT_BELIEVED_DAYS, isDisbelieved, LAST_INSTANT } from './stated-time.ts';
import { type EventStatus, type RequestStatus, requestStatuses, type TrackedEvent } from './tracked-event.ts';

export interface FoldRules {
  /** How many days before its recording a producer's time is believed; Infinity for an import of old histories. */
  believedDays: number;
  /** How long a decision may take; which extensions and appeals count depends on it. */
  policy: DecisionPolicy;
}

export const defaultFoldRules: FoldRules = {
  believedDays: DEFAULT_BELIEVED_DAYS,
  policy: defaultDecisionPolicy,
};

/** What stands in the database of a request before a batch. */
export interface KnownRequest {
  tenant: string;
  lastSequenceNo: number;
  memory: RequestMemory;
  /** Its memory was only now derived from its history: what follows from it is not written yet. */
  isDerived?: boolean;
}

/** An event with what its request's history makes of it. */
export interface FoldedEvent {
  event: TrackedEvent;
  sequenceNo: number;
  /** When it happened, as far as that is believable; epoch milliseconds. */
  at: number;
  /** Its own time lies absurdly far before its recording. */
  disbelieved: boolean;
  /** By which its times are judged, where by the default one of them would be judged otherwise. */
  believedDays?: number;
  attempt: number;
  /** When the failure is retried; null where it is not. */
  nextRetryAt: string | null;
  /** The failure used up its attempts. */
  exhausted: boolean;
}

/** What was kept of an event that is folded again, where it is not as it would be today. */
export interface KeptFacts {
  /** An older system counted otherwise. */
  sequenceNo?: number;
  /** Its setting was another one when it was recorded. */
  believedDays?: number;
}

export interface FoldedDecisions {
  /** The first, and the latest: the one whose clock runs, or ran last. Undefined before the first event. */
  first: DecisionEpisode | undefined;
  latest: DecisionEpisode | undefined;
  changed: DecisionEpisode[];
  /** How many there are left, when there were more before. */
  left: number | null;
}

const INT4_MAX = 2_147_483_647;
/** Stages outside the main lane with an open failure that are remembered; a producer may make up names without end. */
const MAX_SIDE_STAGES = 32;
const MOST_TIMES = 20;
/** More than there are from the first time that the contract takes to the last; Infinity is no JSON. */
const MOST_BELIEVED_DAYS = 3_000_000;

const stageOrder: ReadonlyMap<string, number> = new Map(mainLane.map((stage, place) => [stage, place]));

/**
 * A request's state as a fold over its events in the order of recording. Whatever of a batch came before, `append` asks
 * only the memory, so the same events give the same state however they were cut into batches.
 */
export class RequestFold {
  readonly memory: RequestMemory;
  readonly firstSequenceNo: number;
  readonly appended: FoldedEvent[] = [];
  /** Failures recorded by earlier batches whose retry has become pointless. */
  readonly cleared: number[] = [];
  readonly #rules: FoldRules;
  readonly #former: RequestMemory | null;
  /** Of those appended here, by number. */
  readonly #waiting = new Map<number, FoldedEvent>();

  constructor(known: KnownRequest | null, rules: FoldRules = defaultFoldRules) {
    this.#rules = rules;
    this.firstSequenceNo = (known?.lastSequenceNo ?? 0) + 1;
    this.memory = known ? copyMemory(known.memory) : newMemory();
    this.#former = known && !known.isDerived ? known.memory : null;
  }

  /** Its decisions as the events have made them. */
  decisionsOf(tenant: string): FoldedDecisions {
    const { policy } = this.#rules;
    const former = this.#former && episodesOf(this.#former, tenant, policy);
    const episodes = episodesOf(this.memory, tenant, policy);
    return {
      first: episodes[0],
      latest: episodes.at(-1),
      changed: episodes.filter((one, place) => isCounted(one) && !isDeepStrictEqual(one, former?.[place])),
      left: former !== null && former.length > episodes.length ? episodes.length : null,
    };
  }

  get lastSequenceNo(): number {
    return this.appended.at(-1)?.sequenceNo ?? this.firstSequenceNo - 1;
  }

  /** Whether the failure of that number still waits for its retry. */
  awaitsRetry(stage: string, sequenceNo: number): boolean {
    return this.memory.stages[stage]?.waiting === sequenceNo;
  }

  /** Whether it is open, and nothing happened in the main lane since the event of that number. */
  standsAt(sequenceNo: number): boolean {
    return this.memory.main?.no === sequenceNo && completedAtOf(this.memory) === null;
  }

  /** @param recordedAt epoch milliseconds. */
  append(event: TrackedEvent, recordedAt: number, kept: KeptFacts = {}): void {
    const { sequenceNo = this.lastSequenceNo + 1, believedDays = this.#rules.believedDays } = kept;
    const occurredAt = Date.parse(event.occurredAt);
    const at = believableTime(occurredAt, recordedAt, believedDays);
    const mark = this.memory.stages[event.stage];
    const folded: FoldedEvent = {
      event,
      sequenceNo,
      at,
      disbelieved: isDisbelieved(occurredAt, recordedAt, believedDays),
      ...(isJudgedByDefault(event, recordedAt, believedDays)
        ? {}
        : { believedDays: Math.min(believedDays, MOST_BELIEVED_DAYS) }),
      attempt: event.attempt ?? Math.min((mark?.failed ?? 0) + 1, INT4_MAX),
      nextRetryAt: null,
      exhausted: false,
    };
    this.appended.push(folded);
    this.memory.earliest = Math.min(this.memory.earliest ?? at, at);
    // Before the decision's facts, too: an update that comes late may start something new before the end.
    const wasClosed = completedAtOf(this.memory) !== null;
    this.#rememberDecision(event, at, recordedAt, believedDays);
    const next = this.#applyEffects(event, at);
    const isClosed = completedAtOf(this.memory) !== null;
    if (isClosed && !wasClosed) this.#clearAllWaiting();
    if (isLateInStage(event, at, mark)) return;
    if (event.lane === 'main' && !isOvertaken(event, at, mark, this.memory)) this.#moveTo(folded, at, next);
    const plans = !isClosed && planRetry(folded, recordedAt);
    if (plans) this.#waiting.set(sequenceNo, folded);
    this.#markStage(folded, at, mark, plans);
  }

  /** An event that names no tenant says nothing of a decision. */
  #rememberDecision(event: TrackedEvent, at: number, recordedAt: number, believedDays: number): void {
    if (event.tenant === null) return;
    const facts = decisionFacts(event, at, (time) => {
      const stated = Date.parse(time);
      return believableTime(stated, recordedAt, believedDays) === stated ? stated : null;
    });
    const first = { ...this.memory.decision?.first };
    rememberFirst(first, event, at);
    if (facts.length === 0 && Object.keys(first).length === 0) return;
    this.memory.decision ??= { facts: [], first: {} };
    rememberFacts(this.memory.decision, facts);
    this.memory.decision.first = first;
  }

  /** Answers the stage that the event hands over to. An event that names no tenant decides, closes and reopens nothing. */
  #applyEffects(event: TrackedEvent, at: number): string | null {
    const { memory } = this;
    const { status, effect, unclear, nextStage } = requestEffects(event);
    const ends = status !== null && isTerminalRequestStatus(status);
    if (status !== null && !ends && isFarther(status, memory.progress)) memory.progress = status;
    if (event.tenant === null) return nextStage;
    if (ends) {
      memory.outcome = laterOf(memory.outcome, { status, at });
    }
    if (unclear) memory.unclearAt = Math.max(memory.unclearAt ?? at, at);
    const waits = effect === 'answers' && (status === 'PENDING' || unclear);
    if (waits) memory.pendedAt = Math.max(memory.pendedAt ?? at, at);
    if (effect === 'reopens') memory.reopenedAt = Math.max(memory.reopenedAt ?? at, at);
    if (effect === 'ends' || (effect === 'answers' && !waits)) memory.ends = withTime(memory.ends, at);
    if (effect === 'notifies') memory.notices = withTime(memory.notices, at);
    return nextStage;
  }

  #moveTo({ event, sequenceNo, attempt }: FoldedEvent, at: number, next: string | null): void {
    const { stage, eventType, status } = event;
    this.memory.main = { no: sequenceNo, stage, type: eventType, status, attempt, at, next };
  }

  #markStage(
    { event, sequenceNo, attempt }: FoldedEvent,
    at: number,
    mark: RememberedStage | undefined,
    waits: boolean,
  ): void {
    const { stages } = this.memory;
    const { stage, status, eventType, lane } = event;
    if (mark?.waiting !== undefined) this.#clear(mark.waiting);
    const failed = status === 'FAILED' ? Math.max(mark?.failed ?? 0, attempt) : mark?.failed;
    const open = failed !== undefined && !isSuccess(status);
    if (lane === 'main' || open)
      stages[stage] = {
        no: sequenceNo,
        at,
        status,
        type: eventType,
        ...(open ? { failed } : {}),
        ...(waits ? { waiting: sequenceNo } : {}),
      };
    else delete stages[stage];
    if (lane !== 'main' && open && mark === undefined) this.#forgetOldestSideStage();
  }

  /** The one longest without an event; its failure gives up its retry. */
  #forgetOldestSideStage(): void {
    const side = Object.entries(this.memory.stages).filter(([stage]) => !stageOrder.has(stage));
    if (side.length <= MAX_SIDE_STAGES) return;
    const [stage, mark] = side.reduce((oldest, one) => (one[1].no < oldest[1].no ? one : oldest));
    if (mark.waiting !== undefined) this.#clear(mark.waiting);
    delete this.memory.stages[stage];
  }

  #clearAllWaiting(): void {
    for (const mark of Object.values(this.memory.stages)) {
      if (mark.waiting === undefined) continue;
      this.#clear(mark.waiting);
      delete mark.waiting;
    }
  }

  #clear(sequenceNo: number): void {
    const here = this.#waiting.get(sequenceNo);
    if (here === undefined) {
      this.cleared.push(sequenceNo);
      return;
    }
    here.nextRetryAt = null;
    here.exhausted = false;
  }
}

/** How what an older system closed was decided is not known, so that it is in no figure. */
function isCounted({ resolution, resolvedAt }: DecisionEpisode): boolean {
  return resolution !== null || resolvedAt === null;
}

function withTime(times: readonly number[] = [], at: number): number[] {
  if (times.includes(at)) return [...times];
  const all = [...times, at].toSorted((one, other) => one - other);
  return all.length > MOST_TIMES ? all.toSpliced(-2, 1) : all;
}

/**
 * Whether the event happened before what is known of its stage, so that it changes nothing there. A result of what has
 * begun, a success after a failure, and whatever follows a retry count always: two pods' clocks may differ.
 */
function isLateInStage(
  { status, eventType, lane }: TrackedEvent,
  at: number,
  mark: RememberedStage | undefined,
): boolean {
  if (lane !== 'main' || mark === undefined) return false;
  if (at === mark.at && status === mark.status && eventType === mark.type) return isSuccess(status);
  if (at >= mark.at) return false;
  if (mark.status === 'STARTED') return status === 'STARTED';
  if (mark.status === 'FAILED') return status === 'STARTED' || status === 'FAILED';
  return isSuccess(mark.status);
}

/**
 * Whether a later stage has begun meanwhile: each service sends on its own, and the hand-off arrived. An earlier stage
 * that begins again takes the request back, and so does its result after an earlier success of it.
 */
function isOvertaken(
  { stage, status, eventType }: TrackedEvent,
  at: number,
  mark: RememberedStage | undefined,
  memory: RequestMemory,
): boolean {
  const { main, pendedAt } = memory;
  if (main === undefined || orderOf(stage) >= orderOf(main.stage)) return false;
  // The routing decision comes after the synchronous attempt that it encloses, and hands over again.
  if (stage === 'ORCHESTRATION') return eventType === 'REQUEST_RECEIVED' || at < main.at;
  // A pend is answered by a callback, which the lane has before the response.
  const awaitsCallback = pendedAt !== undefined && endedAtOf(memory) === null && main.status === 'COMPLETED';
  if (stage === 'CALLBACK_HANDLER' && awaitsCallback) return false;
  if (mark === undefined) return true;
  if (status === 'STARTED' || status === 'RETRY_SCHEDULED') return false;
  return !isSuccess(mark.status);
}

/** Whether the default setting believes the same of its times. */
function isJudgedByDefault(event: TrackedEvent, recordedAt: number, believedDays: number): boolean {
  if (believedDays === DEFAULT_BELIEVED_DAYS) return true;
  return pastTimes(event).every((time) => {
    const stated = Date.parse(time);
    return (
      isDisbelieved(stated, recordedAt, believedDays) ===
      isDisbelieved(stated, recordedAt, DEFAULT_BELIEVED_DAYS)
    );
  });
}

/** Fills in when the failure is retried or that it is exhausted; false where it is neither. */
function planRetry(folded: FoldedEvent, recordedAt: number): boolean {
  const { status, retryable, nextRetryAt, retry } = folded.event;
  if (status !== 'FAILED' || !retryable) return false;
  if (nextRetryAt !== null) folded.nextRetryAt = nextRetryAt;
  else if (retry === null) return false;
  else if (folded.attempt >= retry.maxAttempts) folded.exhausted = true;
  else {
    const grown = retry.baseSeconds * retry.factor ** (folded.attempt - 1);
    const delayMs = retry.jitter * Math.min(retry.capSeconds, grown) * 1_000;
    folded.nextRetryAt = new Date(Math.min(recordedAt + delayMs, LAST_INSTANT)).toISOString();
  }
  return true;
}

function orderOf(stage: string): number {
  return stageOrder.get(stage) ?? -1;
}

function isSuccess(status: EventStatus): boolean {
  return status === 'COMPLETED' || status === 'SKIPPED';
}

function isFarther(status: RequestStatus, than: RequestStatus): boolean {
  return requestStatuses.indexOf(status) > requestStatuses.indexOf(than);
}

// Of two at the same instant the order of the statuses decides, not that of arrival.
function laterOf(known: RequestOutcome | undefined, said: RequestOutcome): RequestOutcome {
  if (known === undefined || said.at > known.at) return said;
  return said.at === known.at && isFarther(said.status, known.status) ? said : known;
}
