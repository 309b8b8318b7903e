import * as z from 'zod/mini';
import { canonicalStage, stages } from './event-catalogue.ts';
import { byName, parseSetting } from './parse-setting.ts';

/** How long a stage may take before its request is stuck, in seconds. */
export interface StageLimit {
  /** From the stage before it being done to its first event. */
  begin: number;
  /** From its start, failure or re-sending to what comes next. */
  result: number;
}

export interface StageLimits {
  default: StageLimit;
  /** By canonical stage. */
  stages: ReadonlyMap<string, StageLimit>;
  /** From a retry being due to its stage being heard of. */
  retryOverdue: number;
}

/** The customer's threshold for every stage, and for what is not listed. */
const DEFAULT_MINUTES = 15;
const RETRY_OVERDUE_MINUTES = 10;
/** What waits for others by nature: a payer's callback, and documents pulled from a provider. */
const WAITING_STAGES: Readonly<Record<string, Partial<Record<keyof StageLimit, number>>>> = {
  CALLBACK_HANDLER: { begin: 24 * 60 },
  ATTACHMENT: { begin: 4 * 60, result: 4 * 60 },
};

const minutes = z.number().check(z.minimum(1), z.maximum(30 * 24 * 60));
const limit = z.union([minutes, z.partial(z.strictObject({ begin: minutes, result: minutes }))]);
const byStage = byName(limit, canonicalStage).check(
  z.superRefine((given, context) => {
    for (const name of Object.keys(given))
      if (!stages.some((stage) => stage === canonicalStage(name)))
        context.addIssue({ code: 'custom', path: [name], message: `is not one of ${stages.join(', ')}` });
  }),
);
const schema = z.strictObject({
  default: z._default(minutes, DEFAULT_MINUTES),
  retryOverdue: z._default(minutes, RETRY_OVERDUE_MINUTES),
  stages: z._default(byStage, {}),
});

/**
 * Reads limits from JSON in minutes: `{"default":15,"retryOverdue":10,"stages":{"CALLBACK_HANDLER":{"begin":1440},"PARSING":5}}`.
 * All of it optional; a stage's plain number means both its begin and its result.
 * @throws Error that lists every fault by its path.
 */
export function parseStageLimits(json: string | undefined): StageLimits {
  const { default: general, retryOverdue, stages: stated } = parseSetting('stuck limits', json, schema);
  const limits = new Map<string, StageLimit>();
  const put = (stage: string, given: Partial<Record<keyof StageLimit, number>>) => {
    const base = limits.get(stage) ?? { begin: general * 60, result: general * 60 };
    limits.set(stage, {
      begin: given.begin === undefined ? base.begin : given.begin * 60,
      result: given.result === undefined ? base.result : given.result * 60,
    });
  };
  for (const [stage, given] of Object.entries(WAITING_STAGES)) put(stage, given);
  for (const [name, given] of Object.entries(stated)) {
    const both = typeof given === 'number' ? { begin: given, result: given } : given;
    put(canonicalStage(name) ?? name, stripUndefined(both));
  }
  return {
    default: { begin: general * 60, result: general * 60 },
    stages: limits,
    retryOverdue: retryOverdue * 60,
  };
}

export const defaultStageLimits: StageLimits = parseStageLimits(undefined);

/** The limit of a stage; of one that is unknown, or of none, the default. */
export function limitOf(stage: string | null, limits: StageLimits): StageLimit {
  return limits.stages.get(stage ?? '') ?? limits.default;
}

/**
 * The least that any limit allows, in seconds. Looking at an open request that often is often enough: whatever
 * happened to it after a check, no limit it started has run out by the next.
 */
export function shortestLimit(limits: StageLimits): number {
  const all = [limits.default, ...limits.stages.values()].flatMap(({ begin, result }) => [begin, result]);
  return Math.min(limits.retryOverdue, ...all);
}

function stripUndefined(given: { begin?: number | undefined; result?: number | undefined }) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
