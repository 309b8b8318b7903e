import { type KnownStage, upperSnake } from './event-stages.ts';
import { type EventStatus, eventStatuses } from './tracked-event.ts';

interface CatalogueEntry {
  stage: KnownStage;
  /** The status an event of this type has when it states none. */
  status: EventStatus;
}

/** The point events of the catalogue: neither a start nor a result, they happen and are done. */
const pointEvents: readonly [string, KnownStage, EventStatus][] = [
  ['REQUEST_RECEIVED', 'ORCHESTRATION', 'COMPLETED'],
  ['WORKFLOW_START', 'ORCHESTRATION', 'STARTED'],
  ['WORKFLOW_COMPLETE', 'ORCHESTRATION', 'COMPLETED'],
  ['DOWNSTREAM_TIMEOUT', 'API_CONNECTOR', 'FAILED'],
  ['DOWNSTREAM_ERROR', 'API_CONNECTOR', 'FAILED'],
];

/** Prefixes that each have a _START, an _OK and a _FAIL. */
const triples: readonly [string, KnownStage][] = [
  ['PARSE', 'PARSING'],
  ['VAL', 'VALIDATION'],
  ['ENRICH', 'ENRICHMENT'],
  ['ATTACH', 'ATTACHMENT'],
  ['CDEX_PULL', 'ATTACHMENT'],
  ['CONVERT', 'CONVERSION'],
  ['DOWNSTREAM', 'API_CONNECTOR'],
  ['RESPONSE', 'RESPONSE_BUILDER'],
  ['CALLBACK', 'CALLBACK_HANDLER'],
  ['NOTIFY', 'SUBSCRIPTION_HANDLER'],
  ['PUBLISH', 'OUTBOX_PUBLISHER'],
];

/** The event types that are known by name: those of the schema review, and what came since. */
export const eventTypes: ReadonlyMap<string, CatalogueEntry> = new Map<string, CatalogueEntry>([
  ...pointEvents.map(([type, stage, status]): [string, CatalogueEntry] => [type, { stage, status }]),
  ...triples.flatMap(([prefix, stage]): [string, CatalogueEntry][] => [
    [`${prefix}_START`, { stage, status: 'STARTED' }],
    [`${prefix}_OK`, { stage, status: 'COMPLETED' }],
    [`${prefix}_FAIL`, { stage, status: 'FAILED' }],
  ]),
]);

const eventTypeAliases: ReadonlyMap<string, string> = new Map(
  ['START', 'OK', 'FAIL', 'TIMEOUT', 'ERROR'].map((result) => [`API_CON_${result}`, `DOWNSTREAM_${result}`]),
);

const statusAliases: ReadonlyMap<string, EventStatus> = new Map([
  ['SUCCESS', 'COMPLETED'],
  ['FAILURE', 'FAILED'],
  ['RETRY', 'RETRY_SCHEDULED'],
]);

/** Read from the end of a type's name when neither the event nor the catalogue gives a status. */
const suffixStatuses: readonly [RegExp, EventStatus][] = [
  [/(^|_)(START|STARTED)$/, 'STARTED'],
  [/(^|_)(FAIL|FAILED|FAILURE|TIMEOUT|ERROR|EXCEPTION)$/, 'FAILED'],
  [/(^|_)(SKIP|SKIPPED)$/, 'SKIPPED'],
  [/(^|_)(RETRY|RETRY_SCHEDULED)$/, 'RETRY_SCHEDULED'],
];

/** The catalogue's type; an unknown one trimmed but otherwise as it came; null when blank or absent. */
export function canonicalEventType(name: string | null | undefined): string | null {
  const type = upperSnake(name ?? '');
  const known = eventTypeAliases.get(type) ?? type;
  if (eventTypes.has(known)) return known;
  return name?.trim() || null;
}

/** The canonical status, null when blank or absent, undefined when it is none that exists. */
export function canonicalStatus(name: string | null | undefined): EventStatus | null | undefined {
  const status = upperSnake(name ?? '');
  if (status === '') return null;
  return statusAliases.get(status) ?? eventStatuses.find((known) => known === status);
}

/** Tenants are one whatever their case: `ANTHEM` is `anthem`. Blank or absent is null. */
export function canonicalTenant(name: string | null | undefined): string | null {
  return name?.trim().toLowerCase() || null;
}

/** An unknown type without a known ending is a point event: COMPLETED. */
export function impliedStatus(eventType: string): EventStatus {
  const known = eventTypes.get(eventType);
  if (known) return known.status;
  const type = upperSnake(eventType);
  return suffixStatuses.find(([suffix]) => suffix.test(type))?.[1] ?? 'COMPLETED';
}
