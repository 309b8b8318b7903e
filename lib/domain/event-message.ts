import { canaryReading } from './canary.ts';
import { unwrapCloudEvent } from './cloud-event.ts';
import { type DoubtfulName, findDoubtfulNames, missedName } from './doubtful-names.ts';
import { canonicalTenant } from './event-catalogue.ts';
import {
  contractFault,
  eventMaxDepth,
  eventSchema,
  fieldWithPhi,
  maxEventsPerMessage,
  withoutBlanks,
} from './event-contract.ts';
import { readMetadata } from './event-metadata.ts';
import { pointerStep } from './json-pointer.ts';
import { nestsDeeper, parseJson } from './json-text.ts';
import { type MessageRules, normaliseEvent } from './normalise-event.ts';
import { looksLikePhi } from './phi-guard.ts';
import { type Fault, type Owner, type Rejection, rejectionHints, rejectionOf } from './rejection.ts';
import { isBlank } from './stated-values.ts';
import type { TrackedEvent } from './tracked-event.ts';

export interface MessageEnvelope {
  messageId: string;
  sentAt: Date;
}

/** An event and where it stood in its message's array; 0 for a single event. */
export type PositionedEvent = TrackedEvent & {
  position: number;
  /** What its sender most likely misspelt; absent: nothing. */
  doubts?: readonly DoubtfulName[];
};

export interface MessageReading {
  events: PositionedEvent[];
  /** One for each refused event, or a single one at position 0 when the whole message is refused. */
  rejections: Rejection[];
}

const nobody: Owner = { tenant: null, pagwId: null, eventId: null };

/** Reads a message body. Never throws: what cannot be recorded comes back as a rejection. */
export function readMessage(body: string, envelope: MessageEnvelope, rules: MessageRules): MessageReading {
  if (body.trim() === '') return wholeMessage({ code: 'MESSAGE_EMPTY', path: '', rule: 'min-events' });
  const sent = parseJson(body);
  if (sent === undefined) return wholeMessage({ code: 'MESSAGE_NOT_JSON', path: '', rule: 'json' });
  return readParsedMessage(sent, envelope, rules);
}

/** Reads what a message's body holds. */
export function readParsedMessage(
  sent: unknown,
  envelope: MessageEnvelope,
  rules: MessageRules,
): MessageReading {
  if (!Array.isArray(sent)) return collect([readEvent(sent, 0, envelope.messageId, envelope, rules)]);
  if (sent.length === 0) return wholeMessage({ code: 'MESSAGE_EMPTY', path: '', rule: 'min-events' });
  if (sent.length > maxEventsPerMessage) {
    return wholeMessage({ code: 'TOO_MANY_EVENTS', path: '', rule: 'max-events' });
  }
  const readings = sent.map((item, position) => {
    const reading = readEvent(item, position, `${envelope.messageId}#${position}`, envelope, rules);
    return reading.rejection ? { rejection: inArray(reading.rejection) } : reading;
  });
  return collect(ofOneRequest(readings));
}

type EventReading =
  | { event: PositionedEvent; pagwIdPath: string; rejection?: never }
  | { event?: never; rejection: Rejection };

