import { stageAfter } from './event-catalogue.ts';
import { limitOf, type StageLimits } from './stage-limits.ts';
import type { Drugs, EventStatus, Priority, RequestKind, RequestStatus } from './tracked-event.ts';
import type { StageReason } from './words.ts';

/** What is known of where a request stands. Times are the tracker's own clock unless said otherwise. */
export interface RequestFacts {
  tenant: string;
  status: RequestStatus;
  priority: Priority | null;
  receivedAt: Date;
  /** Null where none is stated. */
  plan: string | null;
  kind: RequestKind;
  drugs: Drugs;
  requestedPriority: Priority | null;
  prioritySince: Date | null;
  /** When what has to be decided was received. */
  clockStartedAt: Date;
  extensionDays: number;
  extendedAt: Date | null;
  /** When the request was closed; null while it is open. */
  completedAt: Date | null;
  decidedAt: Date | null;
  /** When the provider had notice of the decision; null while it is undelivered. */
  notifiedAt: Date | null;
  /** When it was decided, or ended otherwise; null while the decision clock runs. */
  clockStoppedAt: Date | null;
  /** When an answer came that was stated and decides nothing; null when none did. */
  unclearAnswerAt: Date | null;
  /** Stage of the latest event of any lane. */
  lastStage: string | null;
  /** Stage and status of the latest main-lane event that counted; null when there was none. */
  mainStage: string | null;
  mainStatus: EventStatus | null;
  /** The stage that the latest main-lane event hands over to. */
  nextStage: string | null;
  /** When the latest main-lane event was recorded; of a request without one, the latest event. */
  recordedAt: Date;
  /** The same event's time by its producer's clock. */
  occurredAt: Date;
  /** What retry plans for the failure, when the latest main-lane event is one. */
  nextRetryAt: Date | null;
  retryExhaustedAt: Date | null;
  errorCode: string | null;
  targetSystem: string | null;
  /** The incident it was found to be part of, by the check before. */
  incidentKey: string | null;
  /** Whether an operator's pause holds the failure's retry back. */
  retryPaused: boolean;
}

/** When a state becomes a stall if nothing happens, and since when it then counts. */
export interface Stall {
  reason: StageReason;
  at: Date;
  since: Date;
}

export interface StateRule {
  state: string;
  /** What puts a request in this state, for people. */
  entered: string;
  /** How long it may last, for people; null where it may last for ever. */
  lasts: string | null;
  reason: StageReason | null;
  /** Whether the regulator's clock can run in it. */
  clock: boolean;
  holds(facts: RequestFacts): boolean;
  /** When the limit is over, in milliseconds, and from when the wait is counted. */
  ends?(facts: RequestFacts, limits: StageLimits): { at: number; since: Date };
}

/**
 * A request that began this long before its latest event was recorded, and that event too, is an imported history:
 * nobody waits for what follows. One old event in a young request is a producer's clock.
 */
const IMPORTED_AFTER_DAYS = 30;
/** A retry planned farther ahead than this is no plan. */
const RETRY_HORIZON_DAYS = 7;
const DAY_MS = 86_400_000;
/** The latest instant there is. */
const NEVER_MS = 8.64e15;

/**
 * Where a request can stand, read from top to bottom: the first that holds is its state. Side-lane events appear in
 * none of them, so they can neither hide a stall nor make one.
 */
