import type { EventStatus } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import { countLeft, type FirstRows, type ReportSpan, readBounded, readFirst, spanValues } from './page.ts';

export interface EventCountQuery extends ReportSpan {
  stage?: string | undefined;
  eventType?: string | undefined;
  status?: EventStatus | undefined;
  /** Only events that state a duration. */
  timed?: boolean | undefined;
}

/** How many events there are of a stage, type and status; from the hourly summary. */
export async function countEvents(database: Database, query: EventCountQuery): Promise<number> {
  const { rows } = await database.execute<{ events: number }>(
    `SELECT coalesce(sum(CASE WHEN :timed THEN duration_count ELSE event_count END), 0)::bigint AS events
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
     WHERE (:stage::text IS NULL OR stage = :stage)
       AND (:event_type::text IS NULL OR event_type = :event_type)
       AND (:status::text IS NULL OR status = :status::text::pagw_event_status)`,
    {
      ...spanValues(query),
      stage: query.stage ?? null,
      event_type: query.eventType ?? null,
      status: query.status ?? null,
      timed: query.timed ?? false,
    },
  );
  return rows[0]?.events ?? 0;
}

export interface LongEventsQuery extends ReportSpan {
  stage?: string | undefined;
  eventType?: string | undefined;
  leastMs: number;
}

/**
 * The part of a span from the first to the last hour in which a completed event took so long; null when none did. By the
 * hourly summary, so that the one event that took longest is found without reading the span.
 */
export async function hoursOfLongEvents(
  database: Database,
  query: LongEventsQuery,
): Promise<{ since: Date; until: Date } | null> {
  const { rows } = await database.execute<{ since: Date | null; until: Date | null }>(
    `SELECT
       greatest(min(hour), :since::timestamptz) AS since,
       least(max(hour) + interval '1 hour', :until::timestamptz) AS until
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_day => false)
     WHERE (:stage::text IS NULL OR stage = :stage)
       AND (:event_type::text IS NULL OR event_type = :event_type)
       AND status = 'COMPLETED'
       AND duration_max_ms >= :least_ms::bigint
     HAVING count(*) > 0`,
    {
      ...spanValues(query),
      stage: query.stage ?? null,
      event_type: query.eventType ?? null,
      least_ms: query.leastMs,
    },
  );
  const [{ since, until } = { since: null, until: null }] = rows;
  return since === null || until === null ? null : { since, until };
}

export interface TenantEvents {
  tenant: string;
  events: number;
  failures: number;
}

/** More than a person reads. */
const MAX_TENANTS = 1_000;

/** How many events each tenant has, and how many of them are failures, most first; from the hourly summary. */
export async function countEventsByTenant(
  database: Database,
  span: Omit<ReportSpan, 'tenant'>,
): Promise<FirstRows<TenantEvents>> {
  return readFirst<TenantEvents>(
    database,
    `SELECT
       tenant, sum(event_count)::bigint AS events,
       coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0)::bigint AS failures
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_tenant => true)
     GROUP BY tenant
     ORDER BY events DESC, tenant`,
    spanValues({ tenant: null, ...span }),
    MAX_TENANTS,
  );
}

export interface EventTypeCount {
  eventType: string;
  status: EventStatus;
  eventCount: number;
  /** Over the events that state a duration; null when none does. */
  avgDurationMs: number | null;
  maxDurationMs: number | null;
}

/** More types than there are; a producer that makes up names must not break the report. */
const MAX_ROWS = 1_000;

/** How many events of each type and status were recorded, most frequent first; from the hourly summary. */
export async function eventDistribution(
  database: Database,
  span: ReportSpan,
): Promise<FirstRows<EventTypeCount>> {
  return readFirst<EventTypeCount>(
    database,
    `SELECT
       event_type,
       status,
       sum(event_count)::bigint AS event_count,
       (sum(duration_sum_ms) / nullif(sum(duration_count), 0))::float8 AS avg_duration_ms,
       max(duration_max_ms) AS max_duration_ms
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
     GROUP BY event_type, status
     ORDER BY event_count DESC, event_type, status`,
    spanValues(span),
    MAX_ROWS,
  );
}

