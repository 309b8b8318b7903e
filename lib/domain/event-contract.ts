import * as z from 'zod/mini';
import { drugsWord, priorityWord } from './decision-statements.ts';
import { canonicalStatus, upperSnake } from './event-catalogue.ts';
import { jsonPointer } from './json-pointer.ts';
import { looksLikePhi, namesSomebody } from './phi-guard.ts';
import type { Fault } from './rejection.ts';
import { canonicalTimestamp, timestampForm } from './stated-time.ts';
import { isBlank } from './stated-values.ts';
import {
  drugKinds,
  eventStatuses,
  OWN_EVENT_ID_PREFIX,
  type Priority,
  priorities,
  type RequestStatus,
  requestStatuses,
} from './tracked-event.ts';

const int4Max = 2_147_483_647;
export const maxEventsPerMessage = 1_000;
/** Of an event with its envelope; JSON.stringify and other readers run out of stack at some thousands. */
export const eventMaxDepth = 64;

// Formatting characters are refused with control characters: an id that looks like another must not differ from it.
// Spelled out, because validators in other languages know no \p{…} and read the published pattern without the u flag.
const nul = '\\u0000';
const control = `${nul}-\\u001f\\u007f-\\u009f`;
const formatting = '\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff';
const printable = new RegExp(`^[^${control}${formatting}]*$`);
const printableHint = 'Remove control, formatting and NUL characters.';
const storable = new RegExp(`^[^${nul}]*$`);
const storableHint = 'Remove NUL characters and halves of surrogate pairs.';

const isWellFormed = (text: string) => text.isWellFormed();
const wellFormed = { params: { rule: 'no-lone-surrogate' }, error: storableHint };

/** What the published schema says beside the rules. */
const published = <Schema extends z.ZodMiniType>(schema: Schema, says: z.core.GlobalMeta): Schema => {
  z.globalRegistry.add(schema, says);
  return schema;
};
const optional = <Schema extends z.ZodMiniType>(schema: Schema, description?: string) =>
  description === undefined ? z.nullish(schema) : published(z.nullish(schema), { description });

// For whatever type was sent, a field's hint says what the field takes.
const text = (hint = 'Send a string.') => z.string({ error: hint });
const wholeNumber = (of = '') => z.int({ error: `Send a whole number${of}.` });

const code = (maxLength: number, ...more: z.core.$ZodCheck<string>[]) =>
  text().check(
    z.trim(),
    z.maxLength(maxLength),
    z.regex(printable, { error: printableHint }),
    z.refine(isWellFormed, wellFormed),
    ...more,
  );

const timestampHint = `Send ${timestampForm}.`;

const timestamp = () =>
  published(
    text(timestampHint).check(
      z.trim(),
      z.refine((time) => time === '' || canonicalTimestamp(time) !== null, {
        params: { rule: 'timestamp' },
        error: timestampHint,
      }),
    ),
    { format: 'date-time', examples: ['2025-12-26T14:51:34.578Z'] },
  );

const oneOf = (accepts: (name: string) => boolean, names: readonly string[]) => {
  const hint = `Send one of ${names.join(', ')}, or leave the field out.`;
  return published(
    text(hint).check(
      z.trim(),
      z.refine((name) => name === '' || accepts(name), { params: { rule: 'one-of' }, error: hint }),
    ),
    { examples: [...names] },
  );
};

export const canonicalPriority = (text: string): Priority | undefined => priorityWord(text);
const requestStatusAliases: ReadonlyMap<string, RequestStatus> = new Map([
  ['CANCELED', 'CANCELLED'],
  ['PENDED', 'PENDING'],
  ['PARTIALLY_APPROVED', 'APPROVED'],
  ['PARTIAL', 'APPROVED'],
  ['WITHDRAWN', 'CANCELLED'],
  ['DISMISSED', 'CANCELLED'],
  ['VOID', 'CANCELLED'],
  ['VOIDED', 'CANCELLED'],
  ['DUPLICATE', 'CANCELLED'],
  ['NOT_REQUIRED', 'CANCELLED'],
]);
export const canonicalRequestStatus = (text: string): RequestStatus | undefined => {
  const status = upperSnake(text);
  return requestStatusAliases.get(status) ?? requestStatuses.find((known) => known === status);
};

