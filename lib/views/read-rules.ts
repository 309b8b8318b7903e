import { parseRetryPolicy } from '../domain/retry-policy.ts';
import { parseStageLimits } from '../domain/stage-limits.ts';
import type { ViewRules } from './view-page.ts';

interface RuleSettings {
  RETRY_POLICY?: string | undefined;
  STUCK_LIMITS?: string | undefined;
}

/** The rules as the flows' own settings state them. @throws Error that lists every fault. */
export function readRules(settings: RuleSettings): ViewRules {
  return {
    retryPolicy: parseRetryPolicy(settings.RETRY_POLICY),
    stageLimits: parseStageLimits(settings.STUCK_LIMITS),
  };
}
