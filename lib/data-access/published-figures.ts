import type { KeyObject } from 'node:crypto';
import type { LocalYears } from '../domain/decision-clock.ts';
import type { PlanFigures } from '../domain/published-plans.ts';
import { type Signature, signFigures, type VouchedFigures } from '../domain/signed-figures.ts';
import type { Database } from './database.ts';
import { COUNTED, DECIDED, IN_TIME } from './decisions.ts';
import type { Operator } from './operate.ts';
import { type FirstRows, type ReportSpan, readBounded, readFirst, readWhole } from './page.ts';

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
const PART_CHARACTERS = 12_000;
const PAGE_PIECES = 100;

/** The figures of a snapshot as they were written, however many plans there are. */
async function readFigures(database: Database, id: number): Promise<string> {
  const parts = await readWhole<{ place: number; part: string }>(
    (last) =>
      readBounded<{ place: number; part: string }>(
        database,
        `SELECT place, substr(figures, place * ${PART_CHARACTERS} + 1, ${PART_CHARACTERS}) AS part
         FROM report_snapshot
         CROSS JOIN generate_series(:from::int, (length(figures) - 1) / ${PART_CHARACTERS}) AS place
         WHERE id = :id
         ORDER BY place
         LIMIT :limit`,
        { id, from: (last?.place ?? -1) + 1, limit: PAGE_PIECES },
      ),
    PAGE_PIECES,
  );
  return parts.map(({ part }) => part).join('');
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
