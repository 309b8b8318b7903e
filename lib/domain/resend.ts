import { stageAfter } from './event-catalogue.ts';

/** Stalls without a failure: whatever the stage was to do may be asked of it once more. */
export const resendCauses = ['no-result', 'hand-off-lost', 'retry-overdue'] as const;
export type ResendCause = (typeof resendCauses)[number];

/** The stage that speaks to payers: what it sends twice may be two cases there. */
const SENDS_DOWNSTREAM = 'API_CONNECTOR';

/** Where a request stands, as far as it decides what can be sent again. */
export interface Standing {
  stuckReason: string | null;
  mainStage: string | null;
  mainStatus: string | null;
  mainAttempt: number | null;
  nextStage: string | null;
  completedAt: Date | null;
}

export interface PossibleResend {
  cause: ResendCause;
  /** Whose work is sent again. */
  stage: string;
  attempt: number;
  /** The downstream may have the case already: nothing shows whether the stage got that far. */
  mayBeKnown: boolean;
}

/**
 * - `closed`: the request has ended.
 * - `failed`: its stage failed; that is retried.
 * - `not-stuck`: what it waits for is not overdue.
 * - `no-stage`: nobody knows which stage is awaited.
 */
export type NothingToResend = 'closed' | 'failed' | 'not-stuck' | 'no-stage';

const MOST_ATTEMPT = 2_147_483_647;

/** What can be sent again of a request that is stuck without a failure; or why nothing can. */
export function possibleResend(standing: Standing): PossibleResend | NothingToResend {
  const { stuckReason, mainStage, mainStatus, completedAt } = standing;
  if (completedAt !== null) return 'closed';
  if (mainStatus === 'FAILED') return 'failed';
  const cause = resendCauses.find((one) => one === stuckReason);
  if (cause === undefined) return 'not-stuck';
  const stage = cause === 'hand-off-lost' ? (standing.nextStage ?? stageAfter(mainStage ?? '')) : mainStage;
  if (stage === null || mainStatus === null) return 'no-stage';
  return { cause, stage, attempt: attemptOf(standing), mayBeKnown: stage === SENDS_DOWNSTREAM };
}

/** A retry that was sent and never begun is the same attempt; a next stage's first is its first. */
function attemptOf({ mainStatus, mainAttempt }: Standing): number {
  if (mainStatus === 'RETRY_SCHEDULED') return mainAttempt ?? 1;
  if (mainStatus === 'STARTED') return Math.min((mainAttempt ?? 1) + 1, MOST_ATTEMPT);
  return 1;
}
