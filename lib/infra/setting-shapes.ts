import { LEAST_HISTORY_DAYS } from '../domain/history-ages.ts';
import { nearestNames } from '../domain/typed-text.ts';
import type { StageRules } from './stage-rules.ts';
import type { StageSettings } from './stages.ts';

type Kind = 'a number' | 'a text' | 'true or false' | 'a list of texts' | 'an object' | "a number or 'off'";
type Named<Group> = { readonly [Name in keyof Required<Group>]: Kind };
type Shape = {
  readonly [Name in keyof Required<StageSettings>]: Name extends 'rules'
    ? Named<StageRules>
    : Required<StageSettings>[Name] extends readonly unknown[]
      ? Kind
      : Required<StageSettings>[Name] extends object
        ? Named<Required<StageSettings>[Name]>
        : Kind;
};

const OTHER_ACCOUNTS = {
  roles: 'a list of texts',
  accounts: 'a list of texts',
  organizationId: 'a text',
} as const;

/** What a value must be before the rules of stage-settings.ts can judge it; a file or a context has no compiler in front. */
const SHAPE: Shape = {
  namePrefix: 'a text',
  environment: { account: 'a text', region: 'a text' },
  zones: 'a number',
  engineVersion: 'a text',
  capacity: {
    minUnits: 'a number',
    maxUnits: 'a number',
    pauseAfterMinutes: 'a number',
    readers: 'a number',
  },
  storage: 'a text',
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
  reservedConcurrency: { ingest: 'a number', scheduled: 'a number' },
  everyMinutes: { retry: 'a number', stuckAlarm: 'a number', canary: "a number or 'off'" },
  thresholds: {
    ingestAgeSeconds: 'a number',
    retryOverdueSeconds: 'a number',
    rejectedMessages: 'a number',
    storageGiB: 'a number',
    capacityPercent: 'a number',
    canarySeconds: 'a number',
  },
  rules: {
    retryPolicy: 'an object',
    retryQueues: 'an object',
    stuckLimits: 'an object',
    metricTenants: 'a list of texts',
    phiGuard: 'an object',
    senders: 'an object',
    decisionPolicy: 'an object',
    believedDays: 'a number',
    eventLog: 'a text',
  },
  widgetTenant: 'a text',
  readerTenants: 'a list of texts',
  producers: OTHER_ACCOUNTS,
  retryConsumers: OTHER_ACCOUNTS,
  events: { bus: 'a text' },
  privateMode: 'true or false',
  backup: { keepDays: 'a number', lockDays: 'a number', copyTo: 'a list of texts' },
  archiveReplica: { bucketArn: 'a text', keyArn: 'a text' },
  keyAdministrators: 'a list of texts',
  runbookUrl: 'a text',
  notify: 'a list of texts',
  existingNetwork: {
    vpcId: 'a text',
    availabilityZones: 'a list of texts',
    isolatedSubnetIds: 'a list of texts',
  },
  existingCluster: {
    ownCluster: 'a text',
    clusterIdentifier: 'a text',
    dataApiEnabled: 'true or false',
    masterSecretArn: 'a text',
    masterSecretKeyArn: 'a text',
  },
};

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  'a number': (value) => typeof value === 'number',
  'a text': (value) => typeof value === 'string',
  'true or false': (value) => typeof value === 'boolean',
  'a list of texts': (value) => Array.isArray(value) && [...value].every((item) => typeof item === 'string'),
  'an object': isObject,
  "a number or 'off'": (value) => typeof value === 'number' || value === 'off',
};

/** The sentence about the first setting that does not exist, or is not what it must be; undefined when there is none. */
export function shapeFault(stated: object): string | undefined {
  return hasOwnPrototype(stated) ? prototypeFault('A stage') : faultIn(stated, SHAPE, '');
}

