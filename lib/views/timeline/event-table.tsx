import type { TimelineEvent } from '../../data-access/timeline.ts';
import { durationText, tookText } from '../../domain/words.ts';
import { DataText, Fields, StatusMark } from '../parts/data-text.tsx';
import { Table } from '../parts/table.tsx';
import { dayOf, Instant, isSameDay } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-page.ts';

/** The longest error text shown; the whole is in the database. */
const ERROR_LENGTH = 300;

export interface EventTableProps {
  events: readonly PairedEvent[];
  flags: ReadonlyMap<number, readonly EventFlag[]>;
  context: ViewContext;
  maxAttempts(event: TimelineEvent): number;
}

/** Events in the order in which they were recorded; a start and its success may be one row. */
export function EventTable({ events, flags, context, maxAttempts }: EventTableProps) {
  const { zone } = context;
  const newDays = daysBegun(events, context);
  return (
    <Table
      caption="Events"
      rows={events}
      links={context.links}
      columns={[
        {
          name: '#',
          numeric: true,
          cell: ({ sequenceNo, startedBy }) =>
            startedBy === undefined ? sequenceNo : `${startedBy.sequenceNo}–${sequenceNo}`,
        },
        {
          name: `Time, ${zone}`,
          cell: ({ sequenceNo, occurredAt, startedBy }) => (
            <>
              {newDays.has(sequenceNo) ? (
                <div class="detail num">{dayOf((startedBy ?? { occurredAt }).occurredAt, zone)}</div>
              ) : null}
              {startedBy === undefined ? null : (
                <div class="muted">
                  <Instant at={startedBy.occurredAt} now={startedBy.occurredAt} zone={zone} exact />
                </div>
              )}
              <Instant at={occurredAt} now={(startedBy ?? { occurredAt }).occurredAt} zone={zone} exact />
              <Flags flags={flags.get(sequenceNo) ?? []} />
            </>
          ),
        },
        { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Event',
          cell: ({ eventType, startedBy }) => (
            <>
              {startedBy === undefined ? null : (
                <div class="muted">
                  <DataText value={startedBy.eventType} most={48} mono />
                </div>
              )}
              <DataText value={eventType} most={48} mono />
            </>
          ),
        },
        { name: 'Status', cell: ({ status }) => <StatusMark status={status} /> },
        {
          name: 'Attempt',
          cell: (event) =>
            event.status === 'FAILED' && event.retryable
              ? `${event.attempt} of ${Math.max(event.attempt, maxAttempts(event))}`
              : event.attempt,
        },
        {
          name: 'Took',
          numeric: true,
          cell: ({ durationMs }) => (durationMs === null ? null : tookText(durationMs)),
        },
        {
          name: 'Details',
          cell: (event) => (
            <>
              {event.startedBy === undefined ? null : (
                <Details event={event.startedBy} context={context} other={event} />
              )}
              <Details event={event} context={context} />
            </>
          ),
        },
      ]}
    />
  );
}

function Flags({ flags }: { flags: readonly EventFlag[] }) {
  return (
    <>
      {flags.map(({ kind, text }) => (
        <span class={`badge ${kind === 'late' ? '' : 'warn'}`}>{text}</span>
      ))}
    </>
  );
}

interface DetailsProps {
  event: TimelineEvent;
  context: ViewContext;
  /** In the same cell below it: its sender is not said twice. */
  other?: TimelineEvent;
}

function Details({ event, context, other }: DetailsProps) {
  const { now, zone } = context;
  const { errorCode, errorMessage, nextRetryAt, retryExhaustedAt, externalReference, sender, metadata } =
    event;
  return (
    <>
      {errorCode === null ? null : (
        <div class="bad-text">
          <DataText value={errorCode} most={64} mono />
        </div>
      )}
      {errorMessage === null ? null : (
        <div>
          <DataText value={errorMessage} most={ERROR_LENGTH} />
        </div>
      )}
      {nextRetryAt === null ? null : (
        <div>
          Next retry <Instant at={nextRetryAt} now={now} zone={zone} />
        </div>
      )}
      {retryExhaustedAt === null ? null : <div>No attempt is left</div>}
      {externalReference === null ? null : (
        <div>
          Reference <DataText value={externalReference} mono />
        </div>
      )}
      {sender === null || sender === other?.sender ? null : (
        <div class="detail">
          Sent by <DataText value={sender} most={64} mono />
        </div>
      )}
      <Fields metadata={metadata} />
    </>
  );
}

/** The events before which the date must be said: it is not the one a reader would take for granted. */
function daysBegun(events: readonly PairedEvent[], { now, zone }: ViewContext): Set<number> {
  const begun = new Set<number>();
  let day = now;
  for (const { sequenceNo, occurredAt, startedBy } of events) {
    if (!isSameDay(startedBy?.occurredAt ?? occurredAt, day, zone)) begun.add(sequenceNo);
    day = occurredAt;
  }
  return begun;
}

/** What is odd about an event's time. Times are shown as they came, never corrected. */
export interface EventFlag {
  kind: 'skew' | 'disbelieved' | 'late' | 'out-of-order';
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
  for (const { sequenceNo, occurredAt, createdAt, disbelieved } of events) {
    const at = occurredAt.getTime();
    const ahead = at - createdAt.getTime();
    const own: EventFlag[] = [];
    if (ahead > AHEAD_FROM_MS) own.push({ kind: 'skew', text: `clock ${durationText(ahead)} ahead` });
    if (disbelieved) {
      const text = `clock ${durationText(-ahead)} behind: counts as recorded, ${createdAt.toISOString()}`;
      flags.set(sequenceNo, [{ kind: 'disbelieved', text }]);
      continue;
    }
    if (-ahead > LATE_FROM_MS) own.push({ kind: 'late', text: `recorded ${durationText(-ahead)} later` });
    if (latest - at > OUT_OF_ORDER_FROM_MS) {
      own.push({ kind: 'out-of-order', text: `out of order by ${durationText(latest - at)}` });
    }
    if (own.length > 0) flags.set(sequenceNo, own);
    latest = Math.max(latest, at);
  }
  return flags;
}

/** An event, and the start that it ends where both are shown as one. */
type PairedEvent = TimelineEvent & { startedBy?: TimelineEvent };

/**
 * A stage's start that its success follows at once is one with it: what went well takes one line. What lies between the
 * two, or is odd about the start, keeps them apart.
 * @param isOdd of events whose times need a word.
 */
export function foldPairs(
  events: readonly TimelineEvent[],
  isOdd: (event: TimelineEvent) => boolean,
): PairedEvent[] {
  const folded: PairedEvent[] = [];
  for (const event of events) {
    const start = folded.at(-1);
    const isPair =
      start !== undefined &&
      start.status === 'STARTED' &&
      event.status === 'COMPLETED' &&
      start.stage === event.stage &&
      start.attempt === event.attempt &&
      start.errorCode === null &&
      !isOdd(start) &&
      !isOdd(event);
    if (isPair) folded[folded.length - 1] = { ...event, startedBy: start };
    else folded.push(event);
  }
  return folded;
}
