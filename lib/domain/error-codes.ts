import type { TrackedEvent } from './tracked-event.ts';

/** The request itself is at fault: sending it again gives the same answer. */
const terminalErrorCodes: ReadonlySet<string> = new Set([
  'PARSE_VALIDATION_ERROR',
  'VALIDATION_FAILED',
  'QUEUE_FAILED',
  'INVALID_NPI',
  'MISSING_DOB',
  'FUTURE_DATE',
  'INVALID_ICD10_FORMAT',
  'MISSING_COVERAGE',
]);

/** Failures that are a verdict on the request's content rather than a mishap. */
const verdicts: ReadonlySet<string> = new Set(['PARSE_FAIL', 'VAL_FAIL']);

/**
 * Whether a failure that does not say so may be retried. An unlisted code counts as retryable: a needless second try
 * costs a message, a missing one leaves the provider without an answer. Without a code, only a known type's failure
 * that is no verdict is retryable.
 */
export function isRetryableFailure(event: Pick<TrackedEvent, 'eventType' | 'errorCode' | 'known'>): boolean {
  if (event.errorCode === null) return event.known && !verdicts.has(event.eventType);
  return !terminalErrorCodes.has(event.errorCode.toUpperCase());
}
