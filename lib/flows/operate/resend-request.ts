import type { Database } from '../../data-access/database.ts';
import type { Operator } from '../../data-access/operate.ts';
import { orderResend } from '../../data-access/retry-orders.ts';
import { findStanding, type RequestStanding } from '../../data-access/timeline.ts';
import { type NothingToResend, type PossibleResend, possibleResend } from '../../domain/resend.ts';

/** What a resend would send, to be shown before it is asked for. */
export interface ResendPreview extends PossibleResend {
  request: RequestStanding;
}

export interface RequestToResend extends Operator {
  pagwId: string;
  /** Whoever asks has seen that the downstream may have the case, under which reference, and accepts a second one. */
  riskAccepted: boolean;
}

/**
 * - `requested`: goes out with the next run of retry. `waiting`: was asked for already.
 * - `needs-acceptance`: the downstream may have the case already, and nobody said that a second one is accepted.
 * - `moved`: an event came while it was asked for.
 */
export type ResendOutcome =
  | 'requested'
  | 'waiting'
  | 'needs-acceptance'
  | 'moved'
  | 'not-found'
  | NothingToResend;

/** What would be sent again of a request, or why nothing would. */
export async function previewResend(
  database: Database,
  pagwId: string,
): Promise<ResendPreview | 'not-found' | NothingToResend> {
  const request = await findStanding(database, pagwId);
  if (request === undefined) return 'not-found';
  const possible = possibleResend(request);
  return typeof possible === 'string' ? possible : { ...possible, request };
}

/** Asks for the work of a stuck request that did not fail to be sent once more. */
export async function resendRequest(
  database: Database,
  { pagwId, riskAccepted, ...operator }: RequestToResend,
  now: Date,
): Promise<ResendOutcome> {
  const preview = await previewResend(database, pagwId);
  if (typeof preview === 'string') return preview;
  if (preview.mayBeKnown && !riskAccepted) return 'needs-acceptance';
  const { stage, attempt, request } = preview;
  const afterSequenceNo = request.mainSequenceNo ?? 0;
  const wanted = { pagwId, stage, attempt, afterSequenceNo, riskAccepted, ...operator };
  return orderResend(database, wanted, now);
}
