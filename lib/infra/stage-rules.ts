/** Minutes a stage may take before its request is stuck: to begin, and to come to a result. */
export type StuckLimit = number | { begin?: number; result?: number };

/** How long a tenant may take to decide, in times that come to whole hours; `off` where no timeframe binds it. */
export type DecisionWindow = 'off' | { expeditedHours?: number; standardDays?: number };

export interface RetryTimes {
  /** Delay before the second attempt. */
  baseSeconds?: number;
  /** Growth of the delay with each attempt. */
  factor?: number;
  /** No delay is longer. */
  capSeconds?: number;
  /** Attempts in all, the first included. */
  maxAttempts?: number;
}

/** A queue of a stage's own: FIFO, and its customer-managed key if it has one. */
export interface StageQueue {
  queueArn: string;
  keyArn?: string;
}

/** What the flows go by. Whatever is left out is as docs/retry.md and docs/stuck.md describe. */
export interface StageRules {
  retryPolicy?: RetryTimes & {
    stages?: Record<string, RetryTimes>;
    errorCodes?: Record<string, RetryTimes & { retryable?: boolean }>;
  };
  /** By stage. @default all commands go to the common retries queue */
  retryQueues?: Record<string, StageQueue>;
  stuckLimits?: { default?: number; retryOverdue?: number; stages?: Record<string, StuckLimit> };
  /** Tenants that metrics name before any other; of all tenants 100 have metrics of their own. @default those that were first on the watch list */
  metricTenants?: string[];
  /** How strictly events are kept free of personal data: see docs/contract. @default patterns */
  phiGuard?: { level?: 'strict' | 'patterns'; metadataKeys?: string[] };
  decisionPolicy?: { default?: DecisionWindow; tenants?: Record<string, DecisionWindow> };
}

const VARIABLES = {
  retryPolicy: 'RETRY_POLICY',
  stuckLimits: 'STUCK_LIMITS',
  phiGuard: 'PHI_GUARD',
  decisionPolicy: 'DECISION_POLICY',
  metricTenants: 'METRIC_TENANTS',
} as const;

/** The rules called `names` as a function's environment has them; one that is not stated is left out. */
export function ruleVariables(
  rules: StageRules,
  names: readonly (keyof typeof VARIABLES)[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) =>
      rules[name] === undefined ? [] : [[VARIABLES[name], JSON.stringify(rules[name])]],
    ),
  );
}
