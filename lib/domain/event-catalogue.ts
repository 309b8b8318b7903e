import { type EventStatus, eventStatuses, type Lane } from './tracked-event.ts';

/** The main lane in the order a request passes through it. */
export const mainLane = [
  'ORCHESTRATION',
  'PARSING',
  'VALIDATION',
  'ENRICHMENT',
  'CONVERSION',
  'API_CONNECTOR',
  'CALLBACK_HANDLER',
  'RESPONSE_BUILDER',
] as const;
export type MainStage = (typeof mainLane)[number];

/** Stages beside the main lane: their events never say where the request stands. */
export const sideLane = ['ATTACHMENT', 'SUBSCRIPTION_HANDLER', 'OUTBOX_PUBLISHER'] as const;
export type SideStage = (typeof sideLane)[number];

export type KnownStage = MainStage | SideStage;
export const stages: readonly KnownStage[] = [...mainLane, ...sideLane];

/** Where an event is filed that names no stage and whose type is unknown. */
export const unknownStage = 'UNKNOWN';

/** Names the running services use; keys in upper snake, so `request-parser` is found as REQUEST_PARSER. */
export const stageAliases: ReadonlyMap<string, KnownStage> = new Map([
  ['ORCHESTRATOR', 'ORCHESTRATION'],
  ['SYNC_PROCESSING', 'ORCHESTRATION'],
  ['PARSER', 'PARSING'],
  ['REQUEST_PARSER', 'PARSING'],
  ['VALIDATOR', 'VALIDATION'],
  ['BUSINESS_VALIDATOR', 'VALIDATION'],
  ['ENRICHER', 'ENRICHMENT'],
  ['REQUEST_ENRICHER', 'ENRICHMENT'],
  ['ATTACHMENT_HANDLER', 'ATTACHMENT'],
  ['CONVERTER', 'CONVERSION'],
  ['CANONICAL_MAPPER', 'CONVERSION'],
  ['REQUEST_CONVERTER', 'CONVERSION'],
  ['CALLBACK_CONTROLLER', 'CALLBACK_HANDLER'],
]);

const lanes: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ...mainLane.map((stage): [string, Lane] => [stage, 'main']),
  ...sideLane.map((stage): [string, Lane] => [stage, 'side']),
]);

const followers: ReadonlyMap<string, MainStage | undefined> = new Map(
  mainLane.map((stage, position) => [stage, mainLane[position + 1]]),
);

const ranks: ReadonlyMap<string, number> = new Map(stages.map((stage, position) => [stage, position]));

/** Where a stage stands in the pipeline; unknown ones come last. */
export function stageRank(stage: string): number {
  return ranks.get(stage) ?? stages.length;
}

/** Trimmed, upper case, words joined by underscores. */
export function upperSnake(name: string): string {
  return name
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
}

/** The canonical stage; an unknown one in upper snake as it came; null when blank or absent. */
export function canonicalStage(name: string | null | undefined): string | null {
  const stage = upperSnake(name ?? '');
  return stageAliases.get(stage) ?? (stage === '' ? null : stage);
}

export function laneOf(stage: string): Lane {
  return lanes.get(stage) ?? 'unknown';
}

/** The stage after this one in the main lane; null after the last, and for every other stage. */
export function stageAfter(stage: string): MainStage | null {
  return followers.get(stage) ?? null;
}

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