export interface StagePerformance {
  stage: string;
  eventType: string;
  /** Completed events that state a duration. */
  occurrences: number;
  avgMs: number;
  maxMs: number;
  /** Within 3 % of the exact one: it is read from a histogram. */
  p95Ms: number;
}

/** More than a person reads. */
const MAX_SLOWEST = 1_000;

/** The stages whose completed events took longest on average; from the hourly summary. */
export async function slowestStages(
  database: Database,
  span: ReportSpan,
  limit = 20,
): Promise<FirstRows<StagePerformance>> {
  const { rows } = await readBounded<StagePerformance & { allRows: number }>(
    database,
    `WITH completed AS MATERIALIZED (
       SELECT *
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     slowest AS (
       SELECT
         stage, event_type, sum(duration_count)::bigint AS occurrences,
         sum(duration_sum_ms) / sum(duration_count) AS avg_ms, max(duration_max_ms) AS max_ms,
         count(*) OVER () AS all_rows
       FROM completed
       GROUP BY stage, event_type
       ORDER BY avg_ms DESC, stage, event_type
       LIMIT :limit
     ),
     bucket AS (
       SELECT stage, event_type, unnest(duration_buckets) AS bucket, unnest(bucket_counts) AS events
       FROM slowest
       JOIN completed USING (stage, event_type)
     ),
     -- Kept apart, so that it is grouped by hash; else every bucket is sorted, which takes longer.
     bucket_total AS MATERIALIZED (
       SELECT stage, event_type, bucket, sum(events)::bigint AS events FROM bucket GROUP BY stage, event_type, bucket
     ),
     histogram AS (
       SELECT
         stage, event_type,
         array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
       FROM bucket_total
       GROUP BY stage, event_type
     )
     SELECT
       stage, event_type, occurrences, avg_ms::float8 AS avg_ms, max_ms,
       least(histogram_quantile(buckets, counts, occurrences, 0.95), max_ms) AS p95_ms, all_rows
     FROM slowest
     JOIN histogram USING (stage, event_type)
     ORDER BY slowest.avg_ms DESC, stage, event_type
     LIMIT :limit`,
    { ...spanValues(span), limit: Math.min(limit, MAX_SLOWEST) },
  );
  return countLeft(rows);
}

/** How long a stage's completed events took. Quantiles are within 3 % of the exact ones. */
export interface StageLatency {
  stage: string;
  count: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
  /** The span in slices of time in which something was completed, oldest first. */
  slices: LatencySlice[];
}

export interface LatencySlice {
  /** Its start. */
  at: Date;
  p95Ms: number;
}

/** The summary holds hours, and the days that are over: a slice is some hours, or some whole days (UTC). */
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** A span longer than this is cut into days. */
const LONGEST_BY_HOURS = 48;
/** Slices that a span is cut into at most, unless said otherwise. */
const LATENCY_SLOTS = 32;
/** Stages and their slices. A stage is a name that a producer states: many are a mistake. */
const MAX_LATENCIES = 2_000;

/**
 * Each stage's latency over the span, and in up to `slots` slices of it, those with the most events first; from the hourly
 * summary. A stage is listed with all its slices or counted as left.
 */
