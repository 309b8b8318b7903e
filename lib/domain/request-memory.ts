import type { DecisionPolicy } from './decision-clock.ts';
import { type DecisionEpisode, decisionEpisodes, isDetermination } from './decision-episodes.ts';
import type { DecisionMemory } from './decision-facts.ts';
import { isTerminalRequestStatus } from './request-effects.ts';
import type { EventStatus, RequestStatus } from './tracked-event.ts';

/** What is remembered of a stage: of the main lane always, of any other stage while a failure of it is open. */
export interface RememberedStage {
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

export interface RequestOutcome {
  status: RequestStatus;
  at: number;
}

/** What an older system's row said of a request that was backfilled. Times are epoch milliseconds. */
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
  stages: Record<string, RememberedStage>;
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
  outcome?: RequestOutcome;
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

/** A copy of all that the fold changes in place; structuredClone would copy the rest, too. */
export function copyMemory(memory: RequestMemory): RequestMemory {
  const { stages, decision } = memory;
  return {
    ...memory,
    stages: Object.fromEntries(Object.entries(stages).map(([stage, mark]) => [stage, { ...mark }])),
    ...(decision === undefined
      ? {}
      : { decision: { facts: [...decision.facts], first: { ...decision.first } } }),
  };
}

/** The latest outcome, else how far the request came. */
export function statusOf({ outcome, progress }: RequestMemory): RequestStatus {
  return outcome?.status ?? progress;
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
export function endedAtOf(memory: RequestMemory): number | null {
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
