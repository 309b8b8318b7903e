import { LEAST_HISTORY_DAYS } from '../domain/history-ages.ts';
import type { StageSettings } from './stages.ts';

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
