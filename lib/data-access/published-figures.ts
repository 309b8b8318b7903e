import type { KeyObject } from 'node:crypto';
import { type LocalYears, planKey } from '../domain/decision-clock.ts';
import { type Signature, signFigures, type VouchedFigures } from '../domain/signed-figures.ts';
import type { Priority } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import { COUNTED, DECIDED, IN_TIME } from './decisions.ts';
import type { ReportSpan } from './event-reports.ts';
import type { Operator } from './operate.ts';
import { type FirstRows, readBounded, readFirst, readWhole } from './page.ts';

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

const PAGE_ROWS = 1_000;
/** As report_snapshot keeps who froze it. */
const WHO_MOST = 256;

/** What is counted: a span, or a calendar year as it is where each plan is. */
export type FiguresSpan = ReportSpan & { years?: LocalYears | undefined };

/**
 * The figures of every plan, in whatever case it is written, expedited and standard apart, as far as anything is there to be counted.
 * @param withoutDelegates whose requests are counted elsewhere.
 */
export async function publishedFigures(
  database: Database,
  { tenant, since, until, years }: FiguresSpan,
  withoutDelegates: readonly string[] = [],
): Promise<PlanFigures[]> {
  const { tenants, plans, ...general } = years ?? { since, until, tenants: [], plans: [] };
  return readWhole<PlanFigures>(
    (last) =>
      readBounded<PlanFigures>(
        database,
        `SELECT
           tenant, plan_name AS plan, priority,
           count(*) FILTER (WHERE counted AND is_received) AS received,
           count(*) FILTER (WHERE counted AND received_at < since AND is_undecided_before) AS carried_in,
           count(*) FILTER (WHERE is_decided) AS decided,
           count(*) FILTER (WHERE is_decided AND resolution = 'APPROVED') AS approved,
           count(*) FILTER (WHERE is_decided AND resolution = 'PARTIAL') AS partial,
           count(*) FILTER (WHERE is_decided AND resolution = 'DENIED') AS denied,
           count(*) FILTER (WHERE is_resolved AND resolution = 'WITHDRAWN') AS withdrawn,
           count(*) FILTER (WHERE is_resolved AND resolution = 'DISMISSED') AS dismissed,
           count(*) FILTER (WHERE is_resolved AND resolution = 'VOID') AS void,
           count(*) FILTER (WHERE is_resolved AND resolution = 'NOT_REQUIRED') AS not_required,
           count(*) FILTER (WHERE counted AND is_open) AS open,
           count(*) FILTER (WHERE is_decided AND due_at IS NOT NULL) AS bound,
           count(*) FILTER (WHERE is_decided AND ${IN_TIME}) AS in_time,
           count(*) FILTER (WHERE is_decided AND ${IN_TIME} AND resolution = 'APPROVED') AS approved_in_time,
           count(*) FILTER (WHERE is_decided AND ${IN_TIME} AND resolution = 'PARTIAL') AS partial_in_time,
           count(*) FILTER (WHERE is_decided AND ${IN_TIME} AND resolution = 'DENIED') AS denied_in_time,
           count(*) FILTER (WHERE is_decided AND extension_days > 0 AND resolution = 'APPROVED') AS approved_after_extension,
           count(*) FILTER (WHERE is_decided AND extension_days > 0) AS extended,
           count(*) FILTER (WHERE is_decided AND resolution <> 'APPROVED' AND reason_given) AS reason_given,
           count(*) FILTER (WHERE is_decided AND resolution <> 'APPROVED' AND NOT reason_given) AS reason_missing,
           count(*) FILTER (WHERE counted AND appealed_at >= since AND appealed_at < until) AS appealed,
           count(*) FILTER (WHERE is_appeal_decided) AS appeals_decided,
           count(*) FILTER (WHERE is_appeal_decided AND appeal_outcome = 'upheld') AS upheld,
           count(*) FILTER (WHERE is_appeal_decided AND appeal_outcome = 'overturned') AS overturned,
           count(*) FILTER (WHERE is_appeal_decided AND appeal_outcome = 'partial') AS overturned_in_part,
           count(*) FILTER (WHERE is_appeal_decided AND appeal_outcome = 'withdrawn') AS appeals_withdrawn,
           avg(extract(epoch FROM appeal_decided_at - appealed_at) * 1000) FILTER (WHERE is_appeal_decided)::float8 AS appeal_mean_ms,
           avg(taken_ms) FILTER (WHERE is_decided)::float8 AS mean_ms,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY taken_ms::float8) FILTER (WHERE is_decided) AS median_ms,
           count(*) FILTER (WHERE is_received AND kind = 'request' AND drugs <> 'none') AS drugs,
           count(*) FILTER (WHERE is_received AND kind = 'inquiry') AS inquiries,
           count(*) FILTER (WHERE is_received AND kind = 'notification') AS notifications,
           count(*) FILTER (WHERE is_received AND kind = 'retrospective') AS retrospective
         FROM (
           SELECT *, counted AND is_resolved_in_span AS is_resolved, counted AND is_resolved_in_span AND ${DECIDED} AS is_decided
           FROM (
             SELECT
               *, ${COUNTED} AS counted,
               min(plan COLLATE "C") OVER (PARTITION BY tenant, lower(plan)) AS plan_name,
               received_at >= since AS is_received,
               resolved_at IS NULL OR resolved_at >= since AS is_undecided_before,
               resolved_at IS NULL OR resolved_at >= until AS is_open,
               resolved_at >= since AND resolved_at < until AS is_resolved_in_span,
               ${COUNTED} AND appeal_decided_at >= since
                 AND appeal_decided_at < until AS is_appeal_decided,
               extract(epoch FROM resolved_at - received_at) * 1000 AS taken_ms
             FROM (
               SELECT
                 episode.*,
                 coalesce(plan_year.since, tenant_year.since, :since::timestamptz) AS since,
                 coalesce(plan_year.until, tenant_year.until, :until::timestamptz, 'infinity') AS until
               FROM decision_episode AS episode
               LEFT JOIN json_to_recordset(:plans::json) AS plan_year (name text, since timestamptz, until timestamptz)
                 ON plan_year.name = lower(episode.plan)
               LEFT JOIN json_to_recordset(:tenants::json) AS tenant_year (name text, since timestamptz, until timestamptz)
                 ON tenant_year.name = episode.tenant
             ) AS episode
             WHERE (:tenant::text IS NULL OR tenant = :tenant)
               AND (delegate IS NULL OR lower(delegate) NOT IN (SELECT json_array_elements_text(:without_delegates::json)))
               AND received_at < until
               AND (${COUNTED} OR received_at >= since)
               AND (resolved_at IS NULL OR greatest(resolved_at, appealed_at, appeal_decided_at, received_at) >= since)
           ) AS episode
         ) AS episode
         GROUP BY tenant, plan_name, priority
         HAVING :after_tenant::text IS NULL OR (tenant, plan_name, priority) > (:after_tenant, :after_plan, :after_priority)
         ORDER BY tenant, plan_name, priority
         LIMIT :limit`,
        {
          ...{ tenant, since: general.since, until: general.until ?? null, limit: PAGE_ROWS },
          ...{ plans: JSON.stringify(plans), tenants: JSON.stringify(tenants) },
          without_delegates: JSON.stringify(withoutDelegates.map((name) => name.toLowerCase())),
          ...{
            after_tenant: last?.tenant ?? null,
            after_plan: last?.plan ?? null,
            after_priority: last?.priority ?? null,
          },
        },
      ),
    PAGE_ROWS,
  );
}

