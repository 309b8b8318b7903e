import { type MessageEnvelope, type MessageReading, readMessage } from '../../../lib/domain/event-message.ts';
import type { MessageRules } from '../../../lib/domain/normalise-event.ts';
import type { Rejection } from '../../../lib/domain/rejection.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';

export const envelope: MessageEnvelope = {
  messageId: 'message-1',
  sentAt: new Date('2026-01-02T03:04:05.006Z'),
};
export const rules: MessageRules = { retryPolicy: defaultRetryPolicy, jitter: () => 0.25 };

export function read(message: unknown): MessageReading {
  return readMessage(typeof message === 'string' ? message : JSON.stringify(message), envelope, rules);
}

/** The one event of a message that says the least it may, and these fields. */
export function eventWith(fields: Record<string, unknown>): TrackedEvent {
  const { events, rejections } = read({
    tenant: 'anthem',
    pagwId: 'PAGW-TEST-12345',
    eventType: 'PARSE_OK',
    ...fields,
  });
  const [event] = events;
  if (!event) throw new Error(`Refused: ${JSON.stringify(rejections)}`);
  return event;
}

/** The one rejection of such a message. */
export function refusalWith(fields: Record<string, unknown>): Rejection {
  const { rejections } = read({
    tenant: 'anthem',
    pagwId: 'PAGW-TEST-12345',
    eventType: 'PARSE_OK',
    ...fields,
  });
  const [rejection] = rejections;
  if (!rejection) throw new Error('Accepted.');
  return rejection;
}
