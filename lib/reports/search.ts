import { refuseUnknownNames, UnknownNameError } from '../data-access/known-names.ts';
import {
  type FoundEvent,
  type MetadataFilter,
  MetadataFilterError,
  parseMetadataFilters,
  searchMetadata,
} from '../data-access/metadata-search.ts';
import {
  canonicalEventType,
  canonicalStage,
  canonicalStatus,
  canonicalTenant,
} from '../domain/event-catalogue.ts';
import { type EventStatus, eventStatuses } from '../domain/tracked-event.ts';
import { isAddress, nearestNames, trimMarks } from '../domain/typed-text.ts';
import { defineReport } from './report.ts';

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

/** What conditions ask for; null does not narrow. */
export interface SearchWords {
  status: EventStatus | null;
  stage: string | null;
  type: string | null;
  errorCode: string | null;
  tenant: string | null;
  /** Only requests still in flight. */
  openOnly: boolean;
  /** As typed, of what metadata says. */
  conditions: readonly string[];
  filters: readonly MetadataFilter[];
}

/** A name before `=` or `:` that means the event's own field; in quotes it is one of metadata. */
const FIELD = /^(status|stage|type|errorCode|tenant)\s*[=:]\s*(.*)$/is;
const STATE = /^is:(.*)$/is;

/**
 * Separates conditions on the event's own fields from those on its metadata.
 * @throws MetadataFilterError that names the condition; UnknownNameError for a status that does not exist.
 */
export function readSearchWords(words: readonly string[]): SearchWords {
  const fields = new Map<string, string>();
  const conditions: string[] = [];
  let openOnly = false;
  for (const word of words) {
    const [, state] = STATE.exec(word) ?? [];
    const [, name = '', stated] = FIELD.exec(word) ?? [];
    if (state !== undefined) openOnly = readState(state);
    else if (stated === undefined) conditions.push(word);
    else addField(fields, name, stated);
  }
  const text = (name: string) => fields.get(name.toLowerCase()) ?? null;
  return {
    status: readStatus(text('status')),
    stage: canonicalStage(text('stage')),
    type: canonicalEventType(text('type')),
    errorCode: text('errorCode'),
    tenant: canonicalTenant(text('tenant')),
    openOnly,
    conditions,
    filters: parseMetadataFilters(conditions),
  };
}

function readState(state: string): true {
  if (state.toLowerCase() === 'open') return true;
  throw new MetadataFilterError('After “is:” only “open” has a meaning: is:open.');
}

function addField(fields: Map<string, string>, name: string, stated: string): void {
  const doubled = /^[=~<>!]+/.exec(stated)?.[0];
  if (doubled !== undefined)
    throw new MetadataFilterError(
      `“${name}=${doubled}” is no comparison: a field is searched by = alone. Put a value that begins with ${doubled} in quotes.`,
    );
  const value = (/^"(.*)"$/s.exec(stated)?.[1] ?? stated).trim();
  if (value === '') throw new MetadataFilterError(`“${name}=” says no value.`);
  if (fields.has(name.toLowerCase())) throw new MetadataFilterError(`“${name}=” is given more than once.`);
  fields.set(name.toLowerCase(), value);
}

function readStatus(name: string | null): EventStatus | null {
  const status = canonicalStatus(name);
  if (status === undefined) throw new UnknownNameError('status', nearestNames(name ?? '', eventStatuses));
  return status;
}

/** A field that may be stated within the conditions and beside them. @throws MetadataFilterError when they differ. */
export function oneMeaning<Value extends string>(
  name: string,
  within: Value | null,
  beside: Value | null,
): Value | null {
  if (within !== null && beside !== null && within !== beside)
    throw new MetadataFilterError(
      `“${name}=” says another ${name} than the one chosen beside it; leave one out.`,
    );
  return within ?? beside;
}

/** Whether a question states conditions; otherwise it names a request. */
export function isCondition(question: string): boolean {
  return (
    !isAddress(question) &&
    /[=<>]|(^|\s)(is:|(status|stage|type|errorCode|tenant):\S)/i.test(trimMarks(question))
  );
}

/** Conditions stand apart by spaces; within quotes a space is part of the name or the value. */
export function splitConditions(question: string): string[] {
  return question.match(/(?:"(?:\\["\\]|[^"])*"|[^\s"])+/g) ?? [];
}
