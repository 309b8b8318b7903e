import * as z from 'zod/mini';
import { canonicalTenant } from './event-catalogue.ts';
import {
  addBusinessDays,
  dayName,
  dayNumber,
  endOfDay,
  isTimeZone,
  localDay,
  startOfDay,
} from './local-days.ts';
import { byName, parseSetting } from './parse-setting.ts';
import { LAST_INSTANT } from './stated-time.ts';
import type { Drugs, Priority, RequestKind } from './tracked-event.ts';
import { type DeadlineRisk, plural } from './words.ts';

/** Days end with the local day: a frame of days begins on the day after the receipt. */
export type Frame = { hours: number } | { days: number } | { businessDays: number };
/** Null where no timeframe binds the plan. */
export type Frames = Readonly<Record<Priority, Frame>> | null;

export interface FramePeriod {
  /** Requests received from this instant on, in epoch milliseconds. */
  from: number;
  frames: Frames;
}

/** How long a plan, or a tenant, may take to decide. */
export interface PlanPolicy {
  /** IANA name of the zone whose days count. */
  zone: string;
  /** Days that are no business days. */
  holidays: ReadonlySet<number>;
  /** The latest first; the last one has no beginning. */
  periods: readonly FramePeriod[];
  drugs: Readonly<Record<Exclude<Drugs, 'none'>, Frames>>;
  /** What the plan's state asks for, as far as it does; it counts where it is the shorter. */
  state: Readonly<Partial<Record<Priority, Frame>>>;
}

export interface DecisionPolicy {
  /** For every tenant and plan that is not named. */
  default: PlanPolicy;
  /** By canonical tenant. */
  tenants: ReadonlyMap<string, PlanPolicy>;
  /** By the plan's name in lower case; a plan's policy comes before its tenant's. */
  plans: ReadonlyMap<string, PlanPolicy>;
}

/**
 * CMS-0057-F: 72 hours for an expedited request, seven calendar days for a standard one (CMS's questions and answers on the
 * rule); before 2026 it was 14 calendar days after the date of receipt (42 CFR 422.568(b)(1) as it stood then). Issuers on the
 * exchanges are not bound by these: their 15 days are those of 29 CFR 2560.503-1(f)(2)(iii)(A). 24 and 72 hours for Part B drugs are not
 * checked against a source.
 */
const EXPEDITED_HOURS = 72;
const STANDARD_DAYS = 7;
const FORMER_STANDARD_DAYS = 14;
const SEVEN_DAYS_SINCE = '2026-01-01';
const EXCHANGE_STANDARD_DAYS = 15;
const MEDICAL_DRUG_FRAMES: NonNullable<Frames> = { EXPEDITED: { hours: 24 }, STANDARD: { hours: 72 } };

// By refinements: a union reports the faults of a member only where its types fit.
const whole = (most: number) =>
  z.number().check(
    z.refine((count) => Number.isInteger(count), { error: 'is not a whole number' }),
    z.positive({ error: 'is not above 0' }),
    z.maximum(most),
  );
const day = z
  .string()
  .check(z.refine((date) => !Number.isNaN(dayNumber(date)), { error: 'is not a day such as 2026-12-25' }));
const times = {
  expeditedHours: z.optional(whole(8_760)),
  standardHours: z.optional(whole(8_760)),
  standardDays: z.optional(whole(365)),
  standardBusinessDays: z.optional(whole(365)),
};
type Times = { [Name in keyof typeof times]?: number | undefined };
const oneStandard = z.refine<unknown>(
  (stated) =>
    typeof stated !== 'object' ||
    [
      (stated as Times).standardHours,
      (stated as Times).standardDays,
      (stated as Times).standardBusinessDays,
    ].filter((time) => time !== undefined).length < 2,
  { error: 'states the standard time more than once' },
);
const frames = z
  .union([z.literal('off'), z.strictObject(times)], { error: 'is neither "off" nor an object of times' })
  .check(oneStandard);
const plan = z
  .union(
    [
      z.literal('off'),
      z.strictObject({
        ...times,
        kind: z.optional(z.enum(['impacted', 'exchange'], { error: 'is neither "impacted" nor "exchange"' })),
        zone: z.optional(z.string().check(z.refine(isTimeZone, { error: 'is not a time zone that exists' }))),
        holidays: z._default(z.array(day), []),
        periods: z._default(z.array(z.strictObject({ ...times, from: day }).check(oneStandard)), []),
        drugs: z.optional(z.strictObject({ medical: z.optional(frames), pharmacy: z.optional(frames) })),
        state: z.optional(z.string()),
      }),
    ],
    { error: 'has no policy: state "off", or an object such as {"expeditedHours": 72, "standardDays": 7}' },
  )
  .check(oneStandard);
