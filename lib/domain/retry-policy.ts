import * as z from 'zod/mini';
import { canonicalStage } from './event-catalogue.ts';
import { byName, parseSetting } from './parse-setting.ts';
import type { RetryTiming, TrackedEvent } from './tracked-event.ts';

const day = 86_400;

const timing = {
  /** Delay before the second attempt. */
  baseSeconds: z.number().check(z.minimum(1), z.maximum(day)),
  /** Growth of the delay with each attempt. */
  factor: z.number().check(z.minimum(1), z.maximum(10)),
  /** No delay is longer. */
  capSeconds: z.number().check(z.minimum(1), z.maximum(7 * day)),
  /** Attempts in all, the first included. */
  maxAttempts: z.int().check(z.minimum(1), z.maximum(100)),
};
const override = z.partial(z.strictObject(timing));

const retryPolicySchema = z
  .strictObject({
    baseSeconds: z._default(timing.baseSeconds, 60),
    factor: z._default(timing.factor, 2),
    capSeconds: z._default(timing.capSeconds, 3600),
    maxAttempts: z._default(timing.maxAttempts, 5),
    stages: z._default(byName(override, canonicalStage), {}),
    errorCodes: z._default(
      byName(z.extend(override, { retryable: z.optional(z.boolean()) }), errorCodeKey),
      {},
    ),
  })
  .check(
    z.superRefine((policy, context) => {
      const report = (path: string[], delays: { baseSeconds: number; capSeconds: number }) => {
        if (delays.baseSeconds <= delays.capSeconds) return;
        context.addIssue({ code: 'custom', path, message: 'baseSeconds is longer than capSeconds' });
      };
      report([], policy);
      for (const [stage, delays] of Object.entries(policy.stages)) {
        report(['stages', stage], { ...policy, ...stated(delays) });
      }
      for (const [code, delays] of Object.entries(policy.errorCodes)) {
        report(['errorCodes', code], { ...policy, ...stated(delays) });
      }
    }),
  );

type Override = Partial<Omit<RetryTiming, 'jitter'>>;

export interface RetryPolicy extends Omit<RetryTiming, 'jitter'> {
  /** By canonical stage. */
  stages: ReadonlyMap<string, Override>;
  /** By upper-case error code; wins over the stage. */
  errorCodes: ReadonlyMap<string, Override & { retryable?: boolean }>;
}

/** Reads a policy from JSON, all of it optional. Throws an Error that lists every fault by its path. */
export function parseRetryPolicy(json: string | undefined): RetryPolicy {
  const { stages, errorCodes, ...timing } = parseSetting('retry policy settings', json, retryPolicySchema);
  return {
    ...timing,
    stages: new Map(
      Object.entries(stages).map(([name, rule]) => [canonicalStage(name) ?? name, stated(rule)]),
    ),
    errorCodes: new Map(Object.entries(errorCodes).map(([code, rule]) => [errorCodeKey(code), stated(rule)])),
  };
}

/** Exponential from 60 s, factor 2, cap 1 h, 5 attempts, the same for every stage and code. */
export const defaultRetryPolicy: RetryPolicy = parseRetryPolicy(undefined);

type Failure = Pick<TrackedEvent, 'stage' | 'eventType' | 'errorCode' | 'known'>;

/** Whether a failure that does not say so may be retried: the policy's word on its code, else the code's class. */
export function isRetryable(event: Failure, policy: RetryPolicy): boolean {
  return codeRule(event, policy)?.retryable ?? isRetryableFailure(event);
}

/** How the next attempt after this failure is timed; `jitter` is a draw from 0..1. */
export function retryTiming(
  event: Pick<TrackedEvent, 'stage' | 'errorCode'>,
  policy: RetryPolicy,
  jitter: number,
): RetryTiming {
  const { baseSeconds, factor, capSeconds, maxAttempts } = {
    ...policy,
    ...policy.stages.get(event.stage),
    ...codeRule(event, policy),
  };
  return { baseSeconds, factor, capSeconds, maxAttempts, jitter };
}

function codeRule(event: Pick<TrackedEvent, 'errorCode'>, policy: RetryPolicy) {
  return event.errorCode === null ? undefined : policy.errorCodes.get(errorCodeKey(event.errorCode));
}

/** Codes are one whatever their case. */
function errorCodeKey(code: string): string {
  return code.trim().toUpperCase();
}

/** Without the keys that are absent, so that spreading an override never writes undefined over a default. */
function stated<Rule extends object>(rule: Rule): { [Key in keyof Rule]: Exclude<Rule[Key], undefined> } {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as never;
}

/** The request itself is at fault: sending it again gives the same answer. */
const terminalErrorCodes: ReadonlySet<string> = new Set([
  'PARSE_VALIDATION_ERROR',
  'VALIDATION_FAILED',
  'QUEUE_FAILED',
  'INVALID_NPI',
  'MISSING_DOB',
  'FUTURE_DATE',
  'INVALID_ICD10_FORMAT',
  'MISSING_COVERAGE',
]);

/** Failures that are a verdict on the request's content rather than a mishap. */
const verdicts: ReadonlySet<string> = new Set(['PARSE_FAIL', 'VAL_FAIL']);

/**
 * Whether a failure that does not say so may be retried. An unlisted code counts as retryable: a needless second try
 * costs a message, a missing one leaves the provider without an answer. Without a code, only a known type's failure
 * that is no verdict is retryable.
 */
function isRetryableFailure(event: Pick<TrackedEvent, 'eventType' | 'errorCode' | 'known'>): boolean {
  if (event.errorCode === null) return event.known && !verdicts.has(event.eventType);
  return !terminalErrorCodes.has(event.errorCode.toUpperCase());
}
