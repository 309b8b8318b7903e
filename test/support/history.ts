import type { Database } from '../../lib/data-access/database.ts';
import { recordEvents } from '../../lib/data-access/ingest/record-events.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';

/** One event of a history: minutes after its beginning, type, and whatever else the message says. */
export type Step = readonly [minute: number, eventType: string, fields?: StepFields];

export interface StepFields {
  [field: string]: unknown;
  /** How many minutes the producer's clock is ahead of the tracker's. */
  skewMinutes?: number;
  /** How many minutes the message waited before it was recorded. */
  lateMinutes?: number;
}

let made = 0;

export function afterMinutes(start: Date, minutes: number): Date {
  return new Date(start.getTime() + minutes * 60_000);
}

/** Records a history as ingest would: each event a message of its own, at the time it happened. */
export async function recordHistory(
  database: Database,
  request: { pagwId: string; tenant?: string },
  start: Date,
  steps: readonly Step[],
): Promise<void> {
  for (const [minute, eventType, { skewMinutes = 0, lateMinutes = 0, ...fields } = {}] of steps) {
    const happenedAt = afterMinutes(start, minute);
    const recordedAt = afterMinutes(happenedAt, lateMinutes);
    const message = {
      eventId: `history-${++made}`,
      tenant: request.tenant ?? 'anthem',
      pagwId: request.pagwId,
      eventType,
      occurredAt: afterMinutes(happenedAt, skewMinutes).toISOString(),
      ...fields,
    };
    const { events, rejections } = readMessage(
      JSON.stringify(message),
      { messageId: `m-${made}`, sentAt: recordedAt },
      { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
    );
    if (rejections[0]) throw new Error(`The history holds an event that is refused: ${rejections[0].code}.`);
    await recordEvents(database, events, recordedAt);
  }
}
