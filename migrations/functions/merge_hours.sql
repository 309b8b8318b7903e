-- The hours that begin in a span of time, merged into one row a (tenant,) stage, event type and status, which stands at
-- the span's begin; without `by_tenant` a row is of all tenants, and its tenant null.
-- Called by summarise_changed_hour and summarise_changed_day.
CREATE OR REPLACE FUNCTION merge_hours(since timestamptz, before timestamptz, by_tenant boolean)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY
  WITH merged_hour AS MATERIALIZED (
    SELECT *, CASE WHEN by_tenant THEN hourly.tenant END AS of_tenant
    FROM event_tracker_summary AS hourly
    WHERE hourly.hour >= since AND hourly.hour < before
  ),
  bucket_total AS (
    SELECT of_tenant, stage, event_type, status, bucket, sum(events)::bigint AS events
    FROM merged_hour
    CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
    GROUP BY of_tenant, stage, event_type, status, bucket
  ),
  histogram AS (
    SELECT
      of_tenant, stage, event_type, status,
      array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
    FROM bucket_total
    GROUP BY of_tenant, stage, event_type, status
  ),
  counted AS (
    SELECT
      of_tenant, stage, event_type, status,
      sum(event_count)::bigint AS events, sum(duration_count)::bigint AS timed,
      sum(duration_sum_ms)::bigint AS sum_ms, max(duration_max_ms) AS max_ms
    FROM merged_hour
    GROUP BY of_tenant, stage, event_type, status
  )
  SELECT
    since, counted.of_tenant::varchar(64), counted.stage, counted.event_type, counted.status, events, timed, sum_ms, max_ms,
    coalesce(buckets, '{}'), coalesce(counts, '{}')
  FROM counted
  LEFT JOIN histogram
    ON histogram.of_tenant IS NOT DISTINCT FROM counted.of_tenant
    AND histogram.stage = counted.stage
    AND histogram.event_type = counted.event_type
    AND histogram.status = counted.status;
END
$$;

REVOKE EXECUTE ON FUNCTION merge_hours(timestamptz, timestamptz, boolean) FROM PUBLIC;
