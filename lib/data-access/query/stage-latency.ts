import type { Database } from '../database.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

/** How long a stage's completed events took. Quantiles are within 3 % of the exact ones. */
export interface StageLatency {
  stage: string;
  /** Start of the slice of time; null for the whole span. */
  slot: Date | null;
  count: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
}

/** The summary holds hours, and the days that are over: a slice is some hours, or some whole days (UTC). */
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** A span longer than this is cut into days. */
const LONGEST_BY_HOURS = 48;
/** Slices that a span is cut into at most, unless said otherwise. */
export const LATENCY_SLOTS = 32;
/** A stage is a name that a producer states: many are a mistake, and must still fit in one answer. */
const MAX_ROWS = 2_000;

/** Each stage's latency over the span, and in up to `slots` slices of it, oldest first; from the hourly summary. */
export async function stageLatency(
  database: Database,
  span: ReportSpan,
  now: Date,
  slots = LATENCY_SLOTS,
): Promise<StageLatency[]> {
  const slotHours = slotHoursOf(span, now, slots);
  const { rows } = await database.execute<StageLatency>(
    `WITH slice AS MATERIALIZED (
       SELECT
         stage,
         date_bin(:slot_hours * interval '1 hour', hour, :first_slot::timestamptz) AS slot,
         duration_max_ms, duration_buckets, bucket_counts
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, :by_day)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     slowest AS (
       SELECT stage, slot, max(duration_max_ms) AS max_ms
       FROM slice
       GROUP BY GROUPING SETS ((stage), (stage, slot))
     ),
     -- By hash, then the slices are added up: both at once would have every bucket of every hour sorted.
     of_slot AS MATERIALIZED (
       SELECT stage, slot, bucket, sum(events)::bigint AS events
       FROM slice
       CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
       GROUP BY stage, slot, bucket
     ),
     bucket_total AS (
       SELECT stage, slot, bucket, events FROM of_slot
       UNION ALL
       SELECT stage, NULL, bucket, sum(events)::bigint FROM of_slot GROUP BY stage, bucket
     ),
     histogram AS (
       SELECT
         stage, slot, sum(events)::bigint AS count,
         array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
       FROM bucket_total
       GROUP BY stage, slot
     )
     SELECT
       histogram.stage, histogram.slot, count,
       least(histogram_quantile(buckets, counts, 0.5), max_ms) AS p50_ms,
       least(histogram_quantile(buckets, counts, 0.95), max_ms) AS p95_ms,
       max_ms
     FROM histogram
     JOIN slowest ON slowest.stage = histogram.stage AND slowest.slot IS NOT DISTINCT FROM histogram.slot
     ORDER BY histogram.slot IS NOT NULL, histogram.stage, histogram.slot
     LIMIT :limit`,
    {
      ...spanValues(span),
      slot_hours: slotHours,
      first_slot: firstSlot(span.since, slotHours),
      by_day: slotHours % DAY_HOURS === 0,
      limit: MAX_ROWS,
    },
  );
  return rows;
}

/** The starts of all slices of the span, also of those in which nothing was completed; oldest first. */
export function latencySlots(span: Omit<ReportSpan, 'tenant'>, now: Date, slots = LATENCY_SLOTS): Date[] {
  const slotHours = slotHoursOf(span, now, slots);
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
