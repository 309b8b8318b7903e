import { requestEffects } from '../../domain/request-effects.ts';
import {
  completedAtOf,
  type FoldedEvent,
  firmerPriority,
  type RequestFold,
  receivedAtOf,
  statusOf,
} from '../../domain/request-fold.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';

/** A request's new events and what they make of it. */
export interface Addition {
  pagwId: string;
  tenant: string;
  /** Whether an event has given it a correlation id before. */
  correlated: boolean;
  fold: RequestFold;
}

/**
 * Writes each addition whole if nothing was recorded of its request since it was read, and not at all otherwise.
 * @returns the ids of the requests that were not written.
 * @throws DatabaseError; then nothing of the call was written, or its answer was lost.
 */
export async function appendEvents(
  database: Database,
  additions: readonly Addition[],
  recordedAt: Date,
): Promise<Set<string>> {
  const { rows } = await database.execute<{ raced: number[] }>(
    `SELECT append_events(:requests::json, :events::json, :cleared::json, :recorded_at::timestamptz) AS raced`,
    {
      requests: JSON.stringify(additions.map(toRequestRow)),
      events: JSON.stringify(additions.flatMap(toEventRows)),
      cleared: JSON.stringify(
        additions.flatMap(({ pagwId, fold }) =>
          fold.cleared.map((sequenceNo) => ({ pagw_id: pagwId, sequence_no: sequenceNo })),
        ),
      ),
      recorded_at: recordedAt,
    },
  );
  return new Set(rows[0]?.raced.flatMap((place) => additions[place]?.pagwId ?? []));
}

function toRequestRow({ pagwId, tenant, fold }: Addition): Record<string, unknown> {
  const { memory, appended } = fold;
  const { main, determination } = memory;
  const events = appended.map(({ event }) => event);
  const failure = events.findLast(({ status }) => status === 'FAILED');
  const payload = events.findLast(({ stated }) => stated?.payload?.key)?.stated?.payload;
  return {
    pagw_id: pagwId,
    tenant,
    before_no: fold.firstSequenceNo - 1,
    last_no: fold.lastSequenceNo,
    failures: events.filter(({ status }) => status === 'FAILED').length,
    retries: events.filter(({ status }) => status === 'RETRY_SCHEDULED').length,
    received_at: instant(receivedAtOf(memory)),
    last_event_at: instant(Math.max(...appended.map(({ at }) => at))),
    status: statusOf(memory),
    determination: determination?.status,
    decided_at: instant(determination?.at),
    completed_at: instant(completedAtOf(memory)),
    unclear_answer_at: instant(memory.unclearAt),
    last_stage: events.at(-1)?.stage,
    main_stage: main?.stage,
    main_event_type: main?.type,
    main_status: main?.status,
    main_attempt: main?.attempt,
    main_at: instant(main?.at),
    main_no: main?.no,
    next_stage: main?.next ?? undefined,
    error_code: failure?.errorCode ?? undefined,
    error_message: failure?.errorMessage ?? undefined,
    request_type: events.findLast(({ stated }) => stated?.type)?.stated?.type,
    priority: events.map((event) => requestEffects(event).priority).reduce(firmerPriority, null) ?? undefined,
    correlation_id: events.find(({ correlationId }) => correlationId !== null)?.correlationId ?? undefined,
    external_reference:
      events.findLast(({ externalReference }) => externalReference !== null)?.externalReference ?? undefined,
    payload_bucket: payload?.bucket ?? undefined,
    payload_key: payload?.key ?? undefined,
    target_system: events.map(targetSystemOf).findLast((name) => name !== undefined),
    state: memory,
  };
}

function toEventRows({ pagwId, correlated, fold }: Addition): Record<string, unknown>[] {
  let known = correlated;
  return fold.appended.map((folded) => {
    const { correlationId, stated, tenant } = folded.event;
    const says = {
      ...stated,
      ...(known || correlationId === null ? {} : { correlationId }),
      ...(tenant === null ? { tenantless: true } : {}),
    };
    known ||= correlationId !== null;
    return {
      ...toEventRow(folded),
      pagw_id: pagwId,
      stated: Object.keys(says).length > 0 ? says : undefined,
    };
  });
}

function toEventRow({ event, sequenceNo, attempt, nextRetryAt, exhausted }: FoldedEvent) {
  return {
    event_id: event.eventId,
    stage: event.stage,
    event_type: event.eventType,
    status: event.status,
    sequence_no: sequenceNo,
    attempt,
    retryable: event.retryable,
    next_retry_at: nextRetryAt ?? undefined,
    exhausted: exhausted || undefined,
    occurred_at: event.occurredAt,
    started_at: event.startedAt ?? undefined,
    completed_at: event.completedAt ?? undefined,
    duration_ms: event.durationMs ?? undefined,
    external_reference: event.externalReference ?? undefined,
    error_code: event.errorCode ?? undefined,
    error_message: event.errorMessage ?? undefined,
    worker_id: event.workerId ?? undefined,
    service_name: event.serviceName ?? undefined,
    metadata: event.metadata ?? undefined,
    sender: event.sender ?? undefined,
  };
}

/** The downstream that a main-lane event names; longer names are no system's. */
function targetSystemOf({ lane, metadata }: TrackedEvent): string | undefined {
  const name = lane === 'main' ? metadata?.targetSystem : undefined;
  return typeof name === 'string' && name !== '' && name.length <= 64 ? name : undefined;
}

function instant(epochMs: number | null | undefined): string | undefined {
  return epochMs === null || epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
