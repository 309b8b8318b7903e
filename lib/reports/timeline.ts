import { findTimeline, type TimelineEvent } from '../data-access/timeline.ts';
import { plural } from '../domain/words.ts';
import { defineReport } from './report.ts';

/** A request that is not there, or not this tenant's. */
export class UnknownRequestError extends Error {
  override readonly name = 'UnknownRequestError';
  readonly pagwId: string;

  constructor(pagwId: string) {
    super('There is no such request.');
    this.pagwId = pagwId;
  }
}

/** The events of a request in order, each with its place in time. */
export const timeline = defineReport<TimelineEvent>({
  name: 'timeline',
  summary: 'the events of a request in order, each with its place in time',
  rowsAre: 'events',
  words: ['<pagwId>', 'the request'],
  read: async (database, { tenant, words: [pagwId = ''] }) => {
    const found = await findTimeline(database, pagwId, { tenant: tenant ?? undefined });
    if (found === undefined) throw new UnknownRequestError(pagwId);
    const { request, pages } = found;
    const rows: TimelineEvent[] = [];
    for await (const page of pages) rows.push(...page);
    const archived = request.lastSequenceNo - rows.length;
    return {
      rows,
      cautions:
        archived <= 0
          ? []
          : [
              `${plural(archived, 'event')} of it ${archived === 1 ? 'is' : 'are'} in the archive; \`pagw request show ${request.pagwId}\` reads ${archived === 1 ? 'it' : 'them'} back.`,
            ],
    };
  },
  columns: [
    { title: '#', unit: 'number', value: ({ sequenceNo }) => sequenceNo },
    { title: 'At', unit: 'clock', value: ({ occurredAt }) => occurredAt },
    { title: 'Stage', unit: 'text', value: ({ stage }) => stage, least: 10 },
    { title: 'Event type', unit: 'code', value: ({ eventType }) => eventType, heads: true, least: 12 },
    { title: 'Status', unit: 'eventStatus', value: ({ status }) => status },
    { title: 'Took', unit: 'took', value: ({ durationMs }) => durationMs },
    { title: '', unit: 'extent', value: extentOf },
    { title: 'Error', unit: 'code', value: ({ errorCode }) => errorCode, least: 10 },
  ],
  fields: [
    ...(['sequenceNo', 'stage', 'eventType', 'status', 'attempt', 'durationMs', 'errorCode'] as const),
    ...(['occurredAt', 'createdAt', 'metadata'] as const),
  ],
  empty: 'The request has no events.',
  reads: "the request's own month",
});

/** An event happens at the end of what it measured. */
function extentOf({ occurredAt, durationMs }: TimelineEvent) {
  const to = occurredAt.getTime();
  return { from: to - Math.max(0, durationMs ?? 0), to };
}
