-- Rows of flow_summary, merged into one a slice of time, tenant, type, priority, kind, lanes and path. They come from the
-- requests last seen in [since, before) for an hour, and from its hours for a day.
-- Called by roll_up_flow_hour and roll_up_flow_day.
CREATE OR REPLACE FUNCTION merge_flows(of_slice text, since timestamptz, before timestamptz) RETURNS SETOF flow_summary
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
  RETURN QUERY
  WITH part AS MATERIALIZED (
    SELECT measured.*
    FROM request_flow AS flow
    CROSS JOIN LATERAL flow_measures(flow, 1) AS measured
    WHERE of_slice = 'hour' AND flow.seen_at >= since AND flow.seen_at < before
    UNION ALL
    SELECT hourly.*
    FROM flow_summary AS hourly
    WHERE of_slice = 'day' AND hourly.slice = 'hour' AND hourly.starts_at >= since AND hourly.starts_at < before
  ),
  -- Numbered, for a key of its own: type and priority may be null, and a path is long.
  total AS MATERIALIZED (
    SELECT
      row_number() OVER () AS place,
      part.tenant, part.request_type, part.priority, part.kind, part.lanes, part.path,
      sum(part.count)::bigint AS count, sum(part.clamped)::bigint AS clamped, sum(part.failed)::bigint AS failed,
      sum(part.went_back)::bigint AS went_back, sum(part.open)::bigint AS open,
      sum(part.sum_ms) AS sum_ms, max(part.max_ms) AS max_ms
    FROM part
    GROUP BY part.tenant, part.request_type, part.priority, part.kind, part.lanes, part.path
  ),
  bucket_total AS MATERIALIZED (
    SELECT total.place, bucket, sum(counted)::bigint AS counted
    FROM part
    JOIN total
      ON total.tenant = part.tenant AND total.kind = part.kind AND total.lanes = part.lanes AND total.path = part.path
      AND total.request_type IS NOT DISTINCT FROM part.request_type
      AND total.priority IS NOT DISTINCT FROM part.priority
    CROSS JOIN LATERAL unnest(part.buckets, part.bucket_counts) AS histogram (bucket, counted)
    GROUP BY total.place, bucket
  ),
  histogram AS (
    SELECT
      bucket_total.place, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(counted ORDER BY bucket) AS counts
    FROM bucket_total
    GROUP BY bucket_total.place
  )
  SELECT
    of_slice::varchar(4), since, total.tenant, total.request_type, total.priority, total.kind, total.lanes, total.path,
    total.count, total.clamped, total.failed, total.went_back, total.open, total.sum_ms, total.max_ms,
    coalesce(histogram.buckets, '{}'), coalesce(histogram.counts, '{}')
  FROM total
  LEFT JOIN histogram USING (place);
END
$$;

REVOKE EXECUTE ON FUNCTION merge_flows(text, timestamptz, timestamptz) FROM PUBLIC;
