import { randomUUID } from 'node:crypto';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';

const RULES = { retryPolicy: defaultRetryPolicy, jitter: () => 0.5 };

/** A failure of each of the requests given, as ingest reads it; a retry is due already. */
export function failuresOf(pagwIds: readonly string[], tenant = 'anthem'): TrackedEvent[] {
  return pagwIds.flatMap((pagwId) => {
    const body = JSON.stringify({
      tenant,
      pagwId,
      eventId: randomUUID(),
      eventType: 'DOWNSTREAM_FAIL',
      errorCode: 'API_TIMEOUT',
      errorMessage: 'no answer within 10 s',
      nextRetryAt: '2026-01-01T00:00:00Z',
      workerId: 'pasapiconnector-app-65b67c6dd8-l8mvr',
    });
    const { events, rejections } = readMessage(body, { messageId: 'bench', sentAt: new Date() }, RULES);
    if (rejections[0] !== undefined) throw new Error(`A failure was refused: ${rejections[0].code}.`);
    return events;
  });
}
