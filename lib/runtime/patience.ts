/**
 * How long a call of S3, SNS, SQS or EventBridge may take, its repeats included. A service that has not answered by then counts
 * as one that failed, and the run does the rest of its work: the SDK's clients wait for ever.
 */
const PATIENCE_MS = 3_000;

/** For one call of a client: made for each call, as its time begins here. */
export function withPatience(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(PATIENCE_MS) };
}
