-- Rows of flow_summary, merged into one a slice of time, tenant, type, priority, kind, lanes and path. They come from the
-- requests last seen in [since, before) for an hour, and from its hours for a day; a day has rows of all tenants together, too.
-- Called by roll_up_flow_hour and roll_up_flow_day.
CREATE OR REPLACE FUNCTION merge_flows(of_slice text, since timestamptz, before timestamptz) RETURNS SETOF flow_summary
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
  RETURN QUERY
  WITH part AS (
    SELECT measured.*
    FROM request_flow AS flow
    CROSS JOIN LATERAL flow_measures(flow, 1) AS measured
    WHERE of_slice = 'hour' AND flow.seen_at >= since AND flow.seen_at < before
    UNION ALL
    SELECT hourly.*
    FROM flow_summary AS hourly
    WHERE of_slice = 'day' AND hourly.slice = 'hour' AND hourly.starts_at >= since AND hourly.starts_at < before
  ),
  counted_for AS (
    SELECT part.tenant AS of_tenant, part.* FROM part
    UNION ALL
    SELECT NULL::varchar(64), part.* FROM part WHERE of_slice = 'day'
  ),
  -- A part with a histogram is a row for each of its buckets, and counts in the first of them.
  bucketed AS MATERIALIZED (
    SELECT
      part.of_tenant, part.request_type, part.priority, part.kind, part.lanes, part.path, bucket,
      sum(counted)::bigint AS counted,
      sum(part.count) FILTER (WHERE place IS NULL OR place = 1) AS count,
      sum(part.clamped) FILTER (WHERE place IS NULL OR place = 1) AS clamped,
      sum(part.failed) FILTER (WHERE place IS NULL OR place = 1) AS failed,
      sum(part.went_back) FILTER (WHERE place IS NULL OR place = 1) AS went_back,
      sum(part.open) FILTER (WHERE place IS NULL OR place = 1) AS open,
      sum(part.sum_ms) FILTER (WHERE place IS NULL OR place = 1) AS sum_ms,
      max(part.max_ms) AS max_ms
    FROM counted_for AS part
    LEFT JOIN LATERAL unnest(part.buckets, part.bucket_counts) WITH ORDINALITY AS histogram (bucket, counted, place) ON true
    GROUP BY part.of_tenant, part.request_type, part.priority, part.kind, part.lanes, part.path, bucket
  )
  SELECT
    of_slice::varchar(4), since, bucketed.of_tenant, bucketed.request_type, bucketed.priority, bucketed.kind, bucketed.lanes,
    bucketed.path,
    sum(bucketed.count)::bigint, sum(bucketed.clamped)::bigint, sum(bucketed.failed)::bigint,
    sum(bucketed.went_back)::bigint, sum(bucketed.open)::bigint, sum(bucketed.sum_ms), max(bucketed.max_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(counted ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY bucketed.of_tenant, bucketed.request_type, bucketed.priority, bucketed.kind, bucketed.lanes, bucketed.path;
END
$$;

REVOKE EXECUTE ON FUNCTION merge_flows(text, timestamptz, timestamptz) FROM PUBLIC;
