-- The events recorded from `since` on and before `until` (null: no end), rolled up: whole days and hours from the summary,
-- the span's edges and what is younger than the last refresh from the events themselves. Exact but for what was recorded
-- under an old time after the last refresh. A row of a day stands at its first hour; without `by_day` every row is of an
-- hour. Rows are of all tenants together (tenant is null) unless one is asked for, `by_tenant` is said, or the reader is
-- limited to some; those of the span's edges are of each. One query without settings: the planner reads it as part of
-- the one that asks, so columns and rows that are not asked for are not carried along.
-- Called by count_between; by reports: lib/data-access/event-reports.ts, lib/data-access/event-reports.ts; and to know a
-- name of old: lib/data-access/known-names.ts.
CREATE OR REPLACE FUNCTION summary_between(
  of_tenant text, since timestamptz, until timestamptz DEFAULT NULL, by_day boolean DEFAULT true,
  by_tenant boolean DEFAULT false
)
RETURNS SETOF event_tracker_summary
LANGUAGE sql STABLE
AS $$
  WITH refreshed AS (
    SELECT
      date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC') AS whole_from,
      date_trunc('day', since + interval '1 day' - interval '1 microsecond', 'UTC') AS day_from,
      summarised_until() AS fresh_hour,
      CASE WHEN by_day THEN coalesce(days_before, '-infinity') ELSE '-infinity' END AS fresh_day
    FROM event_summary_progress
  ),
  bounds AS (
    SELECT
      whole_from, day_from,
      greatest(whole_from, least(fresh_hour, date_trunc('hour', until, 'UTC'))) AS whole_until,
      greatest(day_from, date_trunc('day', least(fresh_day, fresh_hour, until), 'UTC')) AS day_until
    FROM refreshed
  ),
  -- Days, and the hours before and after them; only hours where there is no day.
  span AS MATERIALIZED (
    SELECT
      whole_from, whole_until, day_from, day_until,
      CASE WHEN day_from < day_until THEN least(whole_until, day_from) ELSE whole_until END AS hours_until,
      CASE WHEN day_from < day_until THEN day_until ELSE whole_until END AS hours_again_from,
      of_tenant IS NULL AND NOT by_tenant AND (SELECT tenants IS NULL FROM reader_scope) AS in_total
    FROM bounds
  )
  SELECT * FROM event_tracker_summary_day AS of_day
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_day.tenant = of_tenant)
    AND of_day.day >= (SELECT day_from FROM span) AND of_day.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT whole_from FROM span) AND of_hour.hour < (SELECT hours_until FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT hours_again_from FROM span) AND of_hour.hour < (SELECT whole_until FROM span)
  UNION ALL
  SELECT
    day, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_day_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.day >= (SELECT day_from FROM span) AND total.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT
    hour, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.hour >= (SELECT whole_from FROM span) AND total.hour < (SELECT hours_until FROM span)
  UNION ALL
  SELECT
    hour, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.hour >= (SELECT hours_again_from FROM span) AND total.hour < (SELECT whole_until FROM span)
  UNION ALL
  SELECT edge.*
  FROM span
  CROSS JOIN LATERAL summarise_events(since, least(whole_from, until), of_tenant) AS edge
  WHERE since < least(whole_from, until)
  UNION ALL
  SELECT edge.*
  FROM span
  CROSS JOIN LATERAL summarise_events(whole_until, coalesce(until, 'infinity'), of_tenant) AS edge
  WHERE until IS NULL OR whole_until < until
$$;

REVOKE EXECUTE ON FUNCTION summary_between(text, timestamptz, timestamptz, boolean, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summary_between(text, timestamptz, timestamptz, boolean, boolean) TO pagw_reader;
