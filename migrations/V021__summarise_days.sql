-- Whole days of event_tracker_summary, merged, so that a report over weeks merges one histogram a day instead of 24.
CREATE TABLE event_tracker_summary_day (LIKE event_tracker_summary INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_day RENAME COLUMN hour TO day;

ALTER TABLE event_tracker_summary_day
  ADD PRIMARY KEY (tenant, day, stage, event_type, status),
  ADD CHECK (day = date_trunc('day', day, 'UTC'));

-- Days that hold an hour which was made anew since they were merged.
CREATE TABLE event_summary_changed_day (
  day TIMESTAMPTZ PRIMARY KEY
);

INSERT INTO event_summary_changed_day SELECT DISTINCT date_trunc('day', hour, 'UTC') FROM event_tracker_summary;

-- Days before this are merged; null before the first time.
ALTER TABLE event_summary_progress ADD COLUMN days_before TIMESTAMPTZ;

-- As in V016, and the hour's day is marked. A mark that is there already is locked: whoever merges the day must see this
-- hour, or come after it.
CREATE OR REPLACE FUNCTION summarise_changed_hour(frozen_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_hour
  WHERE hour = (SELECT hour FROM event_summary_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL OR (taken < frozen_before AND EXISTS (SELECT FROM event_tracker_summary WHERE hour = taken)) THEN
    RETURN taken;
  END IF;
  INSERT INTO event_summary_changed_day VALUES (date_trunc('day', taken, 'UTC'))
  ON CONFLICT (day) DO UPDATE SET day = EXCLUDED.day;
  DELETE FROM event_tracker_summary WHERE hour = taken;
  INSERT INTO event_tracker_summary SELECT * FROM summarise_events(taken, taken + interval '1 hour');
  RETURN taken;
END
$$;

-- Merges one changed day that is over, the latest first; null when there is none.
CREATE FUNCTION summarise_changed_day(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_day
  WHERE day = (
    SELECT day FROM event_summary_changed_day
    WHERE day < date_trunc('day', over_before, 'UTC')
    ORDER BY day DESC
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING day INTO taken;
  DELETE FROM event_tracker_summary_day WHERE day = taken;
  INSERT INTO event_tracker_summary_day
  WITH of_day AS MATERIALIZED (
    SELECT * FROM event_tracker_summary WHERE hour >= taken AND hour < taken + interval '1 day'
  ),
  bucket_total AS (
    SELECT tenant, stage, event_type, status, bucket, sum(events)::bigint AS events
    FROM of_day
    CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
    GROUP BY tenant, stage, event_type, status, bucket
  ),
  merged AS (
    SELECT
      tenant, stage, event_type, status,
      array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
    FROM bucket_total
    GROUP BY tenant, stage, event_type, status
  )
  SELECT
    taken, tenant, stage, event_type, status, sum(event_count), sum(duration_count), sum(duration_sum_ms),
    max(duration_max_ms), coalesce(buckets, '{}'), coalesce(counts, '{}')
  FROM of_day
  LEFT JOIN merged USING (tenant, stage, event_type, status)
  GROUP BY tenant, stage, event_type, status, buckets, counts;
  RETURN taken;
END
$$;

DROP FUNCTION summary_between(text, timestamptz, timestamptz);

-- The events recorded from `since` on and before `until` (null: no end), rolled up, of one tenant or (null) of all:
-- whole days and hours from the summary, the span's edges and what is younger than the last refresh from the events
-- themselves. Exact but for what was recorded under an old time after the last refresh. A row of a day stands at its
-- first hour; without `by_day` every row is of an hour. One query without settings: the planner reads it as part of the
-- one that asks, so columns and rows that are not asked for are not carried along.
CREATE FUNCTION summary_between(
  of_tenant text, since timestamptz, until timestamptz DEFAULT NULL, by_day boolean DEFAULT true
)
RETURNS SETOF event_tracker_summary
LANGUAGE sql STABLE
AS $$
  WITH refreshed AS (
    SELECT
      date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC') AS whole_from,
      date_trunc('day', since + interval '1 day' - interval '1 microsecond', 'UTC') AS day_from,
      -- Ingest may commit what it stamped a little earlier.
      coalesce(date_trunc('hour', refreshed_at - interval '2 minutes', 'UTC'), '-infinity') AS fresh_hour,
      CASE WHEN by_day THEN coalesce(days_before, '-infinity') ELSE '-infinity' END AS fresh_day
    FROM event_summary_progress
  ),
  span AS MATERIALIZED (
    SELECT
      whole_from, day_from,
      greatest(whole_from, least(fresh_hour, date_trunc('hour', until, 'UTC'))) AS whole_until,
      greatest(day_from, date_trunc('day', least(fresh_day, fresh_hour, until), 'UTC')) AS day_until
    FROM refreshed
  )
  SELECT * FROM event_tracker_summary_day AS of_day
  WHERE (of_tenant IS NULL OR of_day.tenant = of_tenant)
    AND of_day.day >= (SELECT day_from FROM span) AND of_day.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT whole_from FROM span)
    AND of_hour.hour < (SELECT least(whole_until, CASE WHEN day_from < day_until THEN day_from ELSE whole_until END) FROM span)
  UNION ALL
  SELECT * FROM event_tracker_summary AS of_hour
  WHERE (of_tenant IS NULL OR of_hour.tenant = of_tenant)
    AND of_hour.hour >= (SELECT CASE WHEN day_from < day_until THEN day_until ELSE whole_until END FROM span)
    AND of_hour.hour < (SELECT whole_until FROM span)
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

COMMENT ON TABLE event_tracker_summary_day IS 'event_tracker_summary by whole UTC days that are over; made from it, never from events';
COMMENT ON COLUMN event_summary_progress.days_before IS 'Days before this are merged in event_tracker_summary_day; null before the first time';
