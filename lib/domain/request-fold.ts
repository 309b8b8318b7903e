import { isDeepStrictEqual } from 'node:util';
import { believableTime, DEFAULT_BELIEVED_DAYS, isDisbelieved } from './believable-time.ts';
import { type DecisionPolicy, defaultDecisionPolicy } from './decision-clock.ts';
import { type DecisionEpisode, decisionEpisodes, isDetermination } from './decision-episodes.ts';
import {
  type DecisionMemory,
  decisionFacts,
  pastTimes,
  rememberFacts,
  rememberFirst,
} from './decision-facts.ts';
import { mainLane } from './event-stages.ts';
import { isTerminalRequestStatus, requestEffects } from './request-effects.ts';
import { type EventStatus, type RequestStatus, requestStatuses, type TrackedEvent } from './tracked-event.ts';

/** What is remembered of a stage: of the main lane always, of any other stage while a failure of it is open. */
interface StageMark {
  /** Number of the latest event that counted for the stage. */
  no: number;
  at: number;
  status: EventStatus;
  type: string;
  /** The highest attempt that failed since the stage last succeeded; absent when none did. */
  failed?: number;
  /** Number of the failure that waits for its retry, or has used up its attempts. */
  waiting?: number;
}

interface Outcome {
  status: RequestStatus;
  at: number;
}

/** What an older system's row said of a request that was brought over. Times are epoch milliseconds. */
export interface FormerRow {
  status: RequestStatus;
  receivedAt: number;
  /** It was closed there, by its row or its events, and how it was decided is not known: nobody awaits that. */
  closedAt?: number;
  /** Its provider was asked there to wait. */
  pendedAt?: number;
}

/** Where the main lane stands: its latest event that counted. */
export interface MainStand {
  no: number;
  stage: string;
  type: string;
  status: EventStatus;
  attempt: number;
  at: number;
  next: string | null;
}

/**
 * All that the fold has to know of the events before, and nothing that can be derived from it. Kept as JSON in
 * `request_tracker.state`. Times are believable ones, in epoch milliseconds.
 */
export interface RequestMemory {
  stages: Record<string, StageMark>;
  /** Known before its first event; absent of what began here. */
  former?: FormerRow;
  main?: MainStand;
  /** The earliest time heard of. */
  earliest?: number;
  /** How far the pipeline came; a pend counts, an end does not. */
  progress: RequestStatus;
  /** What was said of its decisions. */
  decision?: DecisionMemory;
  /** The latest end, by its time: a determination, a cancellation, a failure or an expiry. */
  outcome?: Outcome;
  /** When something closed it for good: the earliest times in their order, and the latest. */
  ends?: number[];
  /** When subscribers were notified, the same way. */
  notices?: number[];
  /** The latest answer that lets it wait, and the latest sign that work went on after one. */
  pendedAt?: number;
  reopenedAt?: number;
  /** The latest answer that was stated and decides nothing. */
  unclearAt?: number;
}

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
    this.memory = known ? copyOf(known.memory) : newMemory();
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
    mark: StageMark | undefined,
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

/** What the fold changes in place is the copy's own. structuredClone copies what nobody changes, too. */
function copyOf(memory: RequestMemory): RequestMemory {
  const { stages, decision } = memory;
  return {
    ...memory,
    stages: Object.fromEntries(Object.entries(stages).map(([stage, mark]) => [stage, { ...mark }])),
    ...(decision === undefined
      ? {}
      : { decision: { facts: [...decision.facts], first: { ...decision.first } } }),
  };
}

/** Of a request that nothing is known of. */
export function newMemory(): RequestMemory {
  return { stages: {}, progress: 'RECEIVED' };
}

/** Of a request that an older system's row holds, before its first event. */
export function formerMemory(former: FormerRow): RequestMemory {
  const { status, receivedAt, closedAt, pendedAt } = former;
  const memory: RequestMemory = { ...newMemory(), former, earliest: receivedAt };
  if (isTerminalRequestStatus(status)) memory.outcome = { status, at: closedAt ?? receivedAt };
  else memory.progress = status;
  if (closedAt !== undefined) {
    memory.ends = [closedAt];
    memory.decision = { facts: [{ at: closedAt, says: 'closed' }], first: {} };
  }
  if (pendedAt !== undefined) {
    memory.pendedAt = pendedAt;
    memory.decision = { facts: [{ at: pendedAt, says: 'pended' }], first: {} };
  }
  return memory;
}

