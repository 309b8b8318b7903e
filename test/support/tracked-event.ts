import { blankEvent, type TrackedEvent } from '../../lib/domain/tracked-event.ts';

let made = 0;

/** A valid event with an id of its own; what a test is about is given in `fields`. */
export function trackedEvent(fields: Partial<TrackedEvent> = {}): TrackedEvent {
  made++;
  return {
    ...blankEvent,
    eventId: `event-${made}`,
    tenant: 'anthem',
    pagwId: 'PAGW-TEST-1',
    stage: 'PARSING',
    eventType: 'PARSE_OK',
    known: true,
    status: 'COMPLETED',
    lane: 'main',
    occurredAt: '2026-03-01T10:00:00.000Z',
    ...fields,
  };
}

/** A failure that may be retried: 60 s, doubled, five attempts; jitter 1 makes the time exact. */
export function failedEvent(fields: Partial<TrackedEvent> = {}): TrackedEvent {
  return trackedEvent({
    eventType: 'PARSE_FAIL',
    status: 'FAILED',
    errorCode: 'PARSE_EXCEPTION',
    retryable: true,
    retry: { baseSeconds: 60, factor: 2, capSeconds: 3600, maxAttempts: 5, jitter: 1 },
    ...fields,
  });
}
