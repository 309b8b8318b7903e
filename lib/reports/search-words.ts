import { UnknownNameError } from '../data-access/known-names.ts';
import {
  type MetadataFilter,
  MetadataFilterError,
  parseMetadataFilters,
} from '../data-access/metadata-search.ts';
import {
  canonicalEventType,
  canonicalStage,
  canonicalStatus,
  canonicalTenant,
} from '../domain/event-catalogue.ts';
import { type EventStatus, eventStatuses } from '../domain/tracked-event.ts';
import { isAddress, nearestNames, trimMarks } from '../domain/typed-text.ts';

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
