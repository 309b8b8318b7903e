import { refuseUnknownNames } from '../data-access/known-names.ts';
import { type FoundEvent, searchMetadata } from '../data-access/metadata-search.ts';
import { canonicalEventType } from '../domain/event-catalogue.ts';
import { type EventStatus, eventStatuses } from '../domain/tracked-event.ts';
import { defineReport } from './report.ts';
import { oneMeaning, readSearchWords } from './search-words.ts';

/** Events by what their metadata says, latest first. */
export const search = defineReport<FoundEvent>({
  name: 'search',
  summary: 'events by their metadata and fields, latest first',
  help: `
status=, stage=, type=, errorCode= and tenant= mean the event's own fields, is:open its request; in quotes they are
metadata: '"status"=new'. Every other name is metadata.
3 is found as 3 and as "3"; put it in quotes to find the text only: 'externalId="3"'.
A dot reaches into an object or belongs to the name; in quotes it belongs to the name: '"http.status_code"=500'.
Comparisons (> >= < <=) are of numbers; what is none does not match. They look into lists; = does not.

  pagw report search targetSystem=carelon --type DOWNSTREAM_OK
  pagw report search 'diagnosisCount>10' hasUrgent=true --since 30d
  pagw report search stage=API_CONNECTOR status=FAILED errorCode=API_TIMEOUT is:open`,
  rowsAre: 'events',
  words: ['<conditions...>', "targetSystem=carelon, 'diagnosisCount>10', payer.region=CA; all must hold"],
  filters: [
    { name: 'type', says: 'only events of this type, such as DOWNSTREAM_OK' },
    { name: 'status', says: 'only events of this status', words: eventStatuses },
  ],
  spanHours: 7 * 24,
  limit: 50,
  paged: true,
  ofEvents: true,
  read: async (database, { filters, words, ...question }) => {
    const asked = readSearchWords(words);
    const tenant = oneMeaning('tenant', asked.tenant, question.tenant);
    const eventType = oneMeaning('type', asked.type, canonicalEventType(filters.type));
    const status = oneMeaning('status', asked.status, (filters.status as EventStatus | undefined) ?? null);
    const { stage, errorCode, openOnly } = asked;
    await refuseUnknownNames(database, { tenant, stage, eventType, errorCode });
    return searchMetadata(database, {
      ...question,
      ...{ tenant, openOnly, filters: asked.filters },
      stage: stage ?? undefined,
      eventType: eventType ?? undefined,
      status: status ?? undefined,
      errorCode: errorCode ?? undefined,
    });
  },
  columns: [
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant },
    { title: 'Request', unit: 'request', value: ({ pagwId }) => pagwId, heads: true },
    { title: '#', unit: 'number', value: ({ sequenceNo }) => sequenceNo },
    { title: 'Event type', unit: 'code', value: ({ eventType }) => eventType, least: 12 },
    { title: 'Status', unit: 'eventStatus', value: ({ status }) => status },
    { title: 'Took', unit: 'took', value: ({ durationMs }) => durationMs },
    { title: 'Recorded', unit: 'moment', value: ({ createdAt }) => createdAt },
    { title: 'Metadata', unit: 'metadata', value: ({ metadata }) => metadata, least: 16 },
  ],
  fields: [
    ...(['tenant', 'pagwId', 'sequenceNo', 'stage', 'eventType', 'status', 'durationMs'] as const),
    ...(['createdAt', 'metadata'] as const),
  ],
  empty: 'No event matches. --since reaches farther back.',
  reads: 'GIN or time, see below',
});
