import type { ResendOutcome, ResendPreview } from './resend-request.ts';

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
