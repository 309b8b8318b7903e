import * as z from 'zod/mini';
import { canonicalStage, laneOf } from './event-catalogue.ts';
import { byName, parseSetting } from './parse-setting.ts';
import { resendCauses } from './resend.ts';
import { blankEvent, OWN_EVENT_ID_PREFIX, type TrackedEvent } from './tracked-event.ts';

/** What a stage's worker gets when a failed stage is to be worked on again; the body of a retry message. */
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
  /**
   * Why: the stage failed, or an operator asks for it again though nothing failed. The work may have been done then, all but
   * its report: ask the downstream for `externalReference` before anything is sent there twice.
   */
  cause: z._default(z.enum(['failed', ...resendCauses]), 'failed'),
  /** Of the failure that is retried. */
  errorCode: z.nullable(z.string()),
  /** The place in the request's history of the failure, or of the event after which nothing more came. */
  failedSequenceNo: z.int().check(z.minimum(1)),
  correlationId: z.nullable(z.string()),
  /** The case at the downstream, where one is known. */
  externalReference: z._default(z.nullable(z.string()), null),
  /** Where the request's content is kept in S3. */
  payload: z.object({ bucket: z.nullable(z.string()), key: z.nullable(z.string()) }),
});

export type RetryCommand = z.output<typeof retryCommandSchema>;

/** Names one attempt at one failed stage: `pagwId:sequenceNo:attempt`, the same however often it is sent. */
function retryToken(pagwId: string, failedSequenceNo: number, attempt: number): string {
  return `${pagwId}:${failedSequenceNo}:${attempt}`;
}

/** A command with the token that names its attempt. */
export function retryCommand(stated: Omit<RetryCommand, 'version' | 'token'>): RetryCommand {
  const { pagwId, failedSequenceNo, attempt } = stated;
  return { version: 1, token: retryToken(pagwId, failedSequenceNo, attempt), ...stated };
}

const INT4_MAX = 2_147_483_647;

/** The attempt after this one; a counter that a producer drove to its end stays there. */
export function attemptAfter(attempt: number): number {
  return Math.min(attempt + 1, INT4_MAX);
}

/** The event that says that work was sent again which had not failed. */
export function resendScheduledEvent(command: RetryCommand, sentAt: Date): TrackedEvent {
  return {
    ...retryScheduledEvent(command, sentAt),
    eventId: `${OWN_EVENT_ID_PREFIX}resend:${command.token}`,
    eventType: 'RESEND_SCHEDULED',
    metadata: { token: command.token, cause: command.cause },
  };
}

/** The event that says a retry was sent. It is dispatched, not done: only an outcome of its stage says more. */
export function retryScheduledEvent(command: RetryCommand, sentAt: Date): TrackedEvent {
  return {
    ...blankEvent,
    eventId: `${OWN_EVENT_ID_PREFIX}retry:${command.token}`,
    tenant: command.tenant,
    pagwId: command.pagwId,
    stage: command.stage,
    eventType: 'RETRY_SCHEDULED',
    known: false,
    status: 'RETRY_SCHEDULED',
    lane: laneOf(command.stage),
    attempt: command.attempt,
    occurredAt: sentAt.toISOString(),
    serviceName: 'pagw-retry',
    correlationId: command.correlationId,
    metadata: { token: command.token, maxAttempts: command.maxAttempts },
  };
}

/** The queue a stage's workers read retry commands from; undefined: there is none. */
export type RetryQueues = (stage: string) => string | undefined;

const queueUrl = z.url({
  protocol: /^https?$/,
  error: 'is not a queue URL such as https://sqs…/pagw-x.fifo',
});

/**
 * Reads which stage has a queue of its own from a JSON object, stage → URL; all others share the common queue, if there
 * is one. Throws an Error that names every fault, without repeating the URLs.
 */
export function parseRetryQueues(json: string | undefined, commonQueueUrl: string | undefined): RetryQueues {
  const stated = parseSetting('queues of RETRY_QUEUES', json, byName(queueUrl, canonicalStage));
  if (commonQueueUrl !== undefined && !queueUrl.safeParse(commonQueueUrl).success)
    throw new Error('RETRY_QUEUE_URL is not a queue URL; set it to the URL of the common retry queue.');
  const own = new Map(
    Object.entries(stated).map(([name, url]) => [canonicalStage(name) ?? name, url] as const),
  );
  return (stage) => own.get(stage) ?? commonQueueUrl;
}