type StatedPlan = z.output<typeof plan>;
type StatedFrames = z.output<typeof frames>;
const schema = z
  .strictObject({
    default: z._default(plan, { holidays: [], periods: [] }),
    tenants: z._default(byName(plan, canonicalTenant), {}),
    plans: z._default(byName(plan, planKey), {}),
    states: z._default(byName(frames, planKey), {}),
  })
  .check(
    z.superRefine(({ default: general, tenants, plans, states }, context) => {
      const all: [PropertyKey[], StatedPlan][] = [
        [['default'], general],
        ...Object.entries(tenants).map(([name, one]): [PropertyKey[], StatedPlan] => [
          ['tenants', name],
          one,
        ]),
        ...Object.entries(plans).map(([name, one]): [PropertyKey[], StatedPlan] => [['plans', name], one]),
      ];
      for (const [path, one] of all)
        if (one !== 'off' && one.state !== undefined && !Object.hasOwn(states, one.state))
          context.addIssue({
            code: 'custom',
            path: [...path, 'state'],
            message: 'names a state that states has no times for',
          });
      for (const [path, one] of all)
        if (one !== 'off' && new Set(one.periods.map(({ from }) => from)).size < one.periods.length)
          context.addIssue({
            code: 'custom',
            path: [...path, 'periods'],
            message: 'has two periods from the same day',
          });
    }),
  );

/**
 * Reads a policy from JSON, all of it optional; docs/stuck.md shows all of it:
 * `{"tenants":{"anthem-ca":"off","carelon":{"standardDays":14}},"plans":{"H1234":{"kind":"exchange","zone":"America/New_York"}}}`.
 * @throws Error that lists every fault by its path.
 */
export function parseDecisionPolicy(json: string | undefined): DecisionPolicy {
  const stated = parseSetting('decision policies', json, schema);
  const read = (one: StatedPlan) => toPlanPolicy(one, stated.states);
  return {
    default: read(stated.default),
    tenants: new Map(
      Object.entries(stated.tenants).map(([name, one]) => [canonicalTenant(name) ?? name, read(one)]),
    ),
    plans: new Map(Object.entries(stated.plans).map(([name, one]) => [planKey(name), read(one)])),
  };
}

/** Plans are one whatever their case. */
export function planKey(plan: string): string {
  return plan.trim().toLowerCase();
}

/** The plan's policy, else the tenant's, else the default. */
export function policyOf(policy: DecisionPolicy, tenant: string, plan: string | null): PlanPolicy {
  const own = plan === null ? undefined : policy.plans.get(planKey(plan));
  return own ?? policy.tenants.get(tenant) ?? policy.default;
}

/** A calendar year as it is where a plan is: from its first instant until the next year's. */
export interface LocalYear {
  since: Date;
  until: Date;
}

export interface LocalYears extends LocalYear {
  /** By canonical tenant, and by the plan's name in lower case, where they have policies of their own. */
  tenants: readonly (LocalYear & { name: string })[];
  plans: readonly (LocalYear & { name: string })[];
}

/** A calendar year by the days of each plan's zone. */
export function localYears({ default: general, tenants, plans }: DecisionPolicy, year: number): LocalYears {
  const of = ({ zone }: PlanPolicy) => ({
    since: new Date(startOfDay(dayNumber(`${year}-01-01`), zone)),
    until: new Date(startOfDay(dayNumber(`${year + 1}-01-01`), zone)),
  });
  const byName = (policies: ReadonlyMap<string, PlanPolicy>) =>
    [...policies].map(([name, one]) => ({ name, ...of(one) }));
  return { ...of(general), tenants: byName(tenants), plans: byName(plans) };
}

/** Whether a plan is judged by the default only because nobody has said anything of it, where others have policies of their own. */
export function lacksPolicy(policy: DecisionPolicy, tenant: string, plan: string): boolean {
  return policy.plans.size > 0 && !policy.plans.has(planKey(plan)) && !policy.tenants.has(tenant);
}

