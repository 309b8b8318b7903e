import type { S3Client } from '@aws-sdk/client-s3';
import type { EventToSend } from '../client/pack-messages.ts';
import { readEventLines } from '../client/read-event-lines.ts';
import type { RejectedRow } from '../data-access/query/rejected-message.ts';
import { readRejectedBody } from './rejected-body.ts';

/** What of a message is to be sent again, and what would only be refused again. */
export interface Replay {
  send: EventToSend[];
  /** Rows whose events are among `send`. */
  rows: RejectedRow[];
  /** Rows that the contract still refuses, with today's reason. */
  refusedAgain: { row: RejectedRow; code: string; path: string }[];
}

/**
 * Takes the refused events of one message out of its body. Each keeps the identity and the time that ingest gave it
 * then, so that replaying twice records once.
 */
export async function prepareReplay(
  s3: S3Client,
  rows: readonly RejectedRow[],
  force: boolean,
): Promise<Replay> {
  const replay: Replay = { send: [], rows: [], refusedAgain: [] };
  const [first] = rows;
  if (first === undefined) return replay;
  const message = parse(await readRejectedBody(s3, first));
  for (const row of rows) {
    const events = eventsOf(message, row);
    const fault = events.length === 0 ? row : firstFault(events.map(({ event }) => event));
    if (fault !== undefined && (events.length === 0 || !force)) {
      replay.refusedAgain.push({ row, code: fault.code, path: fault.path });
      continue;
    }
    replay.send.push(...events);
    replay.rows.push(row);
  }
  return replay;
}

function firstFault(events: unknown[]): { code: string; path: string } | undefined {
  return readEventLines(JSON.stringify(events)).rejected[0];
}

/** The event at the row's place; all of a message that was refused for their number. */
function eventsOf(message: unknown, row: RejectedRow): EventToSend[] {
  if (!Array.isArray(message)) return message === undefined ? [] : [toSend(message, row, row.messageId)];
  const all = message.map((event, position) => toSend(event, row, `${row.messageId}#${position}`));
  return row.code === 'TOO_MANY_EVENTS' ? all : all.slice(row.position, row.position + 1);
}

function toSend(event: unknown, row: RejectedRow, eventId: string): EventToSend {
  const sentAt = row.sentAt.toISOString();
  const named = isObject(event) ? withIdentity(event, eventId, sentAt) : event;
  const data = isObject(event) && isObject(event.data) ? event.data : event;
  const stated = isObject(data) && typeof data.pagwId === 'string' ? data.pagwId.trim() : '';
  // Without an id of its own to the sender, the message gets a new de-duplication id: SQS must not drop it.
  return { pagwId: stated || row.pagwId || `rejected-${eventId}`, eventId: null, event: named };
}

type Fields = Record<string, unknown>;

function withIdentity(event: Fields, eventId: string, sentAt: string): Fields {
  if (!('specversion' in event)) {
    return {
      ...event,
      eventId: isBlank(event.eventId) ? eventId : event.eventId,
      occurredAt: isBlank(event.occurredAt) ? sentAt : event.occurredAt,
    };
  }
  // A CloudEvent always has an id; its time may stand in its data.
  const timed = !isBlank(event.time) || !isObject(event.data) || !isBlank(event.data.occurredAt);
  return timed ? event : { ...event, time: sentAt };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Undefined: no JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
