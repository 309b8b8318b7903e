import * as z from 'zod';
import { canonicalStatus } from './event-catalogue.ts';
import { upperSnake } from './event-stages.ts';
import { canonicalTimestamp } from './timestamp.ts';
import { type Priority, type RequestStatus, requestStatuses } from './tracked-event.ts';

const int4Max = 2_147_483_647;
export const maxEventsPerMessage = 1_000;

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

const code = (maxLength: number) =>
  z
    .string()
    .trim()
    .max(maxLength)
    .regex(printable, { error: printableHint })
    .refine(isWellFormed, wellFormed);

const timestamp = () =>
  z
    .string()
    .trim()
    .refine((text) => text === '' || canonicalTimestamp(text) !== null, {
      params: { rule: 'timestamp' },
      error: 'Send ISO 8601 with a zone, such as 2025-12-26T14:51:34.578Z, in the years 1970 to 9999.',
    })
    .meta({ format: 'date-time', examples: ['2025-12-26T14:51:34.578Z'] });

const oneOf = (accepts: (text: string) => boolean, names: readonly string[]) =>
  z
    .string()
    .trim()
    .refine((text) => text === '' || accepts(text), {
      params: { rule: 'one-of' },
      error: `Send one of ${names.join(', ')}, or leave the field out.`,
    })
    .meta({ examples: [...names] });

export const priorities: readonly Priority[] = ['EXPEDITED', 'STANDARD'];
export const canonicalPriority = (text: string): Priority | undefined =>
  priorities.find((known) => known === upperSnake(text));
export const canonicalRequestStatus = (text: string): RequestStatus | undefined =>
  requestStatuses.find((known) => known === upperSnake(text));

const requestSchema = z.object({
  type: code(64).nullish().describe('What is asked for, such as PAS_SUBMIT.'),
  priority: oneOf((text) => canonicalPriority(text) !== undefined, priorities)
    .nullish()
    .describe("Which clock binds the decision. Default: PARSE_OK's metadata.hasUrgent."),
  status: oneOf((text) => canonicalRequestStatus(text) !== undefined, requestStatuses)
    .nullish()
    .describe("The request's status; a terminal one ends the request. Default: derived from the event."),
  payload: z
    .object({ bucket: code(255).nullish(), key: code(1024).nullish() })
    .nullish()
    .describe("Where the request's content is kept in S3. Never send the content itself."),
});

const eventStatusNames = ['STARTED', 'COMPLETED', 'FAILED', 'SKIPPED', 'RETRY_SCHEDULED'];

/** One event of the message, version 1. Absent, null and blank mean the same; unknown fields are ignored. */
export const eventSchema = z
  .object({
    eventId: code(128)
      .nullish()
      .describe(
        'Identifies the event for good: sent again, it is recorded once. Default: the SQS message id.',
      ),
    tenant: z
      .string()
      .trim()
      .toLowerCase()
      .max(64)
      .regex(printable, { error: printableHint })
      .refine(isWellFormed, wellFormed)
      .nullish()
      .describe("Always send it; case does not matter. Blank: the known request's tenant, else refused."),
    pagwId: code(64)
      .min(1)
      .meta({ examples: ['PAGW-20251226-00005-A7CEB2B3'] })
      .describe('The request the event belongs to.'),
    stage: z
      .string()
      .trim()
      .toUpperCase()
      .max(64)
      .regex(printable, { error: printableHint })
      .refine(isWellFormed, wellFormed)
      .nullish()
      .describe("One of the eleven stages or an alias. Default: the event type's stage, else UNKNOWN."),
    eventType: code(64)
      .min(1)
      .meta({ examples: ['PARSE_OK'] })
      .describe('One of the 38 types or an alias; others are recorded as they come.'),
    status: oneOf(
      (text) => canonicalStatus(text) !== undefined,
      [...eventStatusNames, 'SUCCESS', 'FAILURE', 'RETRY'],
    )
      .nullish()
      .describe("Default: from the event type's suffix; without one, COMPLETED."),
    occurredAt: timestamp().nullish().describe('Default: when the message was sent.'),
    attempt: z
      .int()
      .max(int4Max)
      .nullish()
      .describe("Below 1 or absent: derived from the request's history."),
    durationMs: z.int().min(0).max(int4Max).nullish().describe('Milliseconds.'),
    startedAt: timestamp().nullish(),
    completedAt: timestamp().nullish(),
    retryable: z.boolean().nullish().describe("FAILED only. Default: by the error code's class."),
    nextRetryAt: timestamp().nullish().describe('FAILED only. Default: by the retry policy.'),
    externalReference: code(256).nullish(),
    errorCode: code(64)
      .nullish()
      .meta({ examples: ['API_TIMEOUT'] }),
    errorMessage: z
      .string()
      .regex(storable, { error: storableHint })
      .refine(isWellFormed, wellFormed)
      .nullish()
      .describe('What looks like personal data is masked; cut at 4,000 characters.'),
    workerId: code(128).nullish().describe('Pod name or Lambda request id.'),
    serviceName: code(128).nullish(),
    correlationId: code(128).nullish(),
    metadata: z
      .unknown()
      .optional()
      .meta({ type: ['object', 'string', 'null'] })
      .describe('A JSON object, or a string holding one; at most 16 KiB and 20 levels; no personal data.'),
    request: requestSchema.nullish(),
  })
  .meta({ id: 'Event', title: 'One event of one request' });

export type EventInput = z.output<typeof eventSchema>;

/** CloudEvents 1.0, structured mode: id is the eventId, time is occurredAt, data is the event. */
export const cloudEventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(128).describe('The eventId.'),
    source: z.string().optional(),
    type: z.string().optional(),
    time: timestamp()
      .nullish()
      .describe("occurredAt. Default: data's occurredAt, else when the message was sent."),
    data: eventSchema,
  })
  .meta({ id: 'CloudEvent', title: 'One event in a CloudEvents 1.0 envelope' });

const oneEvent = z.union([eventSchema, cloudEventSchema]);

/** The body of one message, for the published JSON Schema; readMessage judges each event on its own. */
export const messageSchema = z.union([oneEvent, z.array(oneEvent).min(1).max(maxEventsPerMessage)]).meta({
  title: 'PAGW event message, version 1',
  description: 'One event, or an array of events of one request.',
});
