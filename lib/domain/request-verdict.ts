import {
  type DeadlineRisk,
  type DecisionPolicy,
  type DecisionSteps,
  deadlineRisk,
  decisionSteps,
} from './decision-clock.ts';
import { unknownStage } from './event-stages.ts';
import { type RequestFacts, type StuckReason, stallOf, stateOf } from './request-state.ts';
import { type StageLimits, shortestLimit } from './stage-limits.ts';

export interface VerdictRules {
  limits: StageLimits;
  policy: DecisionPolicy;
}

/** What the detector says of a request at one instant. */
export interface RequestVerdict {
  /** Null when it is not stuck. */
  stuck: { reason: StuckReason; stage: string; since: Date; errorCode: string | null } | null;
  /** By how much the producer's time is ahead of the tracker's; negative: a slow clock, or a late message. */
  skewSeconds: number;
  deadlineRisk: DeadlineRisk;
  /** By the tenant's policy, whether or not it is decided; null where the tenant is not bound. */
  decisionDueAt: Date | null;
  /** When the verdict could change next if nothing happens; null when it cannot. Always later than `now`. */
  lookAt: Date | null;
}

/** New limits and policies reach a request that nothing happens to within this time. */
const LONGEST_LOOK_MS = 86_400_000;

/**
 * Judges a request. What holds it up in its stage comes before its deadline, for it says what to do; the deadline's
 * risk is told apart from it.
 */
export function judgeRequest(
  facts: RequestFacts,
  { limits, policy }: VerdictRules,
  now: Date,
): RequestVerdict {
  const state = stateOf(facts);
  const due = decisionSteps(facts, policy);
  const steps = state.clock && facts.clockStoppedAt === null ? due : null;
  const risk = steps === null ? 'none' : deadlineRisk(steps, now);
  const stall = stallOf(state, facts, limits);
  const stalled = stall !== null && now >= stall.at ? stall : null;
  const stage = facts.mainStage ?? facts.lastStage ?? unknownStage;
  const errorCode = facts.mainStatus === 'FAILED' ? facts.errorCode : null;
  const isOpen = stall !== null;
  return {
    stuck: stalled
      ? { reason: stalled.reason, stage, since: stalled.since, errorCode }
      : late(risk, steps, stage),
    skewSeconds: Math.round((facts.occurredAt.getTime() - facts.recordedAt.getTime()) / 1_000),
    deadlineRisk: risk,
    decisionDueAt: due?.dueAt ?? null,
    lookAt:
      isOpen || steps !== null
        ? nextLook([stall?.at, steps?.atRiskAt, steps?.urgentAt, steps?.dueAt], now, isOpen, limits)
        : null,
  };
}

function late(risk: DeadlineRisk, steps: DecisionSteps | null, stage: string): RequestVerdict['stuck'] {
  if (steps === null || risk === 'none') return null;
  return risk === 'breached'
    ? { reason: 'deadline-breached', stage, since: steps.dueAt, errorCode: null }
    : { reason: 'deadline-at-risk', stage, since: steps.atRiskAt, errorCode: null };
}

function nextLook(instants: (Date | undefined)[], now: Date, isOpen: boolean, limits: StageLimits): Date {
  // Events of an open request leave its next look alone, so it must come before any limit they start can run out.
  const latest = now.getTime() + (isOpen ? shortestLimit(limits) * 1_000 : LONGEST_LOOK_MS);
  const ahead = instants.flatMap((instant) =>
    instant !== undefined && instant > now ? [instant.getTime()] : [],
  );
  return new Date(Math.min(latest, ...ahead));
}
