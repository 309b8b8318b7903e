import { nearestNames } from '../domain/nearest-names.ts';
import { STAGES, type StageSettings } from './stages.ts';

/** Whose members are stated one by one. */
type Group =
  | 'capacity'
  | 'insights'
  | 'retention'
  | 'history'
  | 'concurrency'
  | 'everyMinutes'
  | 'thresholds';

/** Settings of which some are stated, groups of them in part. Lists and rules are taken whole. */
export type StageDefinition = {
  [Name in keyof StageSettings]?: Name extends Group ? Partial<StageSettings[Name]> : StageSettings[Name];
} & {
  /** The stage that says what is not stated here. */
  readonly like: 'dev' | 'prod';
};

type Kind = 'a number' | 'a text' | 'true or false' | 'a list of texts' | 'an object' | "a number or 'off'";
type Shape = {
  [Name in keyof Required<StageSettings>]: Name extends Group
    ? Record<keyof StageSettings[Name], Kind>
    : Kind;
};

/** What a value must be before the rules of stage-settings.ts can judge it; a file or a context has no compiler in front. */
const SHAPE: Shape = {
  namePrefix: 'a text',
  environment: 'an object',
  zones: 'a number',
  engineVersion: 'a text',
  capacity: {
    minUnits: 'a number',
    maxUnits: 'a number',
    pauseAfterMinutes: 'a number',
    readers: 'a number',
  },
  databaseName: 'a text',
  insights: { mode: 'a text', retentionDays: 'a number' },
  retention: {
    backupDays: 'a number',
    logDays: 'a number',
    quarantineDays: 'a number',
    archiveDays: 'a number',
    archiveVersionDays: 'a number',
    archiveLockDays: 'a number',
  },
  history: { compactAfterDays: "a number or 'off'", archiveAfterDays: "a number or 'off'" },
  retainOnDelete: 'true or false',
  concurrency: { ingest: 'a number' },
  reservedConcurrency: 'an object',
  everyMinutes: { retry: 'a number', stuckAlarm: 'a number', canary: "a number or 'off'" },
  thresholds: {
    ingestAgeSeconds: 'a number',
    retryOverdueSeconds: 'a number',
    rejectedMessages: 'a number',
    storageGiB: 'a number',
    capacityPercent: 'a number',
    canarySeconds: 'a number',
  },
  rules: 'an object',
  widgetTenant: 'a text',
  readerTenants: 'a list of texts',
  producers: 'an object',
  retryConsumers: 'an object',
  events: 'an object',
  privateMode: 'true or false',
  backup: 'an object',
  archiveReplica: 'an object',
  keyAdministrators: 'a list of texts',
  runbookUrl: 'a text',
  notify: 'a list of texts',
  existingNetwork: 'an object',
  existingCluster: 'an object',
};

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  'a number': (value) => typeof value === 'number',
  'a text': (value) => typeof value === 'string',
  'true or false': (value) => typeof value === 'boolean',
  'a list of texts': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'an object': isObject,
  "a number or 'off'": (value) => typeof value === 'number' || value === 'off',
};

/**
 * A stage like `dev` or `prod` but for what is stated.
 * @throws Error in one sentence that names a setting that does not exist, or is not what it must be
 */
export function defineStage(definition: StageDefinition): StageSettings {
  const { like, ...stated } = definition;
  if (!Object.hasOwn(STAGES, like ?? ''))
    throw new Error("like must be 'dev' or 'prod', the stage that says the rest.");
  refuseUnknown(stated, SHAPE, '');
  const base: StageSettings = STAGES[like];
  const groups = Object.keys(SHAPE)
    .map((name) => name as keyof StageSettings)
    .filter((name) => typeof SHAPE[name] === 'object' && stated[name] !== undefined)
    .map((name) => [name, { ...(base[name] as object), ...(stated[name] as object) }]);
  return { ...base, ...stated, ...Object.fromEntries(groups) };
}

function refuseUnknown(stated: object, shape: Readonly<Record<string, unknown>>, within: string): void {
  for (const [name, value] of Object.entries(stated)) {
    const path = `${within}${name}`;
    if (!Object.hasOwn(shape, name)) {
      const [near] = nearestNames(name, Object.keys(shape), 1);
      throw new Error(
        `There is no setting '${path}'${near === undefined ? '' : `; '${within}${near}' is one`}.`,
      );
    }
    const kind = shape[name];
    if (value === undefined) continue;
    if (typeof kind === 'object' && kind !== null) {
      if (!isObject(value)) throw new Error(`${path} must be an object.`);
      refuseUnknown(value as object, kind as Readonly<Record<string, unknown>>, `${path}.`);
    } else if (!IS[kind as Kind](value)) throw new Error(`${path} must be ${kind}.`);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