const anyOf = (
  description: string,
  ...type: ('object' | 'array' | 'integer' | 'boolean' | 'string' | 'null')[]
) => published(z.optional(z.unknown()), { type, description });

// Loose: other spellings of these names are read, too (decision-statements.ts).
export const requestSchema = z.looseObject({
  type: optional(code(64), 'What is asked for, such as PAS_SUBMIT.'),
  priority: optional(
    oneOf((text) => canonicalPriority(text) !== undefined, priorities),
    "Which clock binds the decision. Default: PARSE_OK's metadata.hasUrgent.",
  ),
  status: optional(
    oneOf((text) => canonicalRequestStatus(text) !== undefined, requestStatuses),
    "The request's status; a terminal one ends the request. Default: derived from the event.",
  ),
  receivedAt: optional(
    timestamp(),
    "When the payer (or a delegate, or its fax) received the request; the decision's clock starts then. Default: the earliest time heard of.",
  ),
  notifiedAt: optional(
    timestamp(),
    'When the provider was given notice of the decision. Default: the first NOTIFY_OK after it, else the answer itself.',
  ),
  plan: optional(code(64), 'The plan or contract whose figures it counts in. Default: the tenant.'),
  delegate: optional(code(64), 'Who decides in the plan’s place.'),
  drug: published(
    z.optional(
      z.union([z.boolean(), z.null(), oneOf((text) => drugsWord(text) !== undefined, drugKinds)], {
        error: `Send one of ${drugKinds.join(', ')}, true, false, or leave the field out.`,
      }),
    ),
    {
      description:
        'Whether it is for a drug: of the medical benefit (Part B among them), of the pharmacy benefit, or none. Default: none.',
    },
  ),
  lines: optional(
    z.union([z.looseObject({}), z.array(z.unknown())], {
      error: 'Send {"approved":2,"modified":0,"denied":1,"pended":0}, or a list of each line\'s action.',
    }),
    'How many lines are decided how, as {"approved":2,"modified":0,"denied":1,"pended":0}; decided when none is pended.',
  ),
  extension: anyOf(
    'The time to decide is extended, as {"days":14,"by":"plan","at":"2026-03-04T10:00:00Z"}: once, before it is over, at most 14 days.',
    'object',
    'integer',
    'boolean',
    'string',
    'null',
  ),
  appeal: anyOf(
    'An appeal against a denial or a missed deadline, as {"receivedAt":"…"}, later {"outcome":"overturned","decidedAt":"…"}; outcomes are upheld, overturned, partial, withdrawn.',
    'object',
    'boolean',
    'string',
    'null',
  ),
  payload: optional(
    z.object({ bucket: optional(code(255)), key: optional(code(1024)) }),
    "Where the request's content is kept in S3. Never send the content itself.",
  ),
});

