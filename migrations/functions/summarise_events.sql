-- The summary of the events recorded in a span of time, straight from event_history: a START counts in its own hour
-- after it was merged into its result, too.
-- Called by summarise_changed_hour and summary_between.
CREATE OR REPLACE FUNCTION summarise_events(recorded_from timestamptz, recorded_before timestamptz, of_tenant text DEFAULT NULL)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
-- One plan for all values, by the block range index: planning again for every partition takes longer than reading an hour.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
  SELECT
    bucketed.hour, bucketed.tenant, bucketed.stage, bucketed.event_type, bucketed.status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM (
    SELECT
      date_trunc('hour', event.created_at, 'UTC') AS hour, event.tenant, event.stage, event.event_type, event.status,
      duration_bucket(event.duration_ms) AS bucket,
      count(*) AS events, sum(event.duration_ms) AS total_ms, max(event.duration_ms) AS longest_ms
    FROM event_history AS event
    WHERE event.created_at >= recorded_from
      AND event.created_at < recorded_before
      AND (of_tenant IS NULL OR event.tenant = of_tenant)
    GROUP BY 1, 2, 3, 4, 5, 6
  ) AS bucketed
  GROUP BY 1, 2, 3, 4, 5;
END
$$;

REVOKE EXECUTE ON FUNCTION summarise_events(timestamptz, timestamptz, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarise_events(timestamptz, timestamptz, text) TO pagw_reader;
