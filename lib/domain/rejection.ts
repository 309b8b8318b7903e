/** Why an event or a message is refused, and what its sender does about it. Hints never hold anything sent. */
export const rejectionHints = {
  MESSAGE_NOT_JSON: 'Send one JSON object, or an array of events of one request.',
  MESSAGE_EMPTY: 'Send at least one event.',
  TOO_MANY_EVENTS: 'Send at most 1,000 events in a message.',
  MIXED_REQUESTS: 'Send the events of one request in a message: all with the pagwId of the first.',
  FIELD_MISSING: 'Send this field; it may not be absent, null or blank.',
  FIELD_INVALID: 'Correct this field as the contract describes it.',
  METADATA_TOO_LARGE: 'Keep metadata within 16 KiB; store large content in S3 and send a reference.',
  METADATA_TOO_DEEP: 'Keep metadata within 20 levels of nesting.',
  METADATA_PHI_SUSPECTED: 'Store it in S3, send a reference.',
  FIELD_PHI_SUSPECTED: 'Send an id, a code or a name of a service here, nothing of a person.',
  TENANT_UNKNOWN: 'Send the tenant: none is known for this request yet.',
  TENANT_MISMATCH: 'Send the tenant the request belongs to, or correct the pagwId.',
  TENANT_RESERVED: "Send the tenant whose request it is: this name is the tracker's own, for its canary.",
  SENDER_NOT_ALLOWED:
    'Send it as the role or user that is bound to its tenant, or have the sender bound to it.',
  DATABASE_REFUSED:
    'Correct the event; the rule names the SQLSTATE with which the database refused it. 23505: send it under another eventId.',
} as const;

export type RejectionCode = keyof typeof rejectionHints;

/** One refused event: what is wrong and where, never a value of the message. */
export interface Rejection {
  /** In the message's array; 0 for a single event and for what concerns the whole message. */
  position: number;
  code: string;
  /** JSON pointer into the message; '' is its root. */
  path: string;
  rule: string;
  hint: string;
  /** Only when well-formed. */
  tenant: string | null;
  pagwId: string | null;
  /** By which it is known again when it is sent again; only when well-formed. */
  eventId: string | null;
}

/** What became of a refused event since, as far as its id shows. */
export type RejectionFate = 'waiting' | 'replayed' | 'recorded' | 'refused-again';

export function rejectionFate(rejected: {
  replayedAt: Date | null;
  recordedNo: number | null;
  refusedAgainId: number | null;
}): RejectionFate {
  if (rejected.recordedNo !== null) return 'recorded';
  if (rejected.refusedAgainId !== null) return 'refused-again';
  return rejected.replayedAt === null ? 'waiting' : 'replayed';
}

/** What is wrong with one event, before it is known which event that is. */
export interface Fault {
  code: RejectionCode;
  path: string;
  rule: string;
  /** Defaults to the code's hint. */
  hint?: string;
}

/** Whose event it was, as far as the message says so in a well-formed way. */
export interface Owner {
  tenant: string | null;
  pagwId: string | null;
  eventId: string | null;
}

export function rejectionOf(fault: Fault, position: number, owner: Owner): Rejection {
  const { tenant, pagwId, eventId } = owner;
  const { code, path, rule } = fault;
  return { position, code, path, rule, hint: fault.hint ?? rejectionHints[code], tenant, pagwId, eventId };
}
