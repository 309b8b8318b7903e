/** `pagw-event-tracker/contract`: what is sent to the tracker, and what comes from it, as docs/contract describes it. */
import schema from '../../docs/contract/event-message.schema.json' with { type: 'json' };
import { eventTypes as catalogue } from '../domain/event-catalogue.ts';

export { type KnownStage, mainLane, sideLane, stages } from '../domain/event-catalogue.ts';
export { type RejectionCode, rejectionHints } from '../domain/rejection.ts';
export {
  type EventStatus,
  eventStatuses,
  type RequestStatus,
  requestStatuses,
} from '../domain/tracked-event.ts';

/** The event types of the catalogue. */
export const eventTypes: readonly string[] = [...catalogue.keys()];

/** JSON Schema 2020-12 of a message; also the file `pagw-event-tracker/contract/event-message.schema.json`. */
export const eventMessageSchema: object = schema;

/** Absent, null and blank mean the same. */
type Stated<Value> = Value | null | undefined;

/** One event, version 1; the schema describes each field and its limits. Unknown fields are ignored. */
export interface Event {
  eventId?: Stated<string>;
  /** Always send it. */
  tenant?: Stated<string>;
  pagwId: string;
  stage?: Stated<string>;
  eventType: string;
  status?: Stated<string>;
  /** ISO 8601 with a zone, as all times. */
  occurredAt?: Stated<string>;
  attempt?: Stated<number>;
  durationMs?: Stated<number>;
  startedAt?: Stated<string>;
  completedAt?: Stated<string>;
  retryable?: Stated<boolean>;
  nextRetryAt?: Stated<string>;
  externalReference?: Stated<string>;
  errorCode?: Stated<string>;
  errorMessage?: Stated<string>;
  workerId?: Stated<string>;
  serviceName?: Stated<string>;
  correlationId?: Stated<string>;
  /** An object, or a string of JSON; at most 16 KiB; no personal data. */
  metadata?: unknown;
  request?: Stated<EventRequest>;
}

/** What an event states of its request. */
export interface EventRequest {
  type?: Stated<string>;
  priority?: Stated<string>;
  status?: Stated<string>;
  receivedAt?: Stated<string>;
  notifiedAt?: Stated<string>;
  plan?: Stated<string>;
  delegate?: Stated<string>;
  drug?: Stated<boolean | string>;
  lines?: unknown;
  extension?: unknown;
  appeal?: unknown;
  payload?: Stated<{ bucket?: Stated<string>; key?: Stated<string> }>;
  [field: string]: unknown;
}

/** A CloudEvents 1.0 envelope, structured mode. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source?: string;
  type?: string;
  time?: Stated<string>;
  data: Event;
}

/** The body of one message: an event, or an array of events of one request. */
export type EventMessage = Event | CloudEvent | (Event | CloudEvent)[];

/** The body of a message of the retries queue: work on the stage again, once a token. */
export interface RetryCommand {
  version: 1;
  token: string;
  pagwId: string;
  tenant: string;
  stage: string;
  attempt: number;
  maxAttempts: number;
  errorCode: string | null;
  failedSequenceNo: number;
  correlationId: string | null;
  payload: { bucket: string | null; key: string | null };
}