export async function stageLatency(
  database: Database,
  span: ReportSpan,
  now: Date,
  slots = LATENCY_SLOTS,
): Promise<FirstRows<StageLatency>> {
  const slotHours = slotHoursOf(span, now, slots);
  const { rows, cut } = await readBounded<LatencyRow>(
    database,
    `WITH part AS MATERIALIZED (
       SELECT
         stage,
         date_bin(:slot_hours * interval '1 hour', hour, :first_slot::timestamptz) AS slot,
         duration_count, duration_max_ms, duration_buckets, bucket_counts
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, :by_day)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     -- A stage in a slice of time or, where slot is null, in all of it. Most slices are of one part: their histogram is
     -- there already, and need not be merged.
     cell AS MATERIALIZED (
       SELECT
         row_number() OVER () AS cell, stage, slot, count(*) AS parts,
         sum(duration_count)::bigint AS count, max(duration_max_ms) AS max_ms,
         min(duration_buckets) AS buckets, min(bucket_counts) AS counts
       FROM part
       GROUP BY GROUPING SETS ((stage), (stage, slot))
     ),
     bucket AS (
       SELECT cell, unnest(duration_buckets) AS bucket, unnest(bucket_counts) AS events
       FROM cell
       JOIN part ON part.stage = cell.stage AND (cell.slot IS NULL OR part.slot = cell.slot)
       WHERE parts > 1
     ),
     -- Kept apart, so that it is grouped by hash; else every bucket is sorted, which takes longer.
     bucket_total AS MATERIALIZED (
       SELECT cell, bucket, sum(events)::bigint AS events FROM bucket GROUP BY cell, bucket
     ),
     merged AS (
       SELECT
         cell, array_agg(bucket ORDER BY bucket) AS merged_buckets, array_agg(events ORDER BY bucket) AS merged_counts
       FROM bucket_total
       GROUP BY cell
     ),
     measured AS (
       SELECT
         stage, slot, count, max_ms,
         coalesce(merged_buckets, buckets) AS buckets, coalesce(merged_counts, counts) AS counts
       FROM cell
       LEFT JOIN merged USING (cell)
     )
     SELECT
       stage, slot, count, max_ms,
       CASE WHEN slot IS NULL THEN least(histogram_quantile(buckets, counts, count, 0.5), max_ms) END AS p50_ms,
       least(histogram_quantile(buckets, counts, count, 0.95), max_ms) AS p95_ms,
       count(*) FILTER (WHERE slot IS NULL) OVER () AS all_stages
     FROM measured
     ORDER BY max(count) OVER (PARTITION BY stage) DESC, stage, slot NULLS FIRST
     LIMIT :limit`,
    {
      ...spanValues(span),
      slot_hours: slotHours,
      first_slot: firstSlot(span.since, slotHours),
      by_day: slotHours % DAY_HOURS === 0,
      limit: MAX_LATENCIES,
    },
  );
  const stages = byStage(rows);
  // The slices of the last one may be cut.
  if ((cut || rows.length === MAX_LATENCIES) && stages.length > 1) stages.pop();
  return { rows: stages, left: (rows[0]?.allStages ?? 0) - stages.length };
}

/** Of the whole span where `slot` is null, else of the slice that starts then. */
interface LatencyRow extends Omit<StageLatency, 'slices' | 'p50Ms'> {
  slot: Date | null;
  /** Null for a slice. */
  p50Ms: number | null;
  allStages: number;
}

/** Of each stage its whole span comes first. */
function byStage(rows: readonly LatencyRow[]): StageLatency[] {
  const stages = new Map<string, StageLatency>();
  for (const { slot, stage, count, maxMs, p50Ms, p95Ms } of rows)
    if (slot === null) stages.set(stage, { stage, count, p50Ms: p50Ms ?? 0, p95Ms, maxMs, slices: [] });
    else stages.get(stage)?.slices.push({ at: slot, p95Ms });
  return [...stages.values()];
}

/** The starts of all slices of the span, also of those in which nothing was completed; oldest first. */
export function latencySlots(span: Omit<ReportSpan, 'tenant'>, now: Date): Date[] {
  const slotHours = slotHoursOf(span, now, LATENCY_SLOTS);
  const stepMs = slotHours * HOUR_MS;
  const first = firstSlot(span.since, slotHours).getTime();
  const end = (span.until ?? now).getTime();
  const count = Math.max(1, Math.ceil((end - first) / stepMs));
  return Array.from({ length: count }, (_, place) => new Date(first + place * stepMs));
}

function slotHoursOf({ since, until }: Omit<ReportSpan, 'tenant'>, now: Date, slots: number): number {
  const hours = ((until ?? now).getTime() - since.getTime()) / HOUR_MS;
  const unit = hours > LONGEST_BY_HOURS ? DAY_HOURS : 1;
  return Math.max(1, Math.ceil(hours / slots / unit)) * unit;
}

function firstSlot(since: Date, slotHours: number): Date {
  const unitMs = (slotHours % DAY_HOURS === 0 ? DAY_HOURS : 1) * HOUR_MS;
  return new Date(Math.floor(since.getTime() / unitMs) * unitMs);
}
