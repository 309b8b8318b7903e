import { answerByLines, answerOf, answerStatuses } from './answer.ts';
import { stageAfter, upperSnake } from './event-catalogue.ts';
import { flagOf } from './stated-values.ts';
import type { Answer, Priority, RequestEffect, RequestStatus, TrackedEvent } from './tracked-event.ts';

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

type Evidence = Pick<TrackedEvent, 'stage' | 'eventType' | 'status' | 'metadata' | 'stated'>;

/** What one event says of its request, stated or derived. */
export interface RequestEffects {
  status: RequestStatus | null;
  effect: RequestEffect;
  /** It answers with something that decides nothing and pends nothing. */
  unclear: boolean;
  /** Stated, or from PARSE_OK's hasUrgent. */
  priority: Priority | null;
  /** The main-lane stage expected next, when a main-lane stage completed. */
  nextStage: string | null;
}

/** What one event says of its request, from the event alone; the request's history is weighed by `RequestFold`. */
export function requestEffects(event: Evidence): RequestEffects {
  const { status: stated = null, priority } = event.stated ?? {};
  const effect = effectOf(event, stated);
  const answer = effect === 'answers' ? answerIn(event) : null;
  const answered = answer && answerStatuses[answer];
  return {
    // A stated pend is an answer in the pipeline's own words; a stated step of the pipeline gives way to the answer.
    status: stated === 'PENDING' ? stated : (answered ?? stated ?? (answer ? null : progressOf(event))),
    effect,
    unclear: answer === 'unclear' && stated !== 'PENDING',
    priority: priority ?? requestedPriority(event),
    nextStage: effect === null || effect === 'reopens' ? handsOverTo(event) : null,
  };
}

/** What the event says as an answer: stated beside the metadata, else in it, as its lines have it. */
export function answerIn({ stated, metadata }: Pick<Evidence, 'stated' | 'metadata'>): Answer | null {
  return answerByLines(stated?.answer ?? answerOf(metadata), stated?.lines);
}

function progressOf({ status, eventType }: Evidence): RequestStatus | null {
  return status === 'COMPLETED' ? (progressStatuses.get(eventType) ?? null) : null;
}

function effectOf(event: Evidence, stated: RequestStatus | null): RequestEffect {
  if (stated !== null && isTerminalRequestStatus(stated)) {
    if (event.stated?.appeal) return null;
    return contradicts(event, stated) ? 'answers' : 'ends';
  }
  // The answer to a pended request: work goes on after the provider was asked to wait.
  if (event.eventType === 'CALLBACK_START') return 'reopens';
  if (event.status !== 'COMPLETED') return null;
  if (event.eventType === 'NOTIFY_OK') return 'notifies';
  return event.eventType === 'RESPONSE_OK' || isSynchronousAnswer(event) ? 'answers' : null;
}

/** Of a status and an answer beside it that say different things, the answer decides. */
function contradicts(event: Evidence, stated: RequestStatus): boolean {
  const answer = stated === 'APPROVED' || stated === 'DENIED' ? answerIn(event) : null;
  return answer !== null && answer !== 'unclear' && answerStatuses[answer] !== stated;
}

/** WORKFLOW_COMPLETE is the routing decision, early on; only with mode SYNC and an answer is it the answer. */
function isSynchronousAnswer(event: Evidence): boolean {
  const { eventType, metadata } = event;
  const mode = metadata?.mode;
  return (
    eventType === 'WORKFLOW_COMPLETE' &&
    typeof mode === 'string' &&
    upperSnake(mode) === 'SYNC' &&
    answerIn(event) !== null
  );
}

/** How the intake says it was requested. */
export function requestedPriority({ eventType, metadata, stated }: Evidence): Priority | null {
  if (stated?.expedited !== undefined) return stated.expedited ? 'EXPEDITED' : 'STANDARD';
  if (eventType !== 'PARSE_OK') return null;
  const urgent = flagOf(metadata?.hasUrgent);
  return urgent === undefined ? null : urgent ? 'EXPEDITED' : 'STANDARD';
}

/** The stage that an event hands its request over to; null when it hands over nothing. */
function handsOverTo({
  stage,
  status,
  metadata,
}: Pick<Evidence, 'stage' | 'status' | 'metadata'>): string | null {
  if (status !== 'COMPLETED' && status !== 'SKIPPED') return null;
  // A payer that answers at once is never called back: the response follows directly.
  if (stage === 'API_CONNECTOR' && flagOf(metadata?.isAsync) !== true) return 'RESPONSE_BUILDER';
  return stageAfter(stage);
}