/** How what an older system closed was decided is not known, so that it is in no figure. */
function isCounted({ resolution, resolvedAt }: DecisionEpisode): boolean {
  return resolution !== null || resolvedAt === null;
}

/** A request's decisions, from its receipt on; none of a request that nothing is known of. */
export function episodesOf(
  { decision, earliest }: RequestMemory,
  tenant: string,
  policy: DecisionPolicy,
): DecisionEpisode[] {
  if (earliest === undefined) return [];
  return decisionEpisodes(decision ?? { facts: [], first: {} }, earliest, tenant, policy);
}

/** Where somebody has to see to a request. */
export const boards = ['pipe', 'desk', 'delivery'] as const;
export type Board = (typeof boards)[number];

/**
 * - `pipe`: undecided, work goes on in the pipeline.
 * - `desk`: undecided, and nothing is left for the pipeline to do: it pends, or was answered or ended without a decision.
 * - `delivery`: decided, and the provider has no notice.
 * Null where nothing is left to do.
 */
export function boardOf(memory: RequestMemory, latest: DecisionEpisode): Board | null {
  if (isDetermination(latest.resolution)) return latest.notifiedAt === null ? 'delivery' : null;
  if (latest.resolvedAt !== null) return null;
  if (completedAtOf(memory) === null) return 'pipe';
  return latest.kind === 'request' ? 'desk' : null;
}

/**
 * When the request was closed: for good, or by a pend after which no work went on. Null while it is open, as it is from an
 * update on that asks for another decision.
 */
export function completedAtOf(memory: RequestMemory): number | null {
  return endedAtOf(memory) ?? pendsSince(memory, latestAsking(memory).begunAt);
}

/** When it was first closed for good: by an end, or by a notice of what was decided by then, whichever arrived first. */
function endedAtOf(memory: RequestMemory): number | null {
  const { begunAt, decidedAt } = latestAsking(memory);
  const endedAt = memory.ends?.find((at) => at >= begunAt) ?? null;
  const noticedAt = (decidedAt !== null && memory.notices?.find((at) => at >= decidedAt)) || null;
  return endedAt === null || noticedAt === null ? (endedAt ?? noticedAt) : Math.min(endedAt, noticedAt);
}

/** Whether it was closed by nothing but a pend. */
export function isPended(memory: RequestMemory): boolean {
  return pendsSince(memory, Number.NEGATIVE_INFINITY) !== null;
}

/** Of a pend and a sign of work at one instant, the work came after: nobody is called back who was not asked to wait. */
function pendsSince({ pendedAt, reopenedAt }: RequestMemory, begunAt: number): number | null {
  if (pendedAt === undefined || pendedAt < begunAt) return null;
  return reopenedAt !== undefined && reopenedAt >= pendedAt ? null : pendedAt;
}

/** Since when something new is asked for, by the latest update of what was decided or ended before it; and when that was decided. */
function latestAsking({ decision }: RequestMemory): { begunAt: number; decidedAt: number | null } {
  let begunAt = Number.NEGATIVE_INFINITY;
  let decidedAt: number | null = null;
  let isEnded = false;
  for (const fact of decision?.facts ?? []) {
    if (fact.says === 'resolved' || fact.says === 'closed') isEnded = true;
    if (fact.says === 'resolved' && isDetermination(fact.as)) decidedAt ??= fact.at;
    if (fact.says !== 'begun' || !isEnded) continue;
    begunAt = fact.at;
    decidedAt = null;
    isEnded = false;
  }
  return { begunAt, decidedAt };
}

function withTime(times: readonly number[] = [], at: number): number[] {
  if (times.includes(at)) return [...times];
  const all = [...times, at].toSorted((one, other) => one - other);
  return all.length > MOST_TIMES ? all.toSpliced(-2, 1) : all;
}

/** The latest outcome, else how far the request came. */
export function statusOf({ outcome, progress }: RequestMemory): RequestStatus {
  return outcome?.status ?? progress;
}

/**
 * Whether the event happened before what is known of its stage, so that it changes nothing there. A result of what has
 * begun, a success after a failure, and whatever follows a retry count always: two pods' clocks may differ.
 */
function isLateInStage(
  { status, eventType, lane }: TrackedEvent,
  at: number,
  mark: StageMark | undefined,
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
  mark: StageMark | undefined,
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
    folded.nextRetryAt = new Date(recordedAt + delayMs).toISOString();
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
function laterOf(known: Outcome | undefined, said: Outcome): Outcome {
  if (known === undefined || said.at > known.at) return said;
  return said.at === known.at && isFarther(said.status, known.status) ? said : known;
}
