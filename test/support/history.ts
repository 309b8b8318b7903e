import type { Database } from '../../lib/data-access/database.ts';
import { readMessage } from '../../lib/domain/event-message.ts';
import type { FoldRules } from '../../lib/domain/request-fold.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';

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

export interface RequestStep {
  pagwId: string;
  tenant?: string;
  step: Step;
}

/** Records a history as ingest would: each event a message of its own, at the time it happened. */
export async function recordHistory(
  database: Database,
  request: { pagwId: string; tenant?: string },
  start: Date,
  steps: readonly Step[],
  rules?: FoldRules,
): Promise<void> {
  for (const step of steps) await recordSteps(database, start, [{ ...request, step }], rules);
}

/** Records steps of many requests, those of one minute in one call. */
export async function recordSteps(
  database: Database,
  start: Date,
  steps: readonly RequestStep[],
  rules?: FoldRules,
): Promise<void> {
  for (const [recordedAt, group] of Map.groupBy(steps, ({ step }) => recordingTime(start, step).getTime())) {
    const now = new Date(recordedAt);
    await recordEvents(
      database,
      group.flatMap((step) => readStep(start, step, now)),
      now,
      rules,
    );
  }
}

function recordingTime(start: Date, [minute, , fields]: Step): Date {
  return afterMinutes(start, minute + (fields?.lateMinutes ?? 0));
}

function readStep(
  start: Date,
  { pagwId, tenant = 'anthem', step }: RequestStep,
  recordedAt: Date,
): TrackedEvent[] {
  const [minute, eventType, { skewMinutes = 0, lateMinutes: _, ...fields } = {}] = step;
  const message = {
    eventId: `history-${++made}`,
    tenant,
    pagwId,
    eventType,
    occurredAt: afterMinutes(start, minute + skewMinutes).toISOString(),
    ...fields,
  };
  const { events, rejections } = readMessage(
    JSON.stringify(message),
    { messageId: `m-${made}`, sentAt: recordedAt },
    { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
  );
  if (rejections[0]) throw new Error(`The history holds an event that is refused: ${rejections[0].code}.`);
  return events;
}
