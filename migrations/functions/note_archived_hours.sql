-- Adds the events noted with an object to archived_hour, and marks what the search for changed hours may not have come to:
-- it searches event_tracker, which these events may leave before.
-- Called by note_archived.
CREATE OR REPLACE FUNCTION note_archived_hours(of_object bigint) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  WITH event AS MATERIALIZED (
    SELECT found.*
    FROM archived_request AS noted
    JOIN request_tracker AS known ON known.pagw_id = noted.pagw_id
    CROSS JOIN LATERAL (
      SELECT * FROM event_history AS one
      WHERE one.pagw_id = known.pagw_id AND one.received_on = known.received_on
        AND one.sequence_no BETWEEN noted.first_sequence_no AND noted.last_sequence_no
      OFFSET 0
    ) AS found
    WHERE noted.object_id = of_object
  ),
  bucketed AS (
    SELECT
      date_trunc('hour', created_at, 'UTC') AS hour, tenant, stage, event_type, status,
      duration_bucket(duration_ms) AS bucket,
      count(*) AS events, sum(duration_ms) AS total_ms, max(duration_ms) AS longest_ms
    FROM event
    GROUP BY 1, 2, 3, 4, 5, 6
  )
  INSERT INTO archived_hour AS noted
  SELECT
    hour, tenant, stage, event_type, status,
    sum(events)::bigint,
    coalesce(sum(events) FILTER (WHERE bucket IS NOT NULL), 0)::bigint,
    coalesce(sum(total_ms), 0)::bigint,
    max(longest_ms),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
    coalesce(array_agg(events ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM bucketed
  GROUP BY hour, tenant, stage, event_type, status
  -- In one order, so that two runs never wait for each other's rows.
  ORDER BY hour, tenant, stage, event_type, status
  ON CONFLICT (hour, tenant, stage, event_type, status) DO UPDATE SET
    event_count = noted.event_count + excluded.event_count,
    duration_count = noted.duration_count + excluded.duration_count,
    duration_sum_ms = noted.duration_sum_ms + excluded.duration_sum_ms,
    duration_max_ms = greatest(noted.duration_max_ms, excluded.duration_max_ms),
    (duration_buckets, bucket_counts) = (
      SELECT coalesce(array_agg(bucket ORDER BY bucket), '{}'), coalesce(array_agg(events ORDER BY bucket), '{}')
      FROM (
        SELECT bucket, sum(counted)::bigint AS events
        FROM unnest(
          noted.duration_buckets || excluded.duration_buckets, noted.bucket_counts || excluded.bucket_counts
        ) AS histogram (bucket, counted)
        GROUP BY bucket
      ) AS merged
    );

  WITH unsearched AS (
    SELECT found.*
    FROM archived_request AS noted
    JOIN request_tracker AS known ON known.pagw_id = noted.pagw_id
    CROSS JOIN LATERAL (
      SELECT one.pagw_id, one.created_at, one.start_created_at FROM event_tracker AS one
      WHERE one.pagw_id = known.pagw_id AND one.received_on = known.received_on
        AND one.id > (SELECT settled_id FROM event_summary_progress)
      OFFSET 0
    ) AS found
    WHERE noted.object_id = of_object
  ),
  changed_request AS (
    INSERT INTO flow_changed_request (pagw_id)
    SELECT DISTINCT pagw_id FROM unsearched ORDER BY pagw_id
    ON CONFLICT (pagw_id) DO NOTHING
  )
  INSERT INTO event_summary_changed_hour (hour)
  SELECT date_trunc('hour', created_at, 'UTC') AS hour FROM unsearched
  UNION
  SELECT date_trunc('hour', start_created_at, 'UTC') FROM unsearched WHERE start_created_at IS NOT NULL
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
END
$$;

REVOKE EXECUTE ON FUNCTION note_archived_hours(bigint) FROM PUBLIC;