/** `expedited 72 hours, standard 7 days`, of what is received at the instant. */
export function policyText({ periods, zone, state, holidays }: PlanPolicy, at: Date): string {
  const { frames } = periods.find(({ from }) => at.getTime() >= from) ?? { frames: null };
  if (frames === null) return 'no timeframe';
  const times = `expedited ${frameText(frames.EXPEDITED)}, standard ${frameText(frames.STANDARD)}`;
  const ofState = Object.entries(state).map(
    ([priority, frame]) => `${priority.toLowerCase()} ${frameText(frame)}`,
  );
  const byState = ofState.length === 0 ? '' : `, by state ${ofState.join(' and ')}`;
  const isByCalendar = [frames.STANDARD, state.STANDARD].some(
    (frame) => frame !== undefined && 'businessDays' in frame,
  );
  const calendar = isByCalendar ? `, ${calendarText(holidays)}` : '';
  return `${times}${byState}${calendar}${zone === 'UTC' ? '' : ` in ${zone}`}`;
}

/** A calendar that has run out is silent otherwise. */
function calendarText(holidays: ReadonlySet<number>): string {
  if (holidays.size === 0) return 'no holidays stated';
  return `holidays stated until ${dayName(Math.max(...holidays))}`;
}

function frameText(frame: Frame): string {
  if ('hours' in frame) return plural(frame.hours, 'hour');
  return 'days' in frame ? plural(frame.days, 'day') : plural(frame.businessDays, 'business day');
}

const UNBOUND: PlanPolicy = {
  zone: 'UTC',
  holidays: new Set(),
  periods: [{ from: Number.NEGATIVE_INFINITY, frames: null }],
  drugs: { medical: null, pharmacy: null },
  state: {},
};

function toPlanPolicy(stated: StatedPlan, states: Readonly<Record<string, StatedFrames>>): PlanPolicy {
  if (stated === 'off') return UNBOUND;
  const { zone = 'UTC', drugs } = stated;
  const ofState = stated.state === undefined ? undefined : states[stated.state];
  const sevenDaysFrom = startOfDay(dayNumber(SEVEN_DAYS_SINCE), zone);
  const impactedDays = (at: number) => (at < sevenDaysFrom ? FORMER_STANDARD_DAYS : STANDARD_DAYS);
  const general = (at: number): NonNullable<Frames> => ({
    EXPEDITED: { hours: EXPEDITED_HOURS },
    STANDARD: { days: stated.kind === 'exchange' ? EXCHANGE_STANDARD_DAYS : impactedDays(at) },
  });
  const later = stated.periods
    .map(({ from, ...own }) => ({ from: startOfDay(dayNumber(from), zone), own }))
    .toSorted((one, other) => other.from - one.from);
  const starts = new Set([Number.NEGATIVE_INFINITY, sevenDaysFrom, ...later.map(({ from }) => from)]);
  return {
    zone,
    holidays: new Set(stated.holidays.map(dayNumber)),
    // Each says what is another in it; of what neither it nor the plan says, the rule of its time holds.
    periods: [...starts]
      .toSorted((one, other) => other - one)
      .map((at) => {
        const own = later.find(({ from }) => from <= at)?.own ?? {};
        return { from: at, frames: { ...general(at), ...framesIn(stated), ...framesIn(own) } };
      }),
    drugs: {
      medical:
        drugs?.medical === undefined ? MEDICAL_DRUG_FRAMES : toFrames(drugs.medical, MEDICAL_DRUG_FRAMES),
      pharmacy: drugs?.pharmacy === undefined ? null : toFrames(drugs.pharmacy, MEDICAL_DRUG_FRAMES),
    },
    state: ofState === undefined || ofState === 'off' ? {} : framesIn(ofState),
  };
}

function toFrames(stated: StatedFrames, general: NonNullable<Frames>): Frames {
  return stated === 'off' ? null : { ...general, ...framesIn(stated) };
}

/** Only what is stated. */
function framesIn(stated: Times): Partial<Record<Priority, Frame>> {
  const { expeditedHours, standardHours, standardDays, standardBusinessDays } = stated;
  return {
    ...(expeditedHours === undefined ? {} : { EXPEDITED: { hours: expeditedHours } }),
    ...(standardHours === undefined ? {} : { STANDARD: { hours: standardHours } }),
    ...(standardDays === undefined ? {} : { STANDARD: { days: standardDays } }),
    ...(standardBusinessDays === undefined ? {} : { STANDARD: { businessDays: standardBusinessDays } }),
  };
}

