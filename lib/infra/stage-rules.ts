/** Minutes a stage may take before its request is stuck: to begin, and to come to a result. */
export type StuckLimit = number | { begin?: number; result?: number };

/** How long a decision may take; the standard time in hours, calendar days or business days. */
export interface DecisionTimes {
  expeditedHours?: number;
  standardHours?: number;
  standardDays?: number;
  standardBusinessDays?: number;
}

/** How long a tenant or a plan may take to decide; `off` where no timeframe binds it. */
export type DecisionWindow =
  | 'off'
  | (DecisionTimes & {
      /** Of issuers on the exchanges: 72 hours and 15 days. @default impacted: 72 hours and 7 days, 14 before 2026 */
      kind?: 'impacted' | 'exchange';
      /** IANA name of the zone whose days count. @default UTC */
      zone?: string;
      /** Days as `2026-12-25` that are no business days. */
      holidays?: string[];
      /** Times of requests received from a day on. */
      periods?: (DecisionTimes & { from: string })[];
      /** @default 24 and 72 hours for drugs of the medical benefit, none for those of the pharmacy benefit */
      drugs?: { medical?: 'off' | DecisionTimes; pharmacy?: 'off' | DecisionTimes };
      /** One of `states`, whose times count where they are shorter. */
      state?: string;
    });

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
  /** Delays and attempts, by stage and error code. See docs/retry.md. @default five attempts, from 60 seconds, doubled, an hour at most */
  retryPolicy?: RetryTimes & {
    stages?: Record<string, RetryTimes>;
    errorCodes?: Record<string, RetryTimes & { retryable?: boolean }>;
  };
  /** A stage's own queue, by stage. @default all commands go to the common retries queue */
  retryQueues?: Record<string, StageQueue>;
  /** Minutes to begin and to a result, by stage. See docs/stuck.md. @default those of docs/stuck.md */
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
  /** Hours and days to a decision, by tenant and by plan; a plan's comes before its tenant's. See docs/stuck.md. @default those of docs/stuck.md */
  decisionPolicy?: {
    default?: DecisionWindow;
    tenants?: Record<string, DecisionWindow>;
    plans?: Record<string, DecisionWindow>;
    states?: Record<string, 'off' | DecisionTimes>;
  };
  /** How many days before its recording a producer's time counts; more while old histories are imported. @default 90 */
  believedDays?: number;
  /**
   * What the ingest function logs of events: `every` one on a line of its own, a `batch` of them on a line, or the
   * `refused` ones only. @default every
   */
  eventLog?: 'every' | 'batch' | 'refused';
}

/** The settings that functions read their rules from, by the rule. */
const SETTINGS = {
  retryPolicy: 'RETRY_POLICY',
  stuckLimits: 'STUCK_LIMITS',
  phiGuard: 'PHI_GUARD',
  senders: 'SENDERS',
  decisionPolicy: 'DECISION_POLICY',
  metricTenants: 'METRIC_TENANTS',
  believedDays: 'BELIEVED_DAYS',
  eventLog: 'EVENT_LOG',
} as const;

/** The rules as the functions' settings have them; one that is not stated is left out. */
export function ruleSettings(rules: StageRules): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([name, setting]) => {
      const rule = rules[name as keyof typeof SETTINGS];
      return rule === undefined ? [] : [[setting, typeof rule === 'string' ? rule : JSON.stringify(rule)]];
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
