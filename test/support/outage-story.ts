import type { Step } from './history.ts';

/** A request of the simulated week: what happens to it, by minutes from the week's beginning. */
export interface StoryRequest {
  pagwId: string;
  tenant: string;
  steps: Step[];
  /** From when to when it is stuck, and for which reason. */
  stuck: { from: number; until: number; reason: string }[];
}

const DAY = 24 * 60;
export const WEEK = 7 * DAY;
/** A Tuesday morning's outage of the payer, three hours long. */
export const OUTAGE = { from: DAY + 9 * 60, until: DAY + 12 * 60 };
/** When an operator has every exhausted failure retried. */
export const RERUN = OUTAGE.until + 20;
/** When the payer drops the connections that hung, and answers. */
const RELEASED = OUTAGE.until + 5;

const TENANTS: readonly [tenant: string, requests: number][] = [
  ['anthem', 1_200],
  ['elevance', 600],
  ['carelon', 200],
];
const HANGS_EACH = 50;
/** Minutes from the first attempt to each of the others: the retry policy without its jitter. */
const ATTEMPTS_AFTER = [0, 1, 3, 7, 15];
const LIMIT = 15;

const timeout = { errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } };
const accepted = { metadata: { targetSystem: 'carelon', isAsync: false } };

/** The 2,000 requests that the outage hits, or a share of them, spread over its three hours. */
export function outageRequests(share: number): StoryRequest[] {
  return TENANTS.flatMap(([tenant, all]) => {
    const requests = Math.ceil(all * share);
    return Array.from({ length: requests }, (_, number) => {
      const at = OUTAGE.from + Math.floor((number * (OUTAGE.until - OUTAGE.from)) / requests);
      const pagwId = `PAGW-OUTAGE-${tenant}-${number}`;
      return number % HANGS_EACH === 0 ? hanging(pagwId, tenant, at) : failing(pagwId, tenant, at);
    });
  });
}

/** Requests that nothing is wrong with, one every half hour, and one that is pended and never decided. */
export function calmRequests(): StoryRequest[] {
  const calm = Array.from({ length: WEEK / 30 }, (_, number): StoryRequest => {
    const at = number * 30;
    return {
      pagwId: `PAGW-CALM-${number}`,
      tenant: TENANTS[number % TENANTS.length]?.[0] ?? 'anthem',
      steps: [
        ...arrives(at),
        [at, 'DOWNSTREAM_OK', accepted],
        answered(at, 'approved'),
        [at, 'NOTIFY_START'],
      ],
      stuck: [],
    };
  });
  const pended: StoryRequest = {
    pagwId: 'PAGW-PENDED',
    tenant: 'anthem',
    steps: [...arrives(0), [0, 'DOWNSTREAM_OK', accepted], answered(0, 'pended')],
    stuck: [
      { from: 0.75 * 8 * DAY, until: 8 * DAY, reason: 'deadline-at-risk' },
      { from: 8 * DAY, until: Number.POSITIVE_INFINITY, reason: 'deadline-breached' },
    ],
  };
  return [...calm, pended];
}

function arrives(at: number): Step[] {
  return [
    [at, 'REQUEST_RECEIVED'],
    [at, 'PARSE_OK', { metadata: { hasUrgent: false } }],
    [at, 'CONVERT_OK', { metadata: { targetSystem: 'carelon' } }],
  ];
}

function answered(at: number, outcome: string): Step {
  return [at, 'RESPONSE_OK', { metadata: { outcome } }];
}

function hanging(pagwId: string, tenant: string, at: number): StoryRequest {
  return {
    pagwId,
    tenant,
    steps: [
      ...arrives(at),
      [at, 'DOWNSTREAM_START'],
      [RELEASED, 'DOWNSTREAM_OK', accepted],
      answered(RELEASED, 'approved'),
    ],
    stuck: at + LIMIT < RELEASED ? [{ from: at + LIMIT, until: RELEASED, reason: 'no-result' }] : [],
  };
}

function failing(pagwId: string, tenant: string, at: number): StoryRequest {
  const steps = arrives(at);
  for (const [made, after] of ATTEMPTS_AFTER.entries()) {
    const minute = at + after;
    if (made > 0)
      steps.push([minute, 'DOWNSTREAM_RETRY', { stage: 'API_CONNECTOR', status: 'RETRY_SCHEDULED' }]);
    steps.push([minute, 'DOWNSTREAM_START', { attempt: made + 1 }]);
    if (minute >= OUTAGE.until) {
      steps.push([minute, 'DOWNSTREAM_OK', accepted], answered(minute, 'approved'));
      return { pagwId, tenant, steps, stuck: [] };
    }
    steps.push([minute, 'DOWNSTREAM_TIMEOUT', { ...timeout, attempt: made + 1 }]);
  }
  steps.push(
    [RERUN, 'DOWNSTREAM_START', { attempt: 6 }],
    [RERUN, 'DOWNSTREAM_OK', accepted],
    answered(RERUN, 'denied'),
  );
  const usedUpAt = at + (ATTEMPTS_AFTER.at(-1) ?? 0);
  return { pagwId, tenant, steps, stuck: [{ from: usedUpAt, until: RERUN, reason: 'retries-exhausted' }] };
}
