import * as z from 'zod/mini';
import { laneOf } from './event-stages.ts';
import { OWN_EVENT_ID_PREFIX, type TrackedEvent } from './tracked-event.ts';

/** What a stage's worker is told when a failed stage is to be worked on again; the body of a retry message. */
export const retryCommandSchema = z.object({
  version: z.literal(1),
  /** Identifies this attempt for good: the same token twice is the same work, to be done once. */
  token: z.string(),
  pagwId: z.string(),
  tenant: z.string(),
  /** The canonical stage to work on again. */
  stage: z.string(),
  /** The attempt to make; report it with its START and its result. */
  attempt: z.int().check(z.minimum(1)),
  /** Attempts in all, the first included; attempt n of max. */
  maxAttempts: z.int().check(z.minimum(1)),
  /** Of the failure that is retried. */
  errorCode: z.nullable(z.string()),
  /** The failure's place in the request's history. */
  failedSequenceNo: z.int().check(z.minimum(1)),
  correlationId: z.nullable(z.string()),
  /** Where the request's content is kept in S3. */
  payload: z.object({ bucket: z.nullable(z.string()), key: z.nullable(z.string()) }),
});

export type RetryCommand = z.output<typeof retryCommandSchema>;

/** Names one attempt at one failed stage: `pagwId:sequenceNo:attempt`, the same however often it is sent. */
export function retryToken(pagwId: string, failedSequenceNo: number, attempt: number): string {
  return `${pagwId}:${failedSequenceNo}:${attempt}`;
}

const INT4_MAX = 2_147_483_647;

/** The attempt after this one; a counter that a producer drove to its end stays there. */
export function attemptAfter(attempt: number): number {
  return Math.min(attempt + 1, INT4_MAX);
}

/** The event that says a retry was sent. It is dispatched, not done: only an outcome of its stage says more. */
export function retryScheduledEvent(command: RetryCommand, sentAt: Date): TrackedEvent {
  return {
    eventId: `${OWN_EVENT_ID_PREFIX}retry:${command.token}`,
    tenant: command.tenant,
    pagwId: command.pagwId,
    stage: command.stage,
    eventType: 'RETRY_SCHEDULED',
    known: false,
    status: 'RETRY_SCHEDULED',
    lane: laneOf(command.stage),
    attempt: command.attempt,
    retryable: false,
    nextRetryAt: null,
    retry: null,
    occurredAt: sentAt.toISOString(),
    startedAt: null,
    completedAt: null,
    durationMs: null,
    externalReference: null,
    errorCode: null,
    errorMessage: null,
    workerId: null,
    serviceName: 'pagw-retry',
    correlationId: command.correlationId,
    metadata: { token: command.token, maxAttempts: command.maxAttempts },
    stated: null,
  };
}
