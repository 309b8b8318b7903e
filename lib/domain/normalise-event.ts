import { decisionStatements } from './decision-statements.ts';
import {
  canonicalEventType,
  canonicalStage,
  canonicalStatus,
  canonicalTenant,
  eventTypes,
  impliedStatus,
  laneOf,
  unknownStage,
} from './event-catalogue.ts';
import { canonicalPriority, canonicalRequestStatus, type EventInput } from './event-contract.ts';
import { maskErrorMessage } from './mask-error-message.ts';
import type { PhiRules } from './phi-guard.ts';
import { isRetryable, type RetryPolicy, retryTiming } from './retry-policy.ts';
import type { Notes } from './stated-fields.ts';
import { canonicalTimestamp } from './stated-time.ts';
import type { StatedRequest, TrackedEvent } from './tracked-event.ts';

export interface MessageRules {
  retryPolicy: RetryPolicy;
  /** @default patterns, and no metadata keys beside the catalogue */
  phiGuard?: PhiRules | undefined;
  /** A draw from 0..1, one per retryable failure. */
  jitter: () => number;
}

/** What stands in for fields the producer left out. */
export interface EventDefaults {
  eventId: string;
  occurredAt: string;
}

/** A valid event in canonical form, and what it states of its request's decision that nobody understands. */
export function normaliseEvent(
  input: EventInput,
  metadata: Record<string, unknown> | null,
  defaults: EventDefaults,
  rules: MessageRules,
): { event: TrackedEvent; notes: Notes } {
  const eventType = canonicalEventType(input.eventType) ?? input.eventType;
  const catalogued = eventTypes.get(eventType);
  const stage = canonicalStage(input.stage) ?? catalogued?.stage ?? unknownStage;
  const core = {
    stage,
    eventType,
    known: catalogued !== undefined,
    status: canonicalStatus(input.status) ?? impliedStatus(eventType),
    metadata,
    errorCode: text(input.errorCode),
  };
  const { stated, notes } = decisionStatements({ ...core, request: input.request ?? null, metadata });
  const { retryable, nextRetryAt, retry } = retryFields(core, input, rules);
  const event = {
    ...core,
    eventId: text(input.eventId) ?? defaults.eventId,
    tenant: canonicalTenant(input.tenant),
    pagwId: input.pagwId,
    lane: laneOf(stage),
    attempt: input.attempt && input.attempt >= 1 ? input.attempt : null,
    retryable,
    nextRetryAt,
    retry,
    occurredAt: instant(input.occurredAt) ?? defaults.occurredAt,
    startedAt: instant(input.startedAt),
    completedAt: instant(input.completedAt),
    durationMs: input.durationMs ?? null,
    externalReference: text(input.externalReference),
    errorMessage: text(input.errorMessage && maskErrorMessage(input.errorMessage)),
    workerId: text(input.workerId),
    serviceName: text(input.serviceName),
    correlationId: text(input.correlationId),
    stated: input.request ? statedRequest(input.request, stated) : orNull(stated),
  };
  return { event, notes };
}

type Outcome = Pick<TrackedEvent, 'stage' | 'eventType' | 'known' | 'status' | 'errorCode'>;
type RetryFields = Pick<TrackedEvent, 'retryable' | 'nextRetryAt' | 'retry'>;

/** Only failures are retryable, whatever is stated: the running services send TRUE with every row. */
function retryFields(event: Outcome, input: EventInput, rules: MessageRules): RetryFields {
  const nextRetryAt = instant(input.nextRetryAt);
  if (event.status === 'RETRY_SCHEDULED') return { retryable: false, nextRetryAt, retry: null };
  const retryable = event.status === 'FAILED' && (input.retryable ?? isRetryable(event, rules.retryPolicy));
  if (!retryable) return { retryable, nextRetryAt: null, retry: null };
  if (nextRetryAt) return { retryable, nextRetryAt, retry: null };
  return { retryable, nextRetryAt, retry: retryTiming(event, rules.retryPolicy, rules.jitter()) };
}

function statedRequest(
  input: NonNullable<EventInput['request']>,
  ofDecision: Partial<StatedRequest>,
): StatedRequest | null {
  const type = text(input.type);
  const priority = canonicalPriority(input.priority ?? '');
  const status = canonicalRequestStatus(input.status ?? '');
  const receivedAt = instant(input.receivedAt);
  const payload = { bucket: text(input.payload?.bucket), key: text(input.payload?.key) };
  return orNull({
    ...ofDecision,
    ...(type === null ? {} : { type }),
    ...(priority === undefined || ofDecision.reprioritised ? {} : { priority }),
    ...(status === undefined ? {} : { status }),
    ...(receivedAt === null ? {} : { receivedAt }),
    ...(payload.bucket === null && payload.key === null ? {} : { payload }),
  });
}

function orNull(stated: StatedRequest): StatedRequest | null {
  return Object.keys(stated).length === 0 ? null : stated;
}

function text(value: string | null | undefined): string | null {
  return value?.trim() ? value : null;
}

function instant(value: string | null | undefined): string | null {
  return value ? canonicalTimestamp(value) : null;
}
