import type { TimelineEvent } from '../../data-access/timeline.ts';
import { ageText, tookText } from '../../domain/words.ts';
import { clockText, dayText, momentText, zoneText } from '../moment-text.ts';
import type { RequestView } from '../request.ts';
import { eventStatusCell } from './paint.ts';
import { type Cell, type Column, tableText } from './table.ts';

export interface TimelineView extends RequestView {
  metadata: boolean;
}

/** Clocks of services differ by a little all the time. */
const SKEW_SHOWN_MS = 5_000;

/** The events, a row each; below a failure what went wrong and what comes next. */
export function timelineText(events: readonly TimelineEvent[], view: TimelineView): string {
  const days = new Set(events.map(({ occurredAt }) => dayText(occurredAt, view.zone)));
  const showDay = days.size > 1;
  const zones = new Set(events.map(({ occurredAt }) => zoneText(occurredAt, view.zone)));
  const zone = view.zone === 'utc' ? 'UTC' : [...zones].join(' ');
  const columns: Column<TimelineEvent>[] = [
    { title: '#', cell: ({ sequenceNo }) => ({ text: String(sequenceNo), style: 'dim' }), align: 'right' },
    {
      title: showDay ? 'TIME' : `${[...days][0] ?? 'TIME'} ${zone}`,
      cell: ({ occurredAt }) =>
        showDay ? momentText(occurredAt, view.zone) : clockText(occurredAt, view.zone),
    },
    { title: 'STAGE', cell: ({ stage }) => stage, least: 12 },
    { title: 'EVENT', cell: ({ eventType }) => eventType, least: 14 },
    { title: 'STATUS', cell: ({ status }) => eventStatusCell(status) },
    {
      title: 'TRY',
      cell: ({ attempt }) => ({ text: String(attempt), style: attempt > 1 ? 'yellow' : 'dim' }),
      align: 'right',
    },
    {
      title: 'TOOK',
      cell: ({ durationMs }) => (durationMs === null ? { text: '' } : tookText(durationMs)),
      align: 'right',
    },
  ];
  const changed = senderChanges(events);
  return tableText(events, {
    columns,
    paint: view.paint,
    width: view.width,
    notes: (event) => [
      ...(changed.has(event) ? [{ text: `sent by ${event.sender}`, style: 'dim' } as const] : []),
      ...notes(event, view),
    ],
  });
}

/** The events whose sender is another than the last one known: shown once, not on every line. */
function senderChanges(events: readonly TimelineEvent[]): Set<TimelineEvent> {
  let last: string | null = null;
  return new Set(
    events.filter(({ sender }) => {
      const isOther = sender !== null && sender !== last;
      last = sender ?? last;
      return isOther;
    }),
  );
}

function notes(event: TimelineEvent, { now, metadata, zone }: TimelineView): Cell[] {
  const lines: Cell[] = [];
  if (event.status === 'FAILED') lines.push({ text: failureText(event, now), style: 'red' });
  const aheadMs = event.occurredAt.getTime() - event.createdAt.getTime();
  if (aheadMs > SKEW_SHOWN_MS)
    lines.push({ text: `the producer's clock was ${tookText(aheadMs)} ahead`, style: 'yellow' });
  if (event.disbelieved)
    lines.push({
      text: `the producer's clock was ${tookText(-aheadMs)} behind: the time of recording, ${momentText(event.createdAt, zone)}, counts`,
      style: 'yellow',
    });
  if (metadata && event.metadata !== null) lines.push({ text: JSON.stringify(event.metadata) });
  return lines;
}

function failureText(event: TimelineEvent, now: Date): string {
  const what = [event.errorCode, event.errorMessage].filter((part) => part !== null).join(': ');
  return `${what || 'no error given'} · ${nextStep(event, now)}`;
}

function nextStep({ retryable, nextRetryAt, retryExhaustedAt }: TimelineEvent, now: Date): string {
  if (retryExhaustedAt !== null) return 'attempts used up';
  if (nextRetryAt === null) return retryable ? 'overtaken' : 'not retryable';
  return nextRetryAt > now ? `retry ${ageText(nextRetryAt, now)}` : `retry due ${ageText(nextRetryAt, now)}`;
}
