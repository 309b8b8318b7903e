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
  /**
   * Tenants by who sends their events: the unique id of a role (`AROA…`) or user (`AIDA…`), `*` for all tenants. Events of
   * anybody else are quarantined. @default anybody who may send to the queue sends events of any tenant
   */
  senders?: Record<string, string[]>;
  decisionPolicy?: { default?: DecisionWindow; tenants?: Record<string, DecisionWindow> };
}

/** The settings that functions read their rules from, by the rule. */
const SETTINGS = {
  retryPolicy: 'RETRY_POLICY',
  stuckLimits: 'STUCK_LIMITS',
  phiGuard: 'PHI_GUARD',
  senders: 'SENDERS',
  decisionPolicy: 'DECISION_POLICY',
  metricTenants: 'METRIC_TENANTS',
} as const;

/** The rules as the functions' settings have them; one that is not stated is left out. */
export function ruleSettings(rules: StageRules): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([name, setting]) => {
      const rule = rules[name as keyof typeof SETTINGS];
      return rule === undefined ? [] : [[setting, JSON.stringify(rule)]];
    }),
  );
}

/** CloudFormation takes values of 1,024 bytes. */
const OUTPUT_BYTES = 1_024;

/** A rule as JSON for `pagw`, in as many outputs as it takes: `name`, `name` and 2, and so on. */
export function ruleOutputs(name: string, rule: object = {}): [name: string, value: string][] {
  const values = [''];
  for (const character of JSON.stringify(rule)) {
    const longer = values.at(-1) + character;
    if (Buffer.byteLength(longer) > OUTPUT_BYTES) values.push(character);
    else values[values.length - 1] = longer;
  }
  return values.map((value, place) => [place === 0 ? name : `${name}${place + 1}`, value]);
}
