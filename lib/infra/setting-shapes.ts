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