/** What of a plan is published for one priority; times in milliseconds. */
export interface PublishedFigures {
  received: number;
  approved: number;
  denied: number;
  partial: number;
  approvedAfterExtension: number;
  appealed: number;
  approvedAfterAppeal: number;
  /** Null where no timeframe binds any of the decisions. */
  inTime: number | null;
  meanMs: number | null;
  medianMs: number | null;
}

export interface PublishedPlan {
  plan: string;
  standard: PublishedFigures;
  expedited: PublishedFigures;
  leftOut: { drugs: number; withdrawn: number; undecided: number };
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
    approvedAfterAppeal: row?.overturned ?? 0,
    inTime: row !== undefined && row.decided > 0 && row.bound === 0 ? null : (row?.inTime ?? 0),
    meanMs: row?.meanMs ?? null,
    medianMs: row?.medianMs ?? null,
  };
}

/** A year's figures as somebody froze them. */
export interface Snapshot extends VouchedFigures, Signature {
  /** SHA-256 of the figures, in hex. */
  digest: string;
  rows: PlanFigures[];
}

/** Keeps the figures as they are now, signed; answers their digest. */
export async function freezeFigures(
  database: Database,
  { year, tenant, rows }: { year: number; tenant: string | null; rows: readonly PlanFigures[] },
  { actedBy, reason }: Operator,
  key: KeyObject,
  now: Date,
): Promise<string> {
  const vouched: VouchedFigures = {
    ...{ year, tenant, figures: JSON.stringify(rows), frozenAt: now },
    ...{ actedBy: [...actedBy].slice(0, WHO_MOST).join(''), reason: reason.trim() },
  };
  const { publicKey, signature } = signFigures(vouched, key);
  const { rows: frozen } = await database.execute<{ digest: string }>(
    `SELECT freeze_report(
       :year::int, :tenant, :figures, :reason, :acted_by, :now::timestamptz, :public_key, :signature
     ) AS digest`,
    {
      ...{ year, tenant, figures: vouched.figures, reason: vouched.reason, acted_by: vouched.actedBy, now },
      ...{ public_key: publicKey, signature },
    },
  );
  return frozen[0]?.digest ?? '';
}

