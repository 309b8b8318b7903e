-- When the merged STARTs were recorded, as ix_event_tracker_created has it of all other events.
CREATE INDEX ix_event_tracker_start_created
  ON event_tracker USING BRIN (start_created_at) WITH (pages_per_range = 16)
  WHERE start_event_id IS NOT NULL;

-- As in V016, but of event_history: a START counts in its own hour after it was merged into its result, too.
CREATE OR REPLACE FUNCTION summarise_events(recorded_from timestamptz, recorded_before timestamptz, of_tenant text DEFAULT NULL)
RETURNS SETOF event_tracker_summary
LANGUAGE plpgsql STABLE
-- One plan for all values, by the block range index: planning anew for every partition takes longer than reading an hour.
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
