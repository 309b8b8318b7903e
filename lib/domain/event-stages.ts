import type { Lane } from './tracked-event.ts';

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