function readEvent(
  sent: unknown,
  position: number,
  eventId: string,
  envelope: MessageEnvelope,
  rules: MessageRules,
): EventReading {
  const unwrapped = unwrapCloudEvent(sent);
  if (unwrapped.fault) return { rejection: rejectionOf(unwrapped.fault, position, nobody) };
  const { pointer } = unwrapped;
  const event = withoutBlanks(unwrapped.event);
  const refuse = (fault: Fault): EventReading => ({
    rejection: rejectionOf({ ...fault, path: pointer(fault.path) }, position, ownerOf(event, eventId)),
  });
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return refuse(hinted(contractFault(parsed.error, event), sent));
  const { metadata, fault } = readMetadata(parsed.data.metadata, rules.phiGuard);
  if (fault) return refuse({ ...fault, path: `/metadata${fault.path}` });
  const personal = fieldWithPhi(parsed.data);
  if (personal !== null)
    return refuse({ code: 'FIELD_PHI_SUSPECTED', path: personal, rule: 'value-pattern' });
  const deepField = fieldTooDeep(event);
  if (deepField !== undefined) return refuse(tooDeep(deepField));
  const deepAttribute = unwrapped.event === sent ? undefined : fieldTooDeep(sent);
  if (deepAttribute !== undefined)
    return { rejection: rejectionOf(tooDeep(deepAttribute), position, ownerOf(event, eventId)) };
  const defaults = { eventId, occurredAt: envelope.sentAt.toISOString() };
  const { event: read, notes } = normaliseEvent(parsed.data, metadata, defaults, rules);
  // What stands under `request` is the contract's; metadata are their service's own, so that there it is only told.
  const misstated = notes.notUnderstood.find(({ path, isDoubt }) => path.startsWith('/request/') && !isDoubt);
  if (misstated !== undefined) {
    const { path, rule, meant } = misstated;
    return refuse(hinted({ code: 'FIELD_INVALID', path, rule, hint: `Send ${meant}.` }, sent, notes.asked));
  }
  if (canaryReading(read) === 'pretender')
    return refuse({ code: 'TENANT_RESERVED', path: '/tenant', rule: 'reserved-name' });
  const doubts = [
    ...findDoubtfulNames(sent, notes.asked ?? new Set()),
    ...notes.notUnderstood.map(({ path, meant }) => ({ path: pointer(path), didYouMean: meant })),
  ];
  return {
    event: doubts.length > 0 ? { ...read, position, doubts } : { ...read, position },
    pagwIdPath: pointer('/pagwId'),
  };
}

/** With the name that is missed there, where it was misspelt. */
function hinted(fault: Fault, sent: unknown, asked: ReadonlySet<string> | null = null): Fault {
  const name = missedName(fault.path, sent, asked ?? new Set());
  const hint = fault.hint ?? rejectionHints[fault.code];
  return name === undefined
    ? fault
    : { ...fault, hint: `${hint} A field there is misspelt: did you mean ${name}?` };
}

/** Fields that the contract ignores, too, go through queues and files as JSON, which no reader takes at any depth. */
function fieldTooDeep(fields: unknown): string | undefined {
  if (!nestsDeeper(fields, eventMaxDepth)) return undefined;
  return Object.entries(fields as object).find(([, value]) => nestsDeeper(value, eventMaxDepth - 1))?.[0];
}

function tooDeep(field: string): Fault {
  const hint = `Keep an event within ${eventMaxDepth} levels of nesting.`;
  return { code: 'FIELD_INVALID', path: pointerStep(field), rule: 'max-depth', hint };
}

/** The first valid event names the request; an event of another one belongs in a message and a group of its own. */
function ofOneRequest(readings: EventReading[]): EventReading[] {
  const first = readings.find((reading) => reading.event)?.event?.pagwId;
  return readings.map((reading) => {
    if (!reading.event || reading.event.pagwId === first) return reading;
    const fault: Fault = { code: 'MIXED_REQUESTS', path: reading.pagwIdPath, rule: 'one-request' };
    return {
      rejection: inArray(
        rejectionOf(fault, reading.event.position, ownerOf(reading.event, reading.event.eventId)),
      ),
    };
  });
}

function inArray(rejection: Rejection): Rejection {
  return { ...rejection, path: `/${rejection.position}${rejection.path}` };
}

function collect(readings: EventReading[]): MessageReading {
  return {
    events: readings.flatMap(({ event }) => event ?? []),
    rejections: readings.flatMap(({ rejection }) => rejection ?? []),
  };
}

function wholeMessage(fault: Fault): MessageReading {
  return { events: [], rejections: [rejectionOf(fault, 0, nobody)] };
}

const wellFormedName = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const wellFormedEventId = /^[A-Za-z0-9][A-Za-z0-9._:#/-]{0,127}$/;

/**
 * Only what is plainly a tenant and an id: a misplaced name or SSN must not travel with the rejection.
 * @param ownEventId what stands for an event's id where it states none.
 */
function ownerOf(event: unknown, ownEventId: string): Owner {
  if (typeof event !== 'object' || event === null) return { ...nobody, eventId: ownEventId };
  const { tenant, pagwId, eventId } = event as Record<string, unknown>;
  return {
    tenant: canonicalTenant(wellFormed(tenant)),
    pagwId: wellFormed(pagwId),
    eventId: isBlank(eventId) ? ownEventId : wellFormed(eventId, wellFormedEventId),
  };
}

function wellFormed(value: unknown, form = wellFormedName): string | null {
  const name = typeof value === 'string' ? value.trim() : '';
  return form.test(name) && !looksLikePhi(name) ? name : null;
}