/** The latest snapshot of a year, of the tenant or of all of them; undefined where it is not frozen. */
export async function readSnapshot(
  database: Database,
  year: number,
  tenant: string | null,
): Promise<Snapshot | undefined> {
  const { rows } = await database.execute<Omit<Snapshot, 'rows' | 'figures'> & { id: number }>(
    `SELECT id, year, tenant, digest, frozen_at, frozen_by AS acted_by, reason, public_key, signature
     FROM report_snapshot
     WHERE year = :year::int AND tenant IS NOT DISTINCT FROM :tenant::varchar
     ORDER BY id DESC
     LIMIT 1`,
    { year, tenant },
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { id, ...vouched } = found;
  const figures = await readFigures(database, id);
  return { ...vouched, figures, rows: JSON.parse(figures) as PlanFigures[] };
}

/** Characters of figures in a row: the Data API refuses one of over 64 KB, and a character has up to four bytes. */
const PIECE_CHARACTERS = 12_000;
const PAGE_PIECES = 100;

/** The figures of a snapshot as they were written, however many plans there are. */
async function readFigures(database: Database, id: number): Promise<string> {
  const pieces = await readWhole<{ place: number; piece: string }>(
    (last) =>
      readBounded<{ place: number; piece: string }>(
        database,
        `SELECT place, substr(figures, place * ${PIECE_CHARACTERS} + 1, ${PIECE_CHARACTERS}) AS piece
         FROM report_snapshot
         CROSS JOIN generate_series(:from::int, (length(figures) - 1) / ${PIECE_CHARACTERS}) AS place
         WHERE id = :id
         ORDER BY place
         LIMIT :limit`,
        { id, from: (last?.place ?? -1) + 1, limit: PAGE_PIECES },
      ),
    PAGE_PIECES,
  );
  return pieces.map(({ piece }) => piece).join('');
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

/** A delegate of which nothing was heard but requests: its figures are missing here. */
export interface SilentDelegate {
  delegate: string;
  requests: number;
}

/** A sentence each: more than a person reads. */
const MOST_SILENT = 100;

/** Delegates whose requests of the span are all without a decision or another end, those with the most first. */
export async function silentDelegates(
  database: Database,
  { tenant, since, until }: ReportSpan,
): Promise<FirstRows<SilentDelegate>> {
  return readFirst<SilentDelegate>(
    database,
    `SELECT delegate, count(*) AS requests
     FROM decision_episode
     WHERE delegate IS NOT NULL AND ${COUNTED}
       AND (:tenant::text IS NULL OR tenant = :tenant)
       AND received_at >= :since::timestamptz
       AND received_at < coalesce(:until::timestamptz, 'infinity')
     GROUP BY delegate
     HAVING count(resolved_at) = 0
     ORDER BY requests DESC, delegate`,
    { tenant, since, until: until ?? null },
    MOST_SILENT,
  );
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
    approvedAfterAppeal: one.approvedAfterAppeal + other.approvedAfterAppeal,
    inTime: one.inTime === null && other.inTime === null ? null : (one.inTime ?? 0) + (other.inTime ?? 0),
  };
}