/** One event of the message, version 1. Absent, null and blank mean the same; unknown fields are ignored. */
export const eventSchema = published(
  z.object({
    eventId: optional(
      code(
        128,
        z.refine((id) => !id.toLowerCase().startsWith(OWN_EVENT_ID_PREFIX), {
          params: { rule: 'reserved-prefix' },
          error: `Begin the id with something else than ${OWN_EVENT_ID_PREFIX}: that is kept for the tracker's own events.`,
        }),
      ),
      'Identifies the event for good: sent again, it is recorded once. Default: the SQS message id.',
    ),
    tenant: optional(
      text().check(
        z.trim(),
        z.toLowerCase(),
        z.maxLength(64),
        z.regex(printable, { error: printableHint }),
        z.refine(isWellFormed, wellFormed),
      ),
      "Always send it; case does not matter. Blank: the known request's tenant, else refused.",
    ),
    pagwId: published(code(64, z.minLength(1)), {
      examples: ['PAGW-20251226-00005-A7CEB2B3'],
      description: 'The request the event belongs to.',
    }),
    stage: optional(
      text().check(
        z.trim(),
        z.toUpperCase(),
        z.maxLength(64),
        z.regex(printable, { error: printableHint }),
        z.refine(isWellFormed, wellFormed),
      ),
      "One of the eleven stages or an alias. Default: the event type's stage, else UNKNOWN.",
    ),
    eventType: published(code(64, z.minLength(1)), {
      examples: ['PARSE_OK'],
      description: 'A type of the catalogue or an alias; others are recorded as they come.',
    }),
    status: optional(
      oneOf((text) => canonicalStatus(text) !== undefined, [...eventStatuses, 'SUCCESS', 'FAILURE', 'RETRY']),
      "Default: from the event type's suffix; without one, COMPLETED.",
    ),
    occurredAt: optional(timestamp(), 'Default: when the message was sent.'),
    attempt: optional(
      wholeNumber().check(z.maximum(int4Max)),
      "Below 1 or absent: derived from the request's history.",
    ),
    durationMs: optional(
      wholeNumber(' of milliseconds').check(z.minimum(0), z.maximum(int4Max)),
      'Milliseconds.',
    ),
    startedAt: optional(timestamp()),
    completedAt: optional(timestamp()),
    retryable: optional(
      z.boolean({ error: 'Send true or false.' }),
      "FAILED only. Default: by the error code's class.",
    ),
    nextRetryAt: optional(timestamp(), 'FAILED only. Default: by the retry policy.'),
    externalReference: optional(code(256)),
    errorCode: published(optional(code(64)), { examples: ['API_TIMEOUT'] }),
    errorMessage: optional(
      text().check(z.regex(storable, { error: storableHint }), z.refine(isWellFormed, wellFormed)),
      'What looks like personal data is masked; cut at 4,000 characters.',
    ),
    workerId: optional(code(128), 'Pod name or Lambda request id.'),
    serviceName: optional(code(128)),
    correlationId: optional(code(128)),
    metadata: published(z.optional(z.unknown()), {
      type: ['object', 'string', 'null'],
      description: 'A JSON object, or a string holding one; at most 16 KiB and 20 levels; no personal data.',
    }),
    request: optional(requestSchema),
  }),
  { id: 'Event', title: 'One event of one request' },
);

/** Blank means absent whatever type a field has: a `durationMs` of "" states none. */
export function withoutBlanks(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event;
  let fields = event as Record<string, unknown>;
  if (Object.values(event).some(isBlank))
    fields = Object.fromEntries(Object.entries(event).filter(([, value]) => !isBlank(value)));
  for (const part of ['request', 'payload'])
    if (Object.hasOwn(fields, part)) fields = { ...fields, [part]: withoutBlanks(fields[part]) };
  return fields;
}

export type EventInput = z.output<typeof eventSchema>;

/** CloudEvents 1.0, structured mode: id is the eventId, time is occurredAt, data is the event. */
const cloudEventSchema = published(
  z.object({
    specversion: z.literal('1.0'),
    id: published(z.string().check(z.minLength(1), z.maxLength(128)), { description: 'The eventId.' }),
    source: z.optional(z.string()),
    type: z.optional(z.string()),
    time: optional(timestamp(), "occurredAt. Default: data's occurredAt, else when the message was sent."),
    data: eventSchema,
  }),
  { id: 'CloudEvent', title: 'One event in a CloudEvents 1.0 envelope' },
);

const oneEvent = z.union([eventSchema, cloudEventSchema]);

