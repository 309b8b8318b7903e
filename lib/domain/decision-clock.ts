import * as z from 'zod/mini';
import { canonicalTenant } from './event-catalogue.ts';
import { parseSetting } from './parse-setting.ts';
import type { Priority } from './tracked-event.ts';

/** How long a tenant may take to decide, in seconds that come to whole hours; null where it is not bound by a timeframe. */
export type DecisionWindow = Readonly<Record<Priority, number>> | null;

export interface DecisionPolicy {
  /** For every tenant that is not named. */
  default: DecisionWindow;
  /** By canonical tenant. */
  tenants: ReadonlyMap<string, DecisionWindow>;
}

/** CMS-0057-F: 72 hours for an expedited request, seven calendar days for a standard one. */
const EXPEDITED_HOURS = 72;
const STANDARD_DAYS = 7;

/** Shares of the window at which a deadline is worth a warning, and worth waking somebody. */
export const AT_RISK_SHARE = 0.75;
export const URGENT_SHARE = 0.9;

/** none: the clock does not run, or has not run far. */
export type DeadlineRisk = 'none' | 'at-risk' | 'urgent' | 'breached';

const rule = z.strictObject({
  expeditedHours: z._default(z.number().check(z.positive(), z.maximum(8760)), EXPEDITED_HOURS),
  standardDays: z._default(z.number().check(z.positive(), z.maximum(365)), STANDARD_DAYS),
});
type StatedWindow = 'off' | z.infer<typeof rule>;
const comesToWholeHours = (field: 'expeditedHours' | 'standardDays', hoursEach: number) =>
  z.refine<StatedWindow>((stated) => stated === 'off' || Number.isInteger(stated[field] * hoursEach), {
    path: [field],
    error: 'does not come to whole hours',
  });
// Whole hours, because decisions are counted by how long they took (decision_tally), and each hour bounds a count.
const window = z
  .union([z.literal('off'), rule], {
    error: 'is neither "off" nor {"expeditedHours": …, "standardDays": …} with positive numbers',
  })
  .check(comesToWholeHours('expeditedHours', 1), comesToWholeHours('standardDays', 24));
const schema = z.strictObject({
  default: z._default(window, { expeditedHours: EXPEDITED_HOURS, standardDays: STANDARD_DAYS }),
  tenants: z._default(z.record(z.string(), window), {}),
});

/**
 * Reads a policy from JSON, all of it optional:
 * `{"default":{"expeditedHours":72,"standardDays":7},"tenants":{"anthem-ca":"off","carelon":{"standardDays":14}}}`.
 * @throws Error that lists every fault by its path.
 */
export function parseDecisionPolicy(json: string | undefined): DecisionPolicy {
  const { default: general, tenants } = parseSetting('decision policies', json, schema);
  return {
    default: toWindow(general),
    tenants: new Map(
      Object.entries(tenants).map(([name, stated]) => [canonicalTenant(name) ?? name, toWindow(stated)]),
    ),
  };
}

export const defaultDecisionPolicy: DecisionPolicy = parseDecisionPolicy(undefined);

export interface ClockedRequest {
  tenant: string;
  /** null counts as standard until something says otherwise. */
  priority: Priority | null;
  receivedAt: Date;
}

/** The instants at which a request's decision is at risk, urgent and due. */
export interface DecisionSteps {
  atRiskAt: Date;
  urgentAt: Date;
  dueAt: Date;
}

/** Null where the tenant's policy is off. */
export function decisionSteps(request: ClockedRequest, policy: DecisionPolicy): DecisionSteps | null {
  const named = policy.tenants.get(request.tenant);
  const window = named === undefined ? policy.default : named;
  if (window === null) return null;
  const seconds = window[request.priority ?? 'STANDARD'];
  const after = (share: number) => new Date(request.receivedAt.getTime() + share * seconds * 1_000);
  return { atRiskAt: after(AT_RISK_SHARE), urgentAt: after(URGENT_SHARE), dueAt: after(1) };
}

export function deadlineRisk({ atRiskAt, urgentAt, dueAt }: DecisionSteps, now: Date): DeadlineRisk {
  if (now >= dueAt) return 'breached';
  if (now >= urgentAt) return 'urgent';
  return now >= atRiskAt ? 'at-risk' : 'none';
}

function toWindow(stated: StatedWindow): DecisionWindow {
  if (stated === 'off') return null;
  return { EXPEDITED: stated.expeditedHours * 3_600, STANDARD: stated.standardDays * 24 * 3_600 };
}
