import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { RejectedRow } from '../../data-access/rejected-messages.ts';
import { isCloudEvent, unwrapCloudEvent } from '../../domain/cloud-event.ts';
import { eventMaxDepth } from '../../domain/event-contract.ts';
import { nestsDeeper, parseJson } from '../../domain/json-text.ts';
import { isBlank } from '../../domain/stated-values.ts';

/** An event as the queue is to have it again. */
export interface EventToReplay {
  pagwId: string;
  eventId: null;
  event: unknown;
}

/** What of a message is to be sent again, and what would only be refused again. */
export interface Replay {
  send: EventToReplay[];
  /** Rows whose events are among `send`. */
  rows: RejectedRow[];
  /** Rows that the contract still refuses, with today's reason. */
  refusedAgain: { row: RejectedRow; code: string; path: string }[];
}

/** What is wrong with events by today's contract; undefined when nothing is. */
export type JudgeEvents = (events: readonly unknown[]) => { code: string; path: string } | undefined;

/** The message as it came off the queue; undefined when the bucket does not hold it any more. */
export async function readRejectedBody(
  s3: S3Client,
  { bodyBucket, bodyKey }: Pick<RejectedRow, 'bodyBucket' | 'bodyKey'>,
): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bodyBucket, Key: bodyKey }));
    return (await Body?.transformToString('utf-8')) ?? '';
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    return undefined;
  }
}

/**
 * Takes the refused events of one message out of its body. Each keeps the identity and the time that ingest gave it
 * then, so that replaying twice records once.
 */
export function prepareReplay(
  body: string,
  rows: readonly RejectedRow[],
  judge: JudgeEvents,
  force = false,
): Replay {
  const replay: Replay = { send: [], rows: [], refusedAgain: [] };
  const message = parseJson(body);
  for (const row of rows) {
    const events = eventsOf(message, row);
    const fault = events.length === 0 ? row : judge(events.map(({ event }) => event));
    if (fault !== undefined && (!force || !events.every(({ event }) => isSendable(event)))) {
      replay.refusedAgain.push({ row, code: fault.code, path: fault.path });
      continue;
    }
    replay.send.push(...events);
    replay.rows.push(row);
  }
  return replay;
}

/** The event at the row's place; all of a message that was refused for their number. */
function eventsOf(message: unknown, row: RejectedRow): EventToReplay[] {
  if (!Array.isArray(message)) return message === undefined ? [] : [toSend(message, row, row.messageId)];
  const all = message.map((event, position) => toSend(event, row, `${row.messageId}#${position}`));
  return row.code === 'TOO_MANY_EVENTS' ? all : all.slice(row.position, row.position + 1);
}

function toSend(event: unknown, row: RejectedRow, eventId: string): EventToReplay {
  const sentAt = row.sentAt.toISOString();
  const named = isObject(event) ? withIdentity(event, eventId, sentAt) : event;
  const data = unwrapCloudEvent(event).event;
  const stated = isObject(data) && typeof data.pagwId === 'string' ? data.pagwId.trim() : '';
  // Without an id of its own to the sender, the message gets a new de-duplication id: SQS must not drop it.
  return { pagwId: stated || row.pagwId || `rejected-${eventId}`, eventId: null, event: named };
}

type Fields = Record<string, unknown>;

function withIdentity(event: Fields, eventId: string, sentAt: string): Fields {
  if (isCloudEvent(event)) {
    // It always has an id; its time may stand in its data, which may be text.
    const { event: data } = unwrapCloudEvent(event);
    return isObject(data) && isBlank(data.occurredAt) ? { ...event, time: sentAt } : event;
  }
  return {
    ...event,
    eventId: isBlank(event.eventId) ? eventId : event.eventId,
    occurredAt: isBlank(event.occurredAt) ? sentAt : event.occurredAt,
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is nested deeper than the contract allows is not even to be forced: it could not be written. */
function isSendable(event: unknown): boolean {
  return !nestsDeeper(event, eventMaxDepth);
}
