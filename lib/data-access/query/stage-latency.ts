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

/** Hours are what the summary holds; a slice is one of them or several. */
const HOUR_MS = 3_600_000;
/** A stage is a name that a producer states: many are a mistake, and must still fit in one answer. */
const MAX_ROWS = 2_000;

/** Each stage's latency over the span, and in up to `slots` slices of it, oldest first; from the hourly summary. */
export async function stageLatency(
  database: Database,
  span: ReportSpan,
  now: Date,
  slots = 24,
): Promise<StageLatency[]> {
  const spanMs = (span.until ?? now).getTime() - span.since.getTime();
  const slotHours = Math.max(1, Math.ceil(spanMs / slots / HOUR_MS));
  const { rows } = await database.execute<StageLatency>(
    `WITH slice AS MATERIALIZED (
       SELECT
         stage,
         date_bin(:slot_hours * interval '1 hour', hour, date_trunc('hour', :since::timestamptz, 'UTC')) AS slot,
         duration_max_ms, duration_buckets, bucket_counts
       FROM summary_between(:tenant, :since::timestamptz, :until::timestamptz)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     slowest AS (
       SELECT stage, slot, max(duration_max_ms) AS max_ms
       FROM slice
       GROUP BY GROUPING SETS ((stage), (stage, slot))
     ),
     bucket_total AS (
       SELECT stage, slot, bucket, sum(events)::bigint AS events
       FROM slice
       CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
       GROUP BY GROUPING SETS ((stage, bucket), (stage, slot, bucket))
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
    { ...spanValues(span), slot_hours: slotHours, limit: MAX_ROWS },
  );
  return rows;
}
