import { planKey } from './decision-clock.ts';
import type { Priority } from './tracked-event.ts';

/**
 * What is counted of one plan's requests of one priority in a span (usually a calendar year where the plan is). Drugs, inquiries,
 * notifications and retrospective reviews are counted apart and nowhere else.
 *
 * `received + carriedIn = decided + withdrawn + dismissed + void + notRequired + open`.
 */
export interface PlanFigures {
  tenant: string;
  plan: string;
  /** As processed when it was decided; of an open one, as it is. */
  priority: Priority;
  /** Received in the span. */
  received: number;
  /** Received before it, and neither decided nor ended by then. */
  carriedIn: number;
  /** Determined in the span, whenever received: approved, in part, denied. */
  decided: number;
  approved: number;
  partial: number;
  denied: number;
  withdrawn: number;
  /** Cannot be processed. */
  dismissed: number;
  /** Duplicates among them. */
  void: number;
  /** No authorization is needed. */
  notRequired: number;
  /** Neither decided nor ended at the end of the span. */
  open: number;
  /** Determined in the span under a timeframe; the others are not late, nor in time. */
  bound: number;
  /** The provider had notice by the due time. */
  inTime: number;
  approvedInTime: number;
  partialInTime: number;
  deniedInTime: number;
  /** Approved in whole after the time to decide was extended. */
  approvedAfterExtension: number;
  extended: number;
  /** Denials, whole or in part, that state a reason; and those that do not. */
  reasonGiven: number;
  reasonMissing: number;
  /** Appeals received in the span. */
  appealed: number;
  /** Appeals decided in the span, whenever received. */
  appealsDecided: number;
  upheld: number;
  overturned: number;
  overturnedInPart: number;
  appealsWithdrawn: number;
  /** From the appeal to its decision; null where none was decided. */
  appealMeanMs: number | null;
  /** From receipt to determination; null where nothing was decided. */
  meanMs: number | null;
  medianMs: number | null;
  /** Received in the span, and not counted above. */
  drugs: number;
  inquiries: number;
  notifications: number;
  retrospective: number;
}

/** What of a plan is published for one priority; times in milliseconds. */
export interface PublishedFigures {
  received: number;
  approved: number;
  denied: number;
  partial: number;
  approvedAfterExtension: number;
  appealed: number;
  /** Absent of a delegate that does not say. */
  appealsDecided?: number | undefined;
  approvedAfterAppeal: number;
  /** Null where no timeframe binds any of the decisions. */
  inTime: number | null;
  meanMs: number | null;
  medianMs: number | null;
}

/** A plan, and whose requests of it are counted. */
interface OwnedPlan {
  plan: string;
  /** Absent of what a delegate's file says. */
  tenant?: string | undefined;
  /** Of a file's figures that stand by themselves, where it names one. */
  delegate?: string | undefined;
}

export interface PublishedPlan extends OwnedPlan {
  standard: PublishedFigures;
  expedited: PublishedFigures;
  leftOut: { drugs: number; withdrawn: number; undecided: number };
}

/** How plans are called: by their names, and of one name by whose they are, too. */
export function planNames(plans: readonly OwnedPlan[]): (plan: OwnedPlan) => string {
  const owners = Map.groupBy(plans, ({ plan }) => planKey(plan));
  const isOneOwners = new Map([...owners].map(([key, same]) => [key, new Set(same.map(ownerOf)).size === 1]));
  return (one) => (isOneOwners.get(planKey(one.plan)) ? one.plan : `${one.plan} (${ownerOf(one)})`);
}

function ownerOf({ tenant, delegate }: OwnedPlan): string {
  return tenant ?? delegate ?? 'a delegate';
}

/** How decisions in part are published: as a class of their own, or with one of the others. */
export const partialClasses = ['partial', 'approved', 'denied'] as const;
export type PartialClass = (typeof partialClasses)[number];

/** A plan's figures as they are published, its priorities beside each other. */
export function publishedPlans(rows: readonly PlanFigures[], partialAs: PartialClass): PublishedPlan[] {
  const plans = Map.groupBy(rows, ({ tenant, plan }) => JSON.stringify([tenant, plan]));
  return [...plans.values()].map((ofPlan) => {
    const sum = (name: 'drugs' | 'withdrawn' | 'open') => ofPlan.reduce((total, row) => total + row[name], 0);
    const of = (priority: Priority) =>
      published(
        ofPlan.find((row) => row.priority === priority),
        partialAs,
      );
    return {
      plan: ofPlan[0]?.plan ?? '',
      tenant: ofPlan[0]?.tenant,
      standard: of('STANDARD'),
      expedited: of('EXPEDITED'),
      leftOut: { drugs: sum('drugs'), withdrawn: sum('withdrawn'), undecided: sum('open') },
    };
  });
}

