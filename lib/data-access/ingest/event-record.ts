import type { TrackedEvent } from '../../domain/tracked-event.ts';

/** An event as the database function `record_events` reads it; absent fields are null there. */
export function toEventRecord(event: TrackedEvent, ordinal: number): Record<string, unknown> {
  return {
    ordinal,
    pagw_id: event.pagwId,
    event_id: event.eventId,
    tenant: event.tenant ?? undefined,
    stage: event.stage,
    event_type: event.eventType,
    status: event.status,
    lane: event.lane,
    attempt: event.attempt ?? undefined,
    retryable: event.retryable,
    next_retry_at: event.nextRetryAt ?? undefined,
    retry: event.retry ?? undefined,
    occurred_at: event.occurredAt,
    started_at: event.startedAt ?? undefined,
    completed_at: event.completedAt ?? undefined,
    duration_ms: event.durationMs ?? undefined,
    external_reference: event.externalReference ?? undefined,
    error_code: event.errorCode ?? undefined,
    error_message: event.errorMessage ?? undefined,
    worker_id: event.workerId ?? undefined,
    service_name: event.serviceName ?? undefined,
    correlation_id: event.correlationId ?? undefined,
    metadata: event.metadata ?? undefined,
    request_type: event.requestType ?? undefined,
    request_status: event.requestStatus ?? undefined,
    priority: event.priority ?? undefined,
    effect: event.effect ?? undefined,
    decided: event.decided,
    next_stage: event.nextStage ?? undefined,
    target_system: targetSystemOf(event),
    payload_bucket: event.payloadBucket ?? undefined,
    payload_key: event.payloadKey ?? undefined,
  };
}

/** The downstream that a main-lane event names; longer names are no system's. */
function targetSystemOf({ lane, metadata }: TrackedEvent): string | undefined {
  const name = lane === 'main' ? metadata?.targetSystem : undefined;
  return typeof name === 'string' && name !== '' && name.length <= 64 ? name : undefined;
}
