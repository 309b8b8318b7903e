import type { DoubtfulName } from '../domain/doubtful-names.ts';
import { type MessageReading, readMessage, readParsedMessage } from '../domain/event-message.ts';
import { parseJson, queueText } from '../domain/json-text.ts';
import type { MessageRules } from '../domain/normalise-event.ts';
import type { PhiRules } from '../domain/phi-guard.ts';
import { rejectionHints } from '../domain/rejection.ts';
import { defaultRetryPolicy } from '../domain/retry-policy.ts';
import type { EventToSend } from './pack-messages.ts';

/** A valid event, as it was written, and where. */
export interface AcceptedEvent extends EventToSend {
  line: number;
  /** What its sender most likely meant otherwise; absent: nothing. */
  doubts?: readonly DoubtfulName[];
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
const UNNAMED = 'no-event-id';
const NOBODY = { messageId: UNNAMED, sentAt: new Date(0) };
const rulesWith = (phiGuard: PhiRules | undefined): MessageRules => ({
  retryPolicy: defaultRetryPolicy,
  jitter: () => 0,
  phiGuard,
});

/** The same for every line, and files may hold millions. */
const BROKEN_LINE = { code: 'MESSAGE_NOT_JSON', path: '', hint: rejectionHints.MESSAGE_NOT_JSON };

/**
 * Reads one event, a JSON array of events, or newline-delimited JSON (a line: an event, or an array of them), and
 * judges each event by the contract alone, and the PHI guard's patterns unless given its rules. What only the database can know (a blank tenant, another's request) passes
 * here and is judged when it is recorded. Text that is no JSON at all is one rejection, MESSAGE_NOT_JSON.
 */
export function readEventLines(text: string, phiGuard?: PhiRules): EventLines {
  const rules = rulesWith(phiGuard);
  const lines: EventLines = { accepted: [], rejected: [] };
  const document = parseJson(text);
  if (document !== undefined) return judgeEvents(elements(document), phiGuard);
  let objects = 0;
  for (const { number, line } of numberedLines(text)) {
    const parsed = parseJson(line);
    if (parsed === undefined) {
      lines.rejected.push({ line: number, ...BROKEN_LINE });
      continue;
    }
    if (typeof parsed === 'object' && parsed !== null) objects += 1;
    for (const event of elements(parsed)) judge(event, number, lines, rules);
  }
  if (objects > 0) return lines;
  // No line is an event: it was one document, and that is broken.
  const nothing: EventLines = { accepted: [], rejected: [] };
  reject(readMessage(text, NOBODY, rules), 1, nothing);
  return nothing;
}

/** As readEventLines, of events that are parsed already: each is a line. */
export function judgeEvents(events: readonly unknown[], phiGuard?: PhiRules): EventLines {
  const rules = rulesWith(phiGuard);
  const lines: EventLines = { accepted: [], rejected: [] };
  for (const [position, event] of events.entries()) judge(event, position + 1, lines, rules);
  return lines;
}

/** Lines that are not blank, from 1, one at a time: a large file is not copied as a whole. */
function* numberedLines(text: string): Generator<{ number: number; line: string }> {
  let from = 0;
  for (let number = 1; from <= text.length; number++) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length + 1 : end + 1;
    if (line.trim() !== '') yield { number, line };
  }
}

/** An empty array stays one thing to be refused. */
function elements(value: unknown): unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : [value];
}

function judge(event: unknown, line: number, lines: EventLines, rules: MessageRules): void {
  // An array here would be an array inside an array: refused as the event it should have been.
  const alone = Array.isArray(event) && event.length > 0 ? null : event;
  const reading = readParsedMessage(alone, NOBODY, rules);
  const [read] = reading.events;
  if (read === undefined) {
    reject(reading, line, lines);
    return;
  }
  if (Buffer.byteLength(queueText(event)) > LARGEST_EVENT_BYTES) {
    const hint = 'Keep an event within 1 MiB; store large content in S3 and send a reference.';
    lines.rejected.push({ line, code: 'EVENT_TOO_LARGE', path: '', hint });
    return;
  }
  const eventId = read.eventId === UNNAMED ? null : read.eventId;
  const { pagwId, doubts } = read;
  lines.accepted.push({ line, pagwId, eventId, event, ...(doubts && { doubts }) });
}

function reject({ rejections }: MessageReading, line: number, lines: EventLines): void {
  for (const { code, path, hint } of rejections) lines.rejected.push({ line, code, path, hint });
}