function faultIn(
  stated: object,
  shape: Readonly<Record<string, unknown>>,
  within: string,
): string | undefined {
  for (const [name, value] of Object.entries(stated)) {
    const path = `${within}${name}`;
    if (!Object.hasOwn(shape, name)) {
      const [near] = nearestNames(name, Object.keys(shape), 1);
      const known =
        near === undefined ? 'see docs/settings.md for those there are' : `'${within}${near}' is one`;
      return `There is no setting '${path}'; ${known}.`;
    }
    const kind = shape[name];
    if (value === undefined) continue;
    if (typeof kind === 'object' && kind !== null) {
      if (!isObject(value)) return `${path} must be an object.`;
      if (hasOwnPrototype(value as object)) return prototypeFault(path);
      const fault = faultIn(value as object, kind as Readonly<Record<string, unknown>>, `${path}.`);
      if (fault !== undefined) return fault;
    } else if (!IS[kind as Kind](value)) return `${path} must be ${kind}.`;
    else if (isObject(value)) {
      const fault = jsonFault(value, path, []);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

/** Functions read rules as JSON, which has no numbers such as NaN, no dates and no circles, and leaves functions out without a word. */
function jsonFault(value: unknown, path: string, within: readonly unknown[]): string | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string')
    return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  const isPlain = Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
  if (isPlain && !Array.isArray(value) && hasOwnPrototype(value as object)) return prototypeFault(path);
  if (!isPlain || within.includes(value))
    return `${path} must be what JSON can say: a text, a finite number, true or false, a list or an object of such.`;
  for (const [name, part] of Object.entries(value as object)) {
    if (name === '__proto__') return prototypeFault(path);
    const fault = jsonFault(part, `${path}.${name}`, [...within, value]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** JavaScript takes a name __proto__ that is written out for the object's prototype, whose settings nobody then sees. */
function hasOwnPrototype(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

function prototypeFault(path: string): string {
  return `${path} must be an object without a prototype of its own; __proto__ is a name that cannot be stated.`;
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a number may be. */
export interface Bound {
  readonly least: number;
  readonly most: number;
  /** Of which it must be a multiple. @default 1 */
  readonly step?: number;
  /** Whether `off` may stand in its place. */
  readonly off?: true;
  readonly because?: string;
  /** Whether it may be left out. */
  readonly optional?: true;
}

type NumbersOf<Group> = {
  readonly [Name in keyof Group as Extract<Group[Name], number> extends never ? never : Name]-?: Bound;
};

/** Each number of a stage: the compiler asks for one that is new. */
type Bounds = {
  readonly [Name in keyof Omit<StageSettings, 'rules'> as NonNullable<StageSettings[Name]> extends number
    ? Name
    : never]: Bound;
} & {
  readonly [Name in
    | 'capacity'
    | 'insights'
    | 'retention'
    | 'history'
    | 'concurrency'
    | 'reservedConcurrency'
    | 'everyMinutes'
    | 'thresholds'
    | 'backup']: NumbersOf<NonNullable<StageSettings[Name]>>;
};

const HISTORY_AGE: Bound = {
  least: LEAST_HISTORY_DAYS,
  most: 36_500,
  off: true,
  because: 'parts of an hour are counted from the events for four weeks',
};

const BOUNDS: Bounds = {
  zones: { least: 2, most: 3, because: 'Aurora asks for two, and keeps its six copies in three' },
  capacity: {
    minUnits: { least: 0, most: 256, step: 0.5, because: 'Aurora counts capacity in halves' },
    maxUnits: { least: 1, most: 256, step: 0.5, because: 'Aurora counts capacity in halves' },
    pauseAfterMinutes: {
      least: 5,
      most: 1_440,
      optional: true,
      because: 'Aurora pauses after five minutes to a day',
    },
    readers: { least: 0, most: 15, because: 'Aurora has at most 15 replicas' },
  },
  insights: { retentionDays: { least: 7, most: 731 } },
  retention: {
    backupDays: { least: 1, most: 35, because: 'Aurora keeps no more' },
    logDays: { least: 365, most: 3_653, because: 'at least a year, as Control Tower asks' },
    quarantineDays: { least: 1, most: 365 },
    archiveDays: { least: 181, most: 36_500, because: 'archives move to cold storage after 180' },
    archiveVersionDays: { least: 1, most: 3_650 },
    archiveLockDays: { least: 1, most: 36_500, optional: true },
  },
  history: { compactAfterDays: HISTORY_AGE, archiveAfterDays: HISTORY_AGE },
  concurrency: {
    ingest: { least: 2, most: 1_000, because: 'Lambda holds no queue to less or more (ScalingConfig)' },
  },
  reservedConcurrency: {
    ingest: { least: 2, most: 1_000, optional: true },
    scheduled: { least: 1, most: 100, optional: true },
  },
  everyMinutes: {
    retry: { least: 1, most: 60 },
    stuckAlarm: { least: 1, most: 15 },
    canary: { least: 2, most: 60, off: true },
  },
  backup: {
    keepDays: { least: 1, most: 36_500, optional: true },
    lockDays: { least: 1, most: 36_500, optional: true },
  },
  thresholds: {
    ingestAgeSeconds: { least: 1, most: 1_209_600, because: 'the queue keeps an event for 14 days' },
    canarySeconds: { least: 1, most: 3_600 },
    retryOverdueSeconds: { least: 1, most: 1_209_600 },
    rejectedMessages: { least: 0, most: 1_000_000 },
    storageGiB: { least: 1, most: 262_144, because: 'Aurora holds no more' },
    capacityPercent: { least: 1, most: 99, because: 'nothing is above 100' },
  },
};

/** Every bound by the setting's path. */
export const BOUNDS_BY_PATH: ReadonlyMap<string, Bound> = new Map(
  Object.entries(BOUNDS).flatMap(([name, bound]) =>
    isBound(bound)
      ? [[name, bound]]
      : Object.entries(bound as Record<string, Bound>).map(([part, inner]) => [`${name}.${part}`, inner]),
  ) as [string, Bound][],
);

/** What must be true of the number, as a sentence about it has it. */
export function boundText({ least, most, step = 1, off, because }: Bound): string {
  const kind = step === 1 ? 'a whole number' : `a multiple of ${step}`;
  return `${off === true ? "'off' or " : ''}${kind} from ${least} to ${most}${because === undefined ? '' : `: ${because}`}`;
}

/** The sentence about the first number that is out of its bounds; undefined when none is. */
export function numberFault(settings: StageSettings): string | undefined {
  for (const [path, bound] of BOUNDS_BY_PATH) {
    const [name = '', part] = path.split('.');
    const group = settings[name as keyof StageSettings] as Record<string, unknown> | undefined;
    const value = part === undefined ? group : group?.[part];
    if (value === undefined ? bound.optional === true : bound.off === true && value === 'off') continue;
    if (!isWithin(value, bound)) return `${path} must be ${boundText(bound)}.`;
  }
  return undefined;
}

/** Neither NaN nor an infinity is. */
function isWithin(value: unknown, { least, most, step = 1 }: Bound): boolean {
  return typeof value === 'number' && Number.isInteger(value / step) && value >= least && value <= most;
}

function isBound(value: object): value is Bound {
  return 'least' in value;
}
