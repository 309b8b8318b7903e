/** What the ids of the tracker's own events begin with; the contract refuses it of producers. */
export const OWN_EVENT_ID_PREFIX = 'pagw:';
/** Of those that were backfilled from an older system. */
export const FORMER_EVENT_ID_PREFIX = `${OWN_EVENT_ID_PREFIX}v005:`;

export const eventStatuses = ['STARTED', 'COMPLETED', 'FAILED', 'SKIPPED', 'RETRY_SCHEDULED'] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** The values of pagw_request_status, in the order a request passes through them. */
export const requestStatuses = [
  'RECEIVED',
  'VALIDATED',
  'BUSINESS_VALIDATED',
  'ENRICHED',
  'MAPPED',
  'SENT_DOWNSTREAM',
  'PENDING',
  'APPROVED',
  'DENIED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** unknown: the stage is not one of the eleven. */
export type Lane = 'main' | 'side' | 'unknown';

export const priorities = ['EXPEDITED', 'STANDARD'] as const;
export type Priority = (typeof priorities)[number];

/** Drugs that a plan's medical benefit covers (Medicare Part B among them), those of its pharmacy benefit, and no drugs. */
export const drugKinds = ['none', 'medical', 'pharmacy'] as const;
export type Drugs = (typeof drugKinds)[number];

/** What is asked for. Only a request for a decision counts among decisions. */
export const requestKinds = ['request', 'inquiry', 'notification', 'retrospective'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** How many lines of a request have been decided how. */
export interface LineCounts {
  approved: number;
  /** Approved otherwise than asked for. */
  modified: number;
  denied: number;
  pended: number;
}

export const appealOutcomes = ['upheld', 'overturned', 'partial', 'withdrawn'] as const;
export type AppealOutcome = (typeof appealOutcomes)[number];

/** Times are ISO 8601 UTC with milliseconds. */
export interface StatedExtension {
  /** 0 of one that is refused or taken back. */
  days: number;
  /** Instead of the days. */
  until?: string;
  by?: string;
  at?: string;
  /** Asked for, and not granted yet. */
  asked?: true;
}

export interface StatedAppeal {
  receivedAt?: string;
  outcome?: AppealOutcome;
  decidedAt?: string;
}

/**
 * What the event does to its request's life. What becomes of it depends on the request, see `RequestFold`.
 * - `answers`: the provider gets an answer, a pend included.
 * - `ends`: the message states a terminal status.
 * - `notifies`: subscribers were notified; ends what was decided by then.
 * - `reopens`: work goes on after a pend.
 */
export type RequestEffect = 'answers' | 'ends' | 'notifies' | 'reopens' | null;

/**
 * What an answer says of its request.
 * - `approved`, `partial`, `denied`: a determination; partial is one in the member's favour, with fewer or other lines.
 * - `pended`: the provider is asked to wait.
 * - `withdrawn`, `dismissed` (it cannot be processed), `void` (a duplicate, or sent in error), `not-required` (the service
 *   needs no authorization): nothing is left to decide. None is a determination.
 * - `unclear`: something was stated that decides nothing, be it known (FHIR's `complete`, X12's contact payer) or not.
 */
export type Answer =
  | 'approved'
  | 'partial'
  | 'denied'
  | 'pended'
  | 'withdrawn'
  | 'dismissed'
  | 'void'
  | 'not-required'
  | 'unclear';

/** What a message states of its request in so many words, kept with the event; absent is not stated. */
export interface StatedRequest {
  type?: string;
  priority?: Priority;
  /** It is another than before; `moved` where the words say that it was the other one: an expedite request denied, an upgrade. */
  reprioritised?: 'changed' | 'moved';
  status?: RequestStatus;
  /** ISO 8601 UTC with milliseconds. */
  receivedAt?: string;
  payload?: { bucket: string | null; key: string | null };
  correlationId?: string;
  plan?: string;
  /** Who decides in the plan's place. */
  delegate?: string;
  drugs?: Drugs;
  kind?: RequestKind;
  /** The intake says how it was requested: as expedited, or not. */
  expedited?: boolean;
  /** An answer given beside the metadata, or by the type of the event. */
  answer?: Answer;
  lines?: LineCounts;
  /** The denial gives its reason. */
  reasonGiven?: true;
  /** Why it pends, in capitals: `CLINICALS_REQUIRED`. */
  pendReason?: string;
  /** When the provider was given notice of the decision. */
  notifiedAt?: string;
  extension?: StatedExtension;
  appeal?: StatedAppeal;
  /** An update, or a continued stay, that asks for another decision once the former is made. */
  update?: true;
  /** The message named no tenant, so that it decides, closes and reopens nothing. */
  tenantless?: true;
  /** The event's own time lies absurdly far before its recording, which counts in its place. */
  disbelieved?: true;
  /** How many days back times were believed when it was recorded, where by the default another of its times would be believed, or not. */
  believedDays?: number;
}

/** Full jitter: nextRetryAt = now + jitter × min(capSeconds, baseSeconds × factor^(attempt-1)); none from maxAttempts on. */
export interface RetryTiming {
  baseSeconds: number;
  factor: number;
  capSeconds: number;
  maxAttempts: number;
  /** 0..1, drawn once per event. */
  jitter: number;
}

/** One event in canonical form, as it flows from the message contract to the database. */
export interface TrackedEvent {
  eventId: string;
  /** The SQS SenderId of its message; none for the tracker's own events. */
  sender?: string | null;
  /** null: the known request's tenant. */
  tenant: string | null;
  pagwId: string;
  stage: string;
  eventType: string;
  /** Whether the type is one of the catalogue. */
  known: boolean;
  status: EventStatus;
  lane: Lane;
  /** null: the database derives it from the request's history. */
  attempt: number | null;
  retryable: boolean;
  /** Stated by the producer. */
  nextRetryAt: string | null;
  /** FAILED, retryable and nothing stated: the database computes nextRetryAt, because only it knows the attempt. */
  retry: RetryTiming | null;
  /** Times are ISO 8601 UTC with milliseconds. */
  occurredAt: string;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  externalReference: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  workerId: string | null;
  serviceName: string | null;
  correlationId: string | null;
  metadata: Record<string, unknown> | null;
  /** What it states of its request; null when nothing. */
  stated: StatedRequest | null;
}

/** What an event says that states nothing but what it is and when. */
export const blankEvent = {
  attempt: null,
  retryable: false,
  nextRetryAt: null,
  retry: null,
  startedAt: null,
  completedAt: null,
  durationMs: null,
  externalReference: null,
  errorCode: null,
  errorMessage: null,
  workerId: null,
  serviceName: null,
  correlationId: null,
  metadata: null,
  stated: null,
} satisfies Partial<TrackedEvent>;
