import { answeredStatus } from './decision-outcome.ts';
import { stageAfter, upperSnake } from './event-stages.ts';
import type { Priority, RequestEffect, RequestStatus, TrackedEvent } from './tracked-event.ts';

/** What a completed event of this type says of its request, when the message states nothing. */
const progressStatuses: ReadonlyMap<string, RequestStatus> = new Map([
  ['REQUEST_RECEIVED', 'RECEIVED'],
  ['PARSE_OK', 'VALIDATED'],
  ['VAL_OK', 'BUSINESS_VALIDATED'],
  ['ENRICH_OK', 'ENRICHED'],
  ['CONVERT_OK', 'MAPPED'],
  ['DOWNSTREAM_OK', 'SENT_DOWNSTREAM'],
]);

const terminalStatuses: ReadonlySet<RequestStatus> = new Set([
  'APPROVED',
  'DENIED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
]);

/** PENDING is not terminal: the provider has an answer, but no decision. */
export function isTerminalRequestStatus(status: RequestStatus): boolean {
  return terminalStatuses.has(status);
}

type Evidence = Pick<TrackedEvent, 'stage' | 'eventType' | 'status' | 'metadata'>;
export interface StatedRequest {
  status: RequestStatus | null;
  priority: Priority | null;
}
type RequestEffects = Pick<TrackedEvent, 'requestStatus' | 'decided' | 'effect' | 'priority' | 'nextStage'>;

/** What one event says of its request, from the event alone; the request's history is the database's to weigh. */
export function requestEffects(event: Evidence, stated: StatedRequest): RequestEffects {
  const requestStatus = stated.status ?? derivedStatus(event);
  const effect = effectOf(event, stated.status);
  return {
    requestStatus,
    decided: requestStatus === 'APPROVED' || requestStatus === 'DENIED',
    effect,
    priority: stated.priority ?? derivedPriority(event),
    nextStage: effect === 'closes' ? null : handsOverTo(event),
  };
}

function derivedStatus(event: Evidence): RequestStatus | null {
  if (event.status !== 'COMPLETED') return null;
  if (event.eventType === 'RESPONSE_OK' || isSynchronousAnswer(event)) return answeredStatus(event.metadata);
  return progressStatuses.get(event.eventType) ?? null;
}

function effectOf(event: Evidence, stated: RequestStatus | null): RequestEffect {
  if (stated && isTerminalRequestStatus(stated)) return 'closes';
  // The answer to a pended request: work goes on after the provider was told to wait.
  if (event.eventType === 'CALLBACK_START') return 'reopens';
  if (event.status !== 'COMPLETED') return null;
  const answered = event.eventType === 'RESPONSE_OK' || event.eventType === 'NOTIFY_OK';
  return answered || isSynchronousAnswer(event) ? 'closes' : null;
}

/** WORKFLOW_COMPLETE is the routing decision, early on; only with mode SYNC and a disposition is it the answer. */
function isSynchronousAnswer({ eventType, status, metadata }: Evidence): boolean {
  const { mode, disposition } = metadata ?? {};
  return (
    eventType === 'WORKFLOW_COMPLETE' &&
    status === 'COMPLETED' &&
    typeof mode === 'string' &&
    upperSnake(mode) === 'SYNC' &&
    typeof disposition === 'string' &&
    disposition.trim() !== ''
  );
}

function derivedPriority({ eventType, metadata }: Evidence): Priority | null {
  if (eventType !== 'PARSE_OK') return null;
  const urgent = metadata?.hasUrgent;
  if (urgent === true || urgent === 'true') return 'EXPEDITED';
  return urgent === false || urgent === 'false' ? 'STANDARD' : null;
}

/** The stage that an event hands its request over to; null when it hands over nothing. */
export function handsOverTo({
  stage,
  status,
  metadata,
}: Pick<Evidence, 'stage' | 'status' | 'metadata'>): string | null {
  if (status !== 'COMPLETED' && status !== 'SKIPPED') return null;
  // A payer that answers at once is never called back: the response follows directly.
  if (stage === 'API_CONNECTOR' && metadata?.isAsync !== true) return 'RESPONSE_BUILDER';
  return stageAfter(stage);
}
