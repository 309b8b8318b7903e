import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { kindOf, writeJourney } from '../../lib/local/demo/journeys.ts';

/** Distinct journeys; each is travelled again and again under fresh ids. */
const JOURNEYS = 200;

/**
 * What the demo's stage workers report of typical requests, as ingest reads it: about 32 events a request, some of
 * them failures and retries.
 */
export function readRequestEvents(): TrackedEvent[][] {
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0.5 };
  const bornAt = new Date();
  return Array.from({ length: JOURNEYS }, (_, number) => {
    const { segments } = writeJourney(number, kindOf(number), bornAt);
    const steps = segments.flatMap((segment) => segment.steps);
    const body = JSON.stringify(steps.map(({ event }) => event));
    const { events, rejections } = readMessage(
      body,
      { messageId: `journey-${number}`, sentAt: bornAt },
      rules,
    );
    if (rejections[0] !== undefined) throw new Error(`Journey ${number} was refused: ${rejections[0].code}.`);
    return events.map(({ position: _, ...event }, place) => ({
      ...event,
      occurredAt: new Date(bornAt.getTime() + (steps[place]?.afterMs ?? 0) - 120_000).toISOString(),
    }));
  });
}