export const stateRules: readonly StateRule[] = [
  {
    state: 'undelivered',
    entered: 'decided, and the notice failed or was never sent',
    lasts: "the subscription handler's result limit",
    reason: 'decided-not-delivered',
    clock: false,
    holds: ({ decidedAt, notifiedAt }) => decidedAt !== null && notifiedAt === null,
    ends: (facts, limits) => afterRecording(facts, limitOf('SUBSCRIPTION_HANDLER', limits).result),
  },
  {
    state: 'pended',
    entered: 'an answer that pends it (closed, not decided)',
    lasts: null,
    reason: null,
    clock: true,
    holds: ({ completedAt, clockStoppedAt, status }) =>
      completedAt !== null && clockStoppedAt === null && status === 'PENDING',
  },
  {
    state: 'undecided',
    entered: 'an answer that decides nothing, or an end of ours: FAILED, EXPIRED (closed, not decided)',
    lasts: null,
    reason: null,
    clock: true,
    holds: ({ completedAt, clockStoppedAt }) => completedAt !== null && clockStoppedAt === null,
  },
  {
    state: 'closed',
    entered:
      'decided or withdrawn, dismissed, void, not required: RESPONSE_OK, a synchronous answer, a stated status',
    lasts: null,
    reason: null,
    clock: false,
    holds: ({ completedAt }) => completedAt !== null,
  },
  {
    state: 'imported',
    entered: `its first and its latest event were over ${IMPORTED_AFTER_DAYS} days old when the latest was recorded`,
    lasts: null,
    reason: null,
    clock: true,
    holds: ({ recordedAt, occurredAt, receivedAt }) =>
      recordedAt.getTime() - Math.max(occurredAt.getTime(), receivedAt.getTime()) >
      IMPORTED_AFTER_DAYS * DAY_MS,
  },
  {
    state: 'unplaced',
    entered: 'events of side or unknown stages only',
    lasts: 'the result limit of its last stage',
    reason: 'no-result',
    clock: true,
    holds: ({ mainStatus }) => mainStatus === null,
    ends: (facts, limits) => afterRecording(facts, limitOf(facts.lastStage, limits).result),
  },
  {
    state: 'working',
    entered: 'STARTED',
    lasts: "the stage's result limit",
    reason: 'no-result',
    clock: true,
    holds: ({ mainStatus }) => mainStatus === 'STARTED',
    ends: (facts, limits) => afterRecording(facts, limitOf(facts.mainStage, limits).result),
  },
  {
    state: 'exhausted',
    entered: 'FAILED, its attempts used up',
    lasts: 'no time at all',
    reason: 'retries-exhausted',
    clock: true,
    holds: ({ mainStatus, retryExhaustedAt }) => mainStatus === 'FAILED' && retryExhaustedAt !== null,
    ends: (facts) => afterRecording(facts, 0),
  },
  {
    state: 'retry-paused',
    entered: 'FAILED, a retry planned, and a pause holds it back',
    lasts: 'as long as the pause',
    reason: 'retry-overdue',
    clock: true,
    holds: (facts) => facts.mainStatus === 'FAILED' && isPlanned(facts) && facts.retryPaused,
    ends: ({ recordedAt }) => ({ at: NEVER_MS, since: recordedAt }),
  },
  {
    state: 'retry-planned',
    entered: 'FAILED, a retry planned',
    lasts: 'the retry overdue limit after its retry is due',
    reason: 'retry-overdue',
    clock: true,
    holds: (facts) => facts.mainStatus === 'FAILED' && isPlanned(facts),
    ends: ({ nextRetryAt, recordedAt }, limits) => {
      // Due before it was recorded: the wait is ours only since then.
      const since = nextRetryAt !== null && nextRetryAt > recordedAt ? nextRetryAt : recordedAt;
      return { at: since.getTime() + limits.retryOverdue * 1_000, since };
    },
  },
  {
    state: 'failed',
    entered: 'FAILED, no retry planned',
    lasts: "the stage's result limit",
    reason: 'failed',
    clock: true,
    holds: ({ mainStatus }) => mainStatus === 'FAILED',
    ends: (facts, limits) => afterRecording(facts, limitOf(facts.mainStage, limits).result),
  },
  {
    state: 'retry-sent',
    entered: 'RETRY_SCHEDULED',
    lasts: "the stage's result limit",
    reason: 'retry-overdue',
    clock: true,
    holds: ({ mainStatus }) => mainStatus === 'RETRY_SCHEDULED',
    ends: (facts, limits) => afterRecording(facts, limitOf(facts.mainStage, limits).result),
  },
  {
    state: 'handed-over',
    entered: 'COMPLETED or SKIPPED',
    lasts: "the next stage's begin limit",
    reason: 'hand-off-lost',
    clock: true,
    holds: () => true,
    ends: (facts, limits) => afterRecording(facts, limitOf(awaitedStage(facts), limits).begin),
  },
];

export function stateOf(facts: RequestFacts): StateRule {
  const rule = stateRules.find(({ holds }) => holds(facts));
  if (rule === undefined) throw new Error('The last state must hold for every request.');
  return rule;
}

/** When the state becomes a stall; null where it never does. */
export function stallOf(rule: StateRule, facts: RequestFacts, limits: StageLimits): Stall | null {
  const end = rule.ends?.(facts, limits);
  return end === undefined || rule.reason === null
    ? null
    : { reason: rule.reason, at: new Date(end.at), since: end.since };
}

/** The stage a request that was handed over waits for; null when only its closing event is missing. */
function awaitedStage({ mainStage, nextStage }: RequestFacts): string | null {
  return nextStage ?? stageAfter(mainStage ?? '');
}

function isPlanned({ nextRetryAt, recordedAt }: RequestFacts): boolean {
  return nextRetryAt !== null && nextRetryAt.getTime() - recordedAt.getTime() <= RETRY_HORIZON_DAYS * DAY_MS;
}

/** By the tracker's clock: a producer's may be an hour off, and a backlog's events are old when they arrive. */
function afterRecording({ recordedAt }: RequestFacts, seconds: number): { at: number; since: Date } {
  return { at: recordedAt.getTime() + seconds * 1_000, since: recordedAt };
}