export const defaultDecisionPolicy: DecisionPolicy = parseDecisionPolicy(undefined);

/** Shares of the window at which a deadline is worth a warning, and worth waking somebody. */
const AT_RISK_SHARE = 0.75;
const URGENT_SHARE = 0.9;

const HOUR_MS = 3_600_000;

export interface ClockedRequest {
  tenant: string;
  /** null where none is stated. */
  plan: string | null;
  /** Only a request for a decision has a clock. */
  kind: RequestKind;
  drugs: Drugs;
  /** null counts as standard until something says otherwise. */
  priority: Priority | null;
  /** As requested; null where nothing was said of it. */
  requestedPriority: Priority | null;
  /** Since when it has this priority; null for since its receipt. */
  prioritySince: Date | null;
  /** When what has to be decided was received. */
  clockStartedAt: Date;
  extensionDays: number;
  /** When that was stated; null where it was not extended. */
  extendedAt: Date | null;
}

/** The instants at which a request's decision is at risk, urgent and due. */
export interface DecisionSteps {
  atRiskAt: Date;
  urgentAt: Date;
  dueAt: Date;
}

/**
 * Null where no timeframe binds what is asked. A deadline that was missed is an adverse determination by itself (42 CFR
 * 422.568(f), 422.572(f); docs/decisions.md says what was read of them): a priority that becomes another afterwards does not move it.
 */
export function decisionSteps(request: ClockedRequest, policy: DecisionPolicy): DecisionSteps | null {
  if (request.kind !== 'request') return null;
  const own = policyOf(policy, request.tenant, request.plan);
  const priority = request.priority ?? 'STANDARD';
  const received = request.clockStartedAt.getTime();
  // Nothing is asked for before its receipt, whatever a producer's clock says.
  const changed = Math.max(received, request.prioritySince?.getTime() ?? received);
  const frames = framesOf(own, request.drugs, received);
  // What was extended before an upgrade is the standard frame: nobody has extended the 72 hours that are asked for then.
  const extendedAt = Math.max(received, request.extendedAt?.getTime() ?? received);
  const extensionFrom = (from: number) => (extendedAt < from ? 0 : request.extensionDays);
  const dueAs = (as: Priority, from: number) =>
    [frames, frames && own.state]
      .flatMap((one) => one?.[as] ?? [])
      .map((frame) => dueBy(frame, from, own, extensionFrom(from)))
      .reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const missed = dueAs(request.requestedPriority ?? priority, received);
  const isMissed = request.requestedPriority !== priority && missed < changed;
  // What is upgraded has its 72 hours from the upgrade, within the standard frame; what is downgraded, its days from the receipt.
  const start = priority === 'EXPEDITED' && !isMissed ? changed : received;
  const due = isMissed ? missed : Math.min(dueAs(priority, start), dueAs('STANDARD', received));
  if (due === Number.POSITIVE_INFINITY) return null;
  const last = Math.min(due, LAST_INSTANT);
  const after = (share: number) => new Date(start + share * (last - start));
  return { atRiskAt: after(AT_RISK_SHARE), urgentAt: after(URGENT_SHARE), dueAt: new Date(last) };
}

/** none: the clock has not run far. */
export function deadlineRisk({ atRiskAt, urgentAt, dueAt }: DecisionSteps, now: Date): DeadlineRisk | 'none' {
  if (now >= dueAt) return 'breached';
  if (now >= urgentAt) return 'urgent';
  return now >= atRiskAt ? 'at-risk' : 'none';
}

function framesOf({ periods, drugs }: PlanPolicy, ofDrugs: Drugs, received: number): Frames {
  const frames = periods.find(({ from }) => received >= from)?.frames ?? null;
  return ofDrugs === 'none' ? frames : drugs[ofDrugs];
}

function dueBy(frame: Frame, start: number, { zone, holidays }: PlanPolicy, extensionDays: number): number {
  if ('hours' in frame) return start + (frame.hours + 24 * extensionDays) * HOUR_MS;
  const received = localDay(start, zone);
  const last =
    'days' in frame ? received + frame.days : addBusinessDays(received, frame.businessDays, holidays);
  return endOfDay(last + extensionDays, zone);
}