function published(row: PlanFigures | undefined, partialAs: PartialClass): PublishedFigures {
  const inPart = (as: PartialClass) => (partialAs === as ? (row?.partial ?? 0) : 0);
  return {
    received: row?.received ?? 0,
    approved: (row?.approved ?? 0) + inPart('approved'),
    denied: (row?.denied ?? 0) + inPart('denied'),
    partial: inPart('partial'),
    approvedAfterExtension: row?.approvedAfterExtension ?? 0,
    appealed: row?.appealed ?? 0,
    appealsDecided: row?.appealsDecided ?? 0,
    approvedAfterAppeal: row?.overturned ?? 0,
    inTime: row !== undefined && row.decided > 0 && row.bound === 0 ? null : (row?.inTime ?? 0),
    meanMs: row?.meanMs ?? null,
    medianMs: row?.medianMs ?? null,
  };
}

/**
 * Adds the figures that a delegate reports of the same plans. Means are weighed by decisions; a median of both cannot be
 * derived from two medians, and is null. Of a plan that several tenants have, the delegate's stand beside theirs.
 */
export function addFigures(own: readonly PublishedPlan[], others: readonly PublishedPlan[]): PublishedPlan[] {
  const plans = [...own];
  for (const other of others) {
    const places = plans.flatMap(({ plan }, place) => (planKey(plan) === planKey(other.plan) ? [place] : []));
    const [place] = places;
    const known = place !== undefined && places.length === 1 ? plans[place] : undefined;
    if (known === undefined || place === undefined) plans.push(other);
    else
      plans[place] = {
        plan: known.plan,
        tenant: known.tenant,
        delegate: known.delegate,
        standard: sumOf(known.standard, other.standard),
        expedited: sumOf(known.expedited, other.expedited),
        leftOut: {
          drugs: known.leftOut.drugs + other.leftOut.drugs,
          withdrawn: known.leftOut.withdrawn + other.leftOut.withdrawn,
          undecided: known.leftOut.undecided + other.leftOut.undecided,
        },
      };
  }
  return plans;
}

function sumOf(one: PublishedFigures, other: PublishedFigures): PublishedFigures {
  const decided = ({ approved, denied, partial }: PublishedFigures) => approved + denied + partial;
  const [few, more] = [decided(one), decided(other)];
  if (few === 0 || more === 0) {
    const times = few === 0 ? other : one;
    return { ...added(one, other), meanMs: times.meanMs, medianMs: times.medianMs };
  }
  const meanMs = ((one.meanMs ?? 0) * few + (other.meanMs ?? 0) * more) / (few + more);
  return { ...added(one, other), meanMs, medianMs: null };
}

function added(
  one: PublishedFigures,
  other: PublishedFigures,
): Omit<PublishedFigures, 'meanMs' | 'medianMs'> {
  return {
    received: one.received + other.received,
    approved: one.approved + other.approved,
    denied: one.denied + other.denied,
    partial: one.partial + other.partial,
    approvedAfterExtension: one.approvedAfterExtension + other.approvedAfterExtension,
    appealed: one.appealed + other.appealed,
    appealsDecided:
      one.appealsDecided === undefined || other.appealsDecided === undefined
        ? undefined
        : one.appealsDecided + other.appealsDecided,
    approvedAfterAppeal: one.approvedAfterAppeal + other.approvedAfterAppeal,
    inTime: one.inTime === null && other.inTime === null ? null : (one.inTime ?? 0) + (other.inTime ?? 0),
  };
}

/** A figure that is another now than when it was frozen. */
export interface FigureChange {
  tenant: string;
  plan: string;
  priority: Priority;
  figure: keyof PlanFigures;
  frozen: number | null;
  now: number | null;
}

/** What has changed since the figures were frozen. A plan that is in one of them only counts as 0 in the other. */
export function changesSince(frozen: readonly PlanFigures[], now: readonly PlanFigures[]): FigureChange[] {
  const keyOf = ({ tenant, plan, priority }: PlanFigures) =>
    JSON.stringify([tenant, planKey(plan), priority]);
  const [before, after] = [frozen, now].map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...keys].flatMap((key) => {
    const [was, is] = [before?.get(key), after?.get(key)];
    const { tenant, plan, priority } = (is ?? was) as PlanFigures;
    const figures = Object.keys(is ?? was ?? {}) as (keyof PlanFigures)[];
    return figures.flatMap((figure) => {
      const values = [was, is].map((row) => (row === undefined ? 0 : (row[figure] as number | null)));
      const [one = null, other = null] = values;
      const isText = figure === 'tenant' || figure === 'plan' || figure === 'priority';
      return isText || one === other ? [] : [{ tenant, plan, priority, figure, frozen: one, now: other }];
    });
  });
}
