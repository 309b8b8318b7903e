import { type DecisionPolicy, type DecisionSteps, deadlineRisk, decisionSteps } from './decision-clock.ts';
import { unknownStage } from './event-catalogue.ts';
import { incidentKey, isDeadline, isIncidentAt } from './incident-rules.ts';
import { type RequestFacts, stallOf, stateOf } from './request-state.ts';
import { type StageLimits, shortestLimit } from './stage-limits.ts';
import { CLOCK_SKEW_SECONDS, LAST_INSTANT } from './stated-time.ts';
import type { DeadlineRisk, StuckReason } from './words.ts';

export interface VerdictRules {
  limits: StageLimits;
  policy: DecisionPolicy;
}

/** What the detector says of a request at one instant. */
export interface RequestVerdict {
  /** Null when it is not stuck. */
  stuck: { reason: StuckReason; stage: string; since: Date; errorCode: string | null } | null;
  /** The incident it is part of: also while it is not stuck, but waits for the outcome of a retry. */
  incidentKey: string | null;
  /** By how much the producer's time is ahead of the tracker's; negative: a slow clock, or a late message. */
  skewSeconds: number;
  deadlineRisk: DeadlineRisk | 'none';
  /** By the tenant's policy, whether or not it is decided; null where the tenant is not bound. */
  decisionDueAt: Date | null;
  /** When the verdict could change next if nothing happens; null when it cannot. Always later than `now`. */
  checkAt: Date | null;
}

/** New limits and policies reach a request that nothing happens to within this time. */
const LONGEST_CHECK_MS = 86_400_000;

/**
 * Judges a request. What holds it up in its stage comes before its deadline, for it says what to do; the deadline's
 * risk is kept apart from it.
 */
export function judgeRequest(
  known: RequestFacts,
  { limits, policy }: VerdictRules,
  now: Date,
): RequestVerdict {
  const { facts, until } = withoutTimesAhead(known, now);
  const state = stateOf(facts);
  const due = decisionSteps(facts, policy);
  const steps = state.clock && facts.clockStoppedAt === null ? due : null;
  const risk = steps === null ? 'none' : deadlineRisk(steps, now);
  const stall = stallOf(state, facts, limits);
  const stalled = stall !== null && now >= stall.at ? stall : null;
  const stage = facts.mainStage ?? facts.lastStage ?? unknownStage;
  const errorCode = facts.mainStatus === 'FAILED' ? facts.errorCode : null;
  const isOpen = stall !== null;
  const stuck = stalled
    ? { reason: stalled.reason, stage, since: stalled.since, errorCode }
    : late(risk, steps, stage);
  return {
    stuck,
    incidentKey: incidentOf(facts, stuck, isOpen),
    skewSeconds: Math.round((facts.occurredAt.getTime() - facts.recordedAt.getTime()) / 1_000),
    deadlineRisk: risk,
    decisionDueAt: due?.dueAt ?? null,
    checkAt:
      isOpen || steps !== null || until !== undefined
        ? nextCheck([stall?.at, steps?.atRiskAt, steps?.urgentAt, steps?.dueAt, until], now, isOpen, limits)
        : null,
  };
}

/**
 * When a clock of ours was far ahead, the best that is known of a recording is what its producer says of it. Otherwise no
 * limit would run out until the time has come. `until`: when the next of these times is no longer ahead, and counts.
 */
function withoutTimesAhead(facts: RequestFacts, now: Date): { facts: RequestFacts; until?: Date } {
  const latest = now.getTime() + CLOCK_SKEW_SECONDS * 1_000;
  const { recordedAt, receivedAt, clockStartedAt, occurredAt } = facts;
  if (recordedAt.getTime() <= latest) return { facts };
  const ahead = [recordedAt, receivedAt, clockStartedAt].map(Number).filter((time) => time > latest);
  const orOccurred = (time: Date) => (time.getTime() > latest ? occurredAt : time);
  return {
    facts: {
      ...facts,
      recordedAt: occurredAt,
      receivedAt: orOccurred(receivedAt),
      clockStartedAt: orOccurred(clockStartedAt),
    },
    until: new Date(Math.min(...ahead) - CLOCK_SKEW_SECONDS * 1_000),
  };
}

/**
 * A request leaves its incident by an outcome. A retry that was sent, a stage that began again and a failure whose retry is
 * planned are none: whatever the reason changes to, the incident stays the same.
 */
function incidentOf(facts: RequestFacts, stuck: RequestVerdict['stuck'], isOpen: boolean): string | null {
  const { tenant, mainStage, mainStatus, targetSystem, incidentKey: kept } = facts;
  const isAwaited = mainStatus === 'FAILED' || mainStatus === 'STARTED' || mainStatus === 'RETRY_SCHEDULED';
  const stays =
    kept !== null &&
    isOpen &&
    isAwaited &&
    (mainStatus === 'RETRY_SCHEDULED' || isIncidentAt(kept, tenant, mainStage)) &&
    !isKeyOfDeadline(kept, facts);
  if (stuck === null) return stays ? kept : null;
  if (stays && (mainStatus !== 'FAILED' || isDeadline(stuck.reason))) return kept;
  return incidentKey({ tenant, targetSystem, ...stuck });
}

function isKeyOfDeadline(key: string, { tenant, mainStage, targetSystem }: RequestFacts): boolean {
  const stage = mainStage ?? unknownStage;
  return key === incidentKey({ tenant, stage, reason: 'deadline-at-risk', errorCode: null, targetSystem });
}

function late(
  risk: DeadlineRisk | 'none',
  steps: DecisionSteps | null,
  stage: string,
): RequestVerdict['stuck'] {
  if (steps === null || risk === 'none') return null;
  return risk === 'breached'
    ? { reason: 'deadline-breached', stage, since: steps.dueAt, errorCode: null }
    : { reason: 'deadline-at-risk', stage, since: steps.atRiskAt, errorCode: null };
}

function nextCheck(instants: (Date | undefined)[], now: Date, isOpen: boolean, limits: StageLimits): Date {
  // Events of an open request leave its next check alone, so it must come before any limit they start can run out.
  const latest = now.getTime() + (isOpen ? shortestLimit(limits) * 1_000 : LONGEST_CHECK_MS);
  const ahead = instants.flatMap((instant) =>
    instant !== undefined && instant > now ? [instant.getTime()] : [],
  );
  return new Date(Math.min(latest, LAST_INSTANT, ...ahead));
}
