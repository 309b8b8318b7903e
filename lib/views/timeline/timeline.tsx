import type { RequestRow } from '../../data-access/query/find-request.ts';
import type { TimelineEvent } from '../../data-access/query/request-timeline.ts';
import { durationText } from '../../domain/duration-text.ts';
import { pagwCommand } from '../../domain/shell-word.ts';
import { DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import type { ViewContext } from '../view-context.ts';
import { eventFlags } from './event-flags.ts';
import { EventTable } from './event-table.tsx';
import { Gantt } from './gantt.tsx';
import { RequestSummary } from './request-summary.tsx';
import { expectedStages, stageRows } from './stage-attempts.ts';

export interface TimelineData {
  request: RequestRow;
  /** In the order of their numbers; the latest of them when there are too many. */
  events: readonly TimelineEvent[];
  maxAttempts(event: TimelineEvent): number;
}

function NoEvents({ request }: { request: RequestRow }) {
  if (request.retiredAt === null) return <Empty>No events are kept of this request.</Empty>;
  return (
    <Empty>
      The events of this request are archived. <code>{pagwCommand('request show', [request.pagwId])}</code>{' '}
      reads them there, <code>{pagwCommand('archive restore', [request.pagwId])}</code> puts them back for a
      time.
    </Empty>
  );
}

/** One request: where it stands, what happened when, and every event. */
export function Timeline({ data, context }: { data: TimelineData; context: ViewContext }) {
  const { request, maxAttempts } = data;
  const events = data.events.slice(-context.limits.events);
  const isOpen = request.completedAt === null;
  const rows = stageRows(events, isOpen ? expectedStages(request.nextStage, request.mainStage) : []);
  const isCut = request.lastSequenceNo > context.limits.events && events.length < request.lastSequenceNo;
  const isArchivedBefore = request.retiredAt !== null && !isCut && (events[0]?.sequenceNo ?? 1) > 1;
  const first = events[0]?.occurredAt ?? request.receivedAt;
  const last = events[events.length - 1]?.occurredAt ?? first;
  const length = durationText((isOpen ? context.now : last).getTime() - first.getTime());
  return (
    <section>
      <h1 class="request-id">
        <DataText value={request.pagwId} most={64} mono />
      </h1>
      <RequestSummary request={request} context={context} />
      {isCut ? (
        <Caution>
          The last {events.length.toLocaleString('en')} of {request.lastSequenceNo.toLocaleString('en')}{' '}
          events. All of them: <code>pagw request show</code> with this id.
        </Caution>
      ) : null}
      {isArchivedBefore ? (
        <Caution>
          Earlier events of this request are archived. All of them:{' '}
          <code>{pagwCommand('request show', [request.pagwId])}</code>.
        </Caution>
      ) : null}
      {events.length === 0 ? (
        <NoEvents request={request} />
      ) : (
        <>
          <h2>Timeline</h2>
          <Gantt
            rows={rows}
            now={isOpen ? context.now : null}
            label={`${rows.length} stages over ${length}, ${events.length} events; the table below has each of them`}
          />
          <p class="legend">
            <span class="key wait-key" aria-hidden="true" /> waits{' '}
            <span class="key ghost-key" aria-hidden="true" /> still to come{' '}
            <span class="key short-key" aria-hidden="true" /> quiet stretch, drawn shorter. Times are the
            services’ own, in UTC.
          </p>
          <h2>Events</h2>
          <EventTable
            events={events}
            flags={eventFlags(events)}
            now={context.now}
            maxAttempts={maxAttempts}
          />
        </>
      )}
    </section>
  );
}
