import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

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
const MAX_ROWS = 1_000;

/** The stages whose completed events took longest on average; from the hourly summary. */
export async function slowestStages(
  database: Database,
  span: ReportSpan,
  limit = 20,
): Promise<StagePerformance[]> {
  const { rows } = await readBounded<StagePerformance>(
    database,
    `WITH completed AS MATERIALIZED (
       SELECT *
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     slowest AS (
       SELECT
         stage, event_type, sum(duration_count)::bigint AS occurrences,
         sum(duration_sum_ms) / sum(duration_count) AS avg_ms, max(duration_max_ms) AS max_ms
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
       least(histogram_quantile(buckets, counts, occurrences, 0.95), max_ms) AS p95_ms
     FROM slowest
     JOIN histogram USING (stage, event_type)
     ORDER BY slowest.avg_ms DESC, stage, event_type
     LIMIT :limit`,
    { ...spanValues(span), limit: Math.min(limit, MAX_ROWS) },
  );
  return rows;
}
