-- The summary of the events recorded in a span of time, straight from event_history: a START counts in its own hour
-- after it was merged into its result, too. What is archived counts in a whole hour by archived_hour, whether it is still
-- here, was dropped or was put back; in the parts of hours at the span's edges by its rows, as long as they are here.
-- Called by summarise_changed_hour and summary_between.
CREATE OR REPLACE FUNCTION summarise_events(recorded_from timestamptz, recorded_before timestamptz, of_tenant text DEFAULT NULL)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
-- One plan for all values, by the block range index: planning again for every partition takes longer than reading an hour.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- Of a month with few events a B-tree read from end to end looks cheaper, by itself or for a bitmap.
SET enable_indexscan = off
SET cpu_index_tuple_cost = 1
-- That plan expects few events, and would sort them instead of grouping them by hash.
SET enable_sort = off
AS $$
DECLARE
  whole_from CONSTANT timestamptz DEFAULT date_trunc('hour', recorded_from + interval '1 hour' - interval '1 microsecond', 'UTC');
  whole_before CONSTANT timestamptz DEFAULT date_trunc('hour', recorded_before, 'UTC');
  has_archived CONSTANT boolean DEFAULT EXISTS (SELECT FROM archived_hour WHERE hour >= whole_from AND hour < whole_before);
BEGIN
  RETURN QUERY
  -- Kept apart, or it would be sorted for what follows.
  WITH counted AS MATERIALIZED (
    SELECT
      date_bin('1 hour', event.created_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS hour,
      event.tenant, event.stage, event.event_type, event.status,
      duration_bucket(event.duration_ms) AS bucket,
      count(*) AS events, sum(event.duration_ms) AS total_ms, max(event.duration_ms) AS longest_ms
    FROM event_history AS event
    WHERE event.created_at >= recorded_from
      AND event.created_at < recorded_before
      AND (of_tenant IS NULL OR event.tenant = of_tenant)
      AND (NOT has_archived OR event.created_at < whole_from OR event.created_at >= whole_before OR NOT EXISTS (
        SELECT FROM archived_request AS part
        WHERE part.pagw_id = event.pagw_id AND part.last_sequence_no >= event.sequence_no
      ))
    GROUP BY 1, 2, 3, 4, 5, 6
  ),
  archived AS MATERIALIZED (
    SELECT * FROM archived_hour AS noted
    WHERE noted.hour >= whole_from AND noted.hour < whole_before AND (of_tenant IS NULL OR noted.tenant = of_tenant)
  ),
  bucketed AS (
    SELECT
      part.hour, part.tenant, part.stage, part.event_type, part.status, part.bucket,
      sum(events)::bigint AS events, sum(total_ms) AS total_ms, max(longest_ms) AS longest_ms
    FROM (
      SELECT * FROM counted
      UNION ALL
      SELECT noted.hour, noted.tenant, noted.stage, noted.event_type, noted.status, histogram.bucket, histogram.events, 0, NULL
      FROM archived AS noted
      CROSS JOIN LATERAL unnest(noted.duration_buckets, noted.bucket_counts) AS histogram (bucket, events)
      UNION ALL
      -- Without a bucket what has no duration, and the sum of all that has one.
      SELECT
        noted.hour, noted.tenant, noted.stage, noted.event_type, noted.status, NULL,
        noted.event_count - noted.duration_count, noted.duration_sum_ms, noted.duration_max_ms
      FROM archived AS noted
    ) AS part
    GROUP BY 1, 2, 3, 4, 5, 6
  )
  SELECT
    bucketed.hour, bucketed.tenant, bucketed.stage, bucketed.event_type, bucketed.status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY 1, 2, 3, 4, 5;
END
$$;

REVOKE EXECUTE ON FUNCTION summarise_events(timestamptz, timestamptz, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarise_events(timestamptz, timestamptz, text) TO pagw_reader;
