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

/** Why nothing is sent again, and what to do instead. */
export const resendRefusals: Readonly<
  Record<Exclude<ResendOutcome, 'requested' | 'waiting'>, readonly [message: string, hint: string]>
> = {
  'not-found': ['There is no such request.', 'See `pagw request list`.'],
  closed: ['The request has ended.', 'Nothing of it is awaited any more.'],
  failed: ['The stage failed: that is retried, not sent again.', 'See `pagw retry run`.'],
  'not-stuck': [
    'What the request waits for is not overdue.',
    'It may still come; sending it again now could do the work twice.',
  ],
  'no-stage': ['Nobody knows which stage is awaited.', 'See `pagw request show`.'],
  'needs-acceptance': [
    'The downstream may have the case already.',
    'Ask there first; then accept that a second one is opened.',
  ],
  moved: ['An event of the request came meanwhile: it is not stuck as it was.', 'Look at it again.'],
};

/** What may go wrong where the downstream has the case already, with the reference to ask for. */
export function riskText({ request }: Pick<ResendPreview, 'request'>): string {
  const { targetSystem, externalReferenceId } = request;
  const reference =
    externalReferenceId === null ? 'no reference is known' : `reference ${externalReferenceId}`;
  return `${targetSystem ?? 'The downstream'} may have this case already (${reference}): a second one may be opened there.`;
}
