import { readMessage } from '../domain/event-message.ts';
import type { PhiRules } from '../domain/phi-guard.ts';
import type { Rejection } from '../domain/rejection.ts';
import { defaultRetryPolicy } from '../domain/retry-policy.ts';
import type { BufferedEvent, SealedMessage } from './event-buffer.ts';
import { packMessages } from './pack-messages.ts';

export interface SealedEvents {
  sealed: SealedMessage[];
  refused: { event: BufferedEvent; rejection: Rejection }[];
}

/** Judging an event takes some 50 µs, one full of text a millisecond; after this long the business code has its turn. */
const SLICE_MS = 2;

/**
 * Judges events of one request by the contract and makes messages of the valid ones, in their order. Error texts leave
 * masked, as the tracker would keep them. Runs in slices, between which other work of the process goes on.
 */
export async function sealMessages(
  events: readonly BufferedEvent[],
  phiGuard: PhiRules,
): Promise<SealedEvents> {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0, phiGuard };
  const refused: SealedEvents['refused'] = [];
  const valid: { source: BufferedEvent; event: unknown }[] = [];
  let sliceEndsAt = performance.now() + SLICE_MS;
  for (const source of events) {
    if (performance.now() > sliceEndsAt) {
      await new Promise((resume) => setImmediate(resume));
      sliceEndsAt = performance.now() + SLICE_MS;
    }
    const envelope = { messageId: source.eventId, sentAt: new Date(0) };
    const { events: read, rejections } = readMessage(source.json, envelope, rules);
    const [rejection] = rejections;
    if (rejection !== undefined) refused.push({ event: source, rejection });
    else valid.push({ source, event: { ...JSON.parse(source.json), errorMessage: read[0]?.errorMessage } });
  }
  const messages = packMessages(
    valid.map(({ source: { pagwId, eventId }, event }) => ({ pagwId, eventId, event })),
  );
  let packed = 0;
  const sealed = messages.flat().map((message) => {
    const sources = valid.slice(packed, packed + message.eventCount).map(({ source }) => source);
    packed += message.eventCount;
    return { message, events: sources };
  });
  return { sealed, refused };
}
