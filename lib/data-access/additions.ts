import { type DecisionEpisode, isDetermination } from '../domain/decision-episodes.ts';
import type { FoldedEvent, RequestFold } from '../domain/request-fold.ts';
import { boardOf, completedAtOf, statusOf } from '../domain/request-memory.ts';
import type { TrackedEvent } from '../domain/tracked-event.ts';
import { compositeArray } from './sql-text.ts';

/** A request's new events and what they make of it. */
export interface Addition {
  pagwId: string;
  tenant: string;
  /** Whether an event has given it a correlation id before. */
  correlated: boolean;
  fold: RequestFold;
}

/** The parameters of append_events, close_request and record_canary that say what is appended; see `additionValues`. */
export const ADDED = `:requests::appended_request[], :states::json, :events::appended_event[], :details::json,
       :cleared::json, :decisions::json`;

export type AddedValues = Record<
  'requests' | 'states' | 'events' | 'details' | 'cleared' | 'decisions',
  string
>;

/** Additions as `ADDED` has them. */
export function additionValues(additions: readonly Addition[]): AddedValues {
  return {
    ...requestValues(additions.map(toRequestRow)),
    ...eventValues(additions.flatMap(toEventRows)),
    cleared: JSON.stringify(
      additions.flatMap(({ pagwId, fold }) =>
        fold.cleared.map((sequenceNo) => ({ pagw_id: pagwId, sequence_no: sequenceNo })),
      ),
    ),
  };
}

/** Of the rows that `toRequestRow` makes. */
export function requestValues(
  rows: readonly Record<string, unknown>[],
): Pick<AddedValues, 'requests' | 'states' | 'decisions'> {
  const decided = rows.filter(({ episodes, episodes_left }) => (episodes ?? episodes_left) !== undefined);
  return {
    requests: compositeArray(rows, REQUEST_COLUMNS),
    states: JSON.stringify(rows.map(({ state }) => state)),
    decisions: JSON.stringify(
      decided.map(({ pagw_id, tenant, episodes, episodes_left }) => ({
        pagw_id,
        tenant,
        episodes,
        episodes_left,
      })),
    ),
  };
}

function eventValues(rows: readonly Record<string, unknown>[]): Pick<AddedValues, 'events' | 'details'> {
  return {
    events: compositeArray(rows, EVENT_COLUMNS),
    details: JSON.stringify(rows.map(({ metadata, stated }) => ({ metadata, stated }))),
  };
}

/** The columns of the types appended_request and appended_event (migrations/schema.sql), in their order. */
export const REQUEST_COLUMNS: readonly string[] = [
  ...['pagw_id', 'tenant', 'before_no', 'last_no', 'failures', 'retries', 'received_at', 'last_event_at'],
  ...['status', 'determination', 'decided_at', 'clock_stopped_at', 'board', 'completed_at'],
  ...['unclear_answer_at', 'last_stage', 'main_stage', 'main_event_type', 'main_status', 'main_attempt'],
  ...['main_at', 'main_no', 'next_stage', 'error_code', 'error_message', 'request_type', 'priority'],
  ...['correlation_id', 'external_reference', 'payload_bucket', 'payload_key', 'target_system'],
];
export const EVENT_COLUMNS: readonly string[] = [
  ...['pagw_id', 'event_id', 'stage', 'event_type', 'status', 'sequence_no', 'attempt', 'retryable'],
  ...['next_retry_at', 'exhausted', 'external_reference', 'duration_ms', 'error_code', 'error_message'],
  ...['worker_id', 'service_name', 'started_at', 'completed_at', 'occurred_at', 'sender'],
];

/** What a fold makes of its request's columns, by the names that append_events takes; undefined: unchanged. */
export function toRequestRow({
  pagwId,
  tenant,
  fold,
}: Omit<Addition, 'correlated'>): Record<string, unknown> {
  const { memory, appended } = fold;
  const { main } = memory;
  const { first, latest, changed, left } = fold.decisionsOf(tenant);
  const decided = latest !== undefined && isDetermination(latest.resolution) ? latest : undefined;
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
    received_at: instant(first?.receivedAt),
    last_event_at: instant(appended.reduce((latest, { at }) => Math.max(latest, at), appended[0]?.at ?? 0)),
    status: statusOf(memory),
    determination: decided?.resolution ?? undefined,
    decided_at: instant(decided?.resolvedAt),
    clock_stopped_at: instant(latest?.resolvedAt),
    board: (latest && boardOf(memory, latest)) ?? undefined,
    episodes: changed.length > 0 ? changed.map(toEpisodeRow) : undefined,
    episodes_left: left ?? undefined,
    completed_at: instant(notBefore(first?.receivedAt, completedAtOf(memory))),
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
    priority: latest?.priority ?? undefined,
    correlation_id: events.find(({ correlationId }) => correlationId !== null)?.correlationId ?? undefined,
    external_reference:
      events.findLast(({ externalReference }) => externalReference !== null)?.externalReference ?? undefined,
    payload_bucket: payload?.bucket ?? undefined,
    payload_key: payload?.key ?? undefined,
    target_system: events.map(targetSystemOf).findLast((name) => name !== undefined),
    state: memory,
  };
}

export function toEpisodeRow(episode: DecisionEpisode): Record<string, unknown> {
  return {
    episode: episode.episode,
    plan: episode.plan ?? undefined,
    delegate: episode.delegate ?? undefined,
    kind: episode.kind,
    drugs: episode.drugs,
    priority: episode.priority ?? undefined,
    requested_priority: episode.requestedPriority ?? undefined,
    priority_since: instant(episode.prioritySince),
    received_at: instant(episode.receivedAt),
    due_at: instant(episode.dueAt),
    extension_days: episode.extensionDays,
    extended_at: instant(episode.extendedAt),
    extended_by: episode.extendedBy ?? undefined,
    resolution: episode.resolution ?? undefined,
    resolved_at: instant(episode.resolvedAt),
    notified_at: instant(episode.notifiedAt),
    reason_given: episode.reasonGiven,
    pended_at: instant(episode.pendedAt),
    pend_reason: episode.pendReason ?? undefined,
    appealed_at: instant(episode.appealedAt),
    appeal_outcome: episode.appealOutcome ?? undefined,
    appeal_decided_at: instant(episode.appealDecidedAt),
    faults: episode.faults,
  };
}

function toEventRows({ pagwId, correlated, fold }: Addition): Record<string, unknown>[] {
  let known = correlated;
  return fold.appended.map((folded) => {
    const { correlationId, stated, tenant } = folded.event;
    const says: Record<string, unknown> = { ...stated };
    if (!known && correlationId !== null) says.correlationId = correlationId;
    if (tenant === null) says.tenantless = true;
    if (folded.disbelieved) says.disbelieved = true;
    if (folded.believedDays !== undefined) says.believedDays = folded.believedDays;
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

/** By a wrong clock a request may end before what was stated as its receipt. */
function notBefore(receivedAt: number | undefined, at: number | null): number | null {
  return at === null || receivedAt === undefined ? at : Math.max(at, receivedAt);
}

function instant(epochMs: number | null | undefined): string | undefined {
  return epochMs === null || epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
