import type { Database } from '../database.ts';
import type { RequestRow } from './find-request.ts';
import { readTimelinePage, type TimelineEvent, timelineValues } from './request-timeline.ts';

type TimelineOf = Pick<RequestRow, 'pagwId' | 'receivedOn' | 'lastSequenceNo'>;

/** The latest events of a request, at most `most` and what came meanwhile, in their order. */
export async function latestEvents(
  database: Database,
  request: TimelineOf,
  most: number,
): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  let after = Math.max(0, request.lastSequenceNo - most);
  for (;;) {
    const rows = await readTimelinePage(database, timelineValues(request, after));
    const last = rows.at(-1);
    if (last === undefined) return events;
    events.push(...rows);
    after = last.sequenceNo;
    // What the request's row counted is here; a busy request must not keep the reader for ever.
    if (after >= request.lastSequenceNo) return events;
  }
}