/** The body of one message, for the published JSON Schema; readMessage judges each event on its own. */
export const messageSchema = published(
  z.union([oneEvent, z.array(oneEvent).check(z.minLength(1), z.maxLength(maxEventsPerMessage))]),
  {
    title: 'PAGW event message, version 1',
    description: 'One event, or an array of events of one request.',
  },
);

/** The contract's first objection to one event, in the words of a rejection. */
export function contractFault(error: z.core.$ZodError, event: unknown): Fault {
  const issue = error.issues[0];
  if (!issue) return { code: 'FIELD_INVALID', path: '', rule: 'contract' };
  const path = jsonPointer(issue.path);
  if (issue.path.length > 0 && isBlank(valueAt(event, issue.path))) {
    return { code: 'FIELD_MISSING', path, rule: 'required' };
  }
  return { code: 'FIELD_INVALID', path, ...ruleAndHint(issue) };
}

function ruleAndHint(issue: z.core.$ZodIssue): { rule: string; hint?: string } {
  switch (issue.code) {
    case 'invalid_type':
      return { rule: 'type', hint: issue.expected === 'object' ? 'Send a JSON object.' : issue.message };
    case 'too_big':
      return issue.origin === 'string'
        ? { rule: 'max-length', hint: `Send at most ${issue.maximum} characters.` }
        : { rule: 'range', hint: `Send at most ${issue.maximum}.` };
    case 'too_small':
      return { rule: 'range', hint: `Send at least ${issue.minimum}.` };
    case 'invalid_format':
      return { rule: 'no-control-characters', hint: issue.message };
    case 'custom':
      return { rule: String(issue.params?.rule ?? 'contract'), hint: issue.message };
    case 'invalid_union':
      return { rule: 'one-of', hint: issue.message };
    default:
      return { rule: 'contract' };
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
        ? (inside as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** Every text of an event but its metadata and its error text, by its pointer. */
const texts: readonly (readonly [string, (event: EventInput) => string | null | undefined])[] = [
  ['/pagwId', (event) => event.pagwId],
  ['/eventId', (event) => event.eventId],
  ['/tenant', (event) => event.tenant],
  ['/stage', (event) => event.stage],
  ['/eventType', (event) => event.eventType],
  ['/errorCode', (event) => event.errorCode],
  ['/externalReference', (event) => event.externalReference],
  ['/workerId', (event) => event.workerId],
  ['/serviceName', (event) => event.serviceName],
  ['/correlationId', (event) => event.correlationId],
  ['/request/type', (event) => event.request?.type],
  ['/request/plan', (event) => event.request?.plan],
  ['/request/delegate', (event) => event.request?.delegate],
  ['/request/payload/bucket', (event) => event.request?.payload?.bucket],
  ['/request/payload/key', (event) => event.request?.payload?.key],
];

/** The pointer of the first field in which something of a person stands; null when there is none. */
export function fieldWithPhi(event: EventInput): string | null {
  for (const [path, read] of texts) {
    const text = read(event);
    if (!text) continue;
    if (looksLikePhi(ids.has(path) ? inLatin(text) : text)) return path;
    if (named.has(path) && namesSomebody(text)) return path;
  }
  return null;
}

/** Words of one's own choice, in which a person may sign or be spoken of; organisations have names of that form, too. */
const named: ReadonlySet<string> = new Set([
  '/stage',
  '/eventType',
  '/errorCode',
  '/workerId',
  '/serviceName',
  '/correlationId',
  '/externalReference',
  '/request/type',
  '/request/payload/key',
]);

/** Made by producers in whatever letters: there a script that is not Latin is no sign of a name. */
const ids: ReadonlySet<string> = new Set(['/pagwId', '/eventId']);

const plain = /^[!-~]*$/;

/** An id without its letters of other scripts; with a blank in it, it is a text like any other. */
function inLatin(id: string): string {
  return plain.test(id) || /\s/.test(id) ? id : id.replace(/(?!\p{Script=Latin})\p{L}\p{M}*/gu, '');
}
