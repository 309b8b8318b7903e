import { readMessage } from '../domain/event-message.ts';
import { defaultRetryPolicy } from '../domain/retry-policy.ts';
import type { EventToSend } from './pack-messages.ts';

/** A valid event, as it was written, and where. */
export interface AcceptedEvent extends EventToSend {
  line: number;
}

/** What is wrong and where; never a value. */
export interface RejectedEvent {
  /** Of newline-delimited JSON the line, of a JSON array the element; from 1. */
  line: number;
  code: string;
  /** JSON pointer into the event. */
  path: string;
  hint: string;
}

export interface EventLines {
  accepted: AcceptedEvent[];
  rejected: RejectedEvent[];
}

/** SQS takes no larger message. */
const LARGEST_EVENT_BYTES = 1024 * 1024;
const NOT_JSON = Symbol('not JSON');
const BLANK = Symbol('blank line');
const UNNAMED = 'no-event-id';
const RULES = { retryPolicy: defaultRetryPolicy, jitter: () => 0 };

/**
 * Reads one event, a JSON array of events, or newline-delimited JSON (a line: an event, or an array of them), and
 * judges each event by the contract alone. What only the database can know (a blank tenant, another's request) passes
 * here and is judged when it is recorded. Text that is no JSON at all is one rejection, MESSAGE_NOT_JSON.
 */
export function readEventLines(text: string): EventLines {
  const lines: EventLines = { accepted: [], rejected: [] };
  const document = parse(text);
  if (document !== NOT_JSON) {
    for (const [position, event] of elements(document).entries()) judge(event, position + 1, lines);
    return lines;
  }
  const parsed = text.split('\n').map((line) => (line.trim() === '' ? BLANK : parse(line)));
  if (!parsed.some((line) => typeof line === 'object' && line !== null)) {
    reject(text, 1, lines);
    return lines;
  }
  for (const [position, line] of parsed.entries()) {
    if (line === NOT_JSON) reject('?', position + 1, lines);
    else if (line !== BLANK) for (const event of elements(line)) judge(event, position + 1, lines);
  }
  return lines;
}

/** An empty array stays one thing to be refused. */
function elements(value: unknown): unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : [value];
}

function judge(event: unknown, line: number, lines: EventLines): void {
  // An array here would be an array inside an array: refused as the event it should have been.
  const body = JSON.stringify(Array.isArray(event) && event.length > 0 ? null : event);
  if (Buffer.byteLength(body) > LARGEST_EVENT_BYTES) {
    const hint = 'Keep an event below 1 MiB; store large content in S3 and send a reference.';
    lines.rejected.push({ line, code: 'EVENT_TOO_LARGE', path: '', hint });
    return;
  }
  const [read] = readMessage(body, { messageId: UNNAMED, sentAt: new Date(0) }, RULES).events;
  if (read === undefined) {
    reject(body, line, lines);
    return;
  }
  const eventId = read.eventId === UNNAMED ? null : read.eventId;
  lines.accepted.push({ line, pagwId: read.pagwId, eventId, event });
}

function reject(body: string, line: number, lines: EventLines): void {
  const { rejections } = readMessage(body, { messageId: UNNAMED, sentAt: new Date(0) }, RULES);
  for (const { code, path, hint } of rejections) lines.rejected.push({ line, code, path, hint });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return NOT_JSON;
  }
}
