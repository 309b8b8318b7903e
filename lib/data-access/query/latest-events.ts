import type { Database } from '../database.ts';
import type { RequestRow } from './find-request.ts';
import { readTimeline, type TimelineEvent } from './request-timeline.ts';

type TimelineOf = Pick<RequestRow, 'pagwId' | 'receivedOn' | 'lastSequenceNo'>;

/** The latest events of a request, at most `most` and what came meanwhile, in their order. */
export async function latestEvents(
  database: Database,
  request: TimelineOf,
  most: number,
): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  const after = Math.max(0, request.lastSequenceNo - most);
  for await (const page of readTimeline(database, request, after)) events.push(...page);
  return events;
}
