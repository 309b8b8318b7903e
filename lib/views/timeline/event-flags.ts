import type { TimelineEvent } from '../../data-access/query/request-timeline.ts';
import { durationText } from '../../domain/duration-text.ts';

/** What is odd about an event's time. Times are shown as they came, never corrected. */
export interface EventFlag {
  kind: 'skew' | 'late' | 'out-of-order';
  text: string;
}

/** A producer's clock may run ahead of ours by this much before it is worth a word. */
const AHEAD_FROM_MS = 5_000;
/** So long after it happened an event was recorded late, or its producer's clock is slow. */
const LATE_FROM_MS = 60_000;
/** Services on different machines: less than this says nothing about the order. */
const OUT_OF_ORDER_FROM_MS = 1_000;

/** The flags of each event, by its sequence number; events in their order. */
export function eventFlags(events: readonly TimelineEvent[]): Map<number, EventFlag[]> {
  const flags = new Map<number, EventFlag[]>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const { sequenceNo, occurredAt, createdAt } of events) {
    const at = occurredAt.getTime();
    const ahead = at - createdAt.getTime();
    const own: EventFlag[] = [];
    if (ahead > AHEAD_FROM_MS) own.push({ kind: 'skew', text: `clock ${durationText(ahead)} ahead` });
    if (-ahead > LATE_FROM_MS) own.push({ kind: 'late', text: `recorded ${durationText(-ahead)} later` });
    if (latest - at > OUT_OF_ORDER_FROM_MS) {
      own.push({ kind: 'out-of-order', text: `out of order by ${durationText(latest - at)}` });
    }
    if (own.length > 0) flags.set(sequenceNo, own);
    latest = Math.max(latest, at);
  }
  return flags;
}
