-- The days of event_tracker_summary_day, merged over all tenants: a report of all of them merges one histogram a day,
-- however many there are. Made with the day, from the same hours.
CREATE TABLE event_tracker_summary_day_total (LIKE event_tracker_summary_day INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_day_total
  DROP COLUMN tenant,
  ADD PRIMARY KEY (day, stage, event_type, status);

-- Merged anew, with their totals; until then reports take the hours.
UPDATE event_summary_progress SET days_before = NULL;

INSERT INTO event_summary_changed_day
SELECT DISTINCT day FROM event_tracker_summary_day
ON CONFLICT (day) DO NOTHING;

-- As in V021, and the day's total.
CREATE OR REPLACE FUNCTION summarise_changed_day(over_before timestamptz) RETURNS timestamptz
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
  DELETE FROM event_tracker_summary_day_total WHERE day = taken;
  -- In `merged` a row without a tenant is of all of them.
  WITH of_day AS MATERIALIZED (
    SELECT * FROM event_tracker_summary WHERE hour >= taken AND hour < taken + interval '1 day'
  ),
  bucket_total AS (
    SELECT tenant, stage, event_type, status, bucket, sum(events)::bigint AS events
    FROM of_day
    CROSS JOIN LATERAL unnest(duration_buckets, bucket_counts) AS histogram (bucket, events)
    GROUP BY GROUPING SETS ((tenant, stage, event_type, status, bucket), (stage, event_type, status, bucket))
  ),
  histogram AS (
    SELECT
      tenant, stage, event_type, status,
      array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
    FROM bucket_total
    GROUP BY tenant, stage, event_type, status
  ),
  counted AS (
    SELECT
      tenant, stage, event_type, status, sum(event_count) AS events, sum(duration_count) AS timed,
      sum(duration_sum_ms) AS sum_ms, max(duration_max_ms) AS max_ms
    FROM of_day
    GROUP BY GROUPING SETS ((tenant, stage, event_type, status), (stage, event_type, status))
  ),
  merged AS MATERIALIZED (
    SELECT
      counted.tenant, counted.stage, counted.event_type, counted.status, events, timed, sum_ms, max_ms,
      coalesce(buckets, '{}') AS buckets, coalesce(counts, '{}') AS counts
    FROM counted
    LEFT JOIN histogram
      ON histogram.tenant IS NOT DISTINCT FROM counted.tenant
      AND histogram.stage = counted.stage
      AND histogram.event_type = counted.event_type
      AND histogram.status = counted.status
  ),
  of_tenant AS (
    INSERT INTO event_tracker_summary_day
    SELECT taken, tenant, stage, event_type, status, events, timed, sum_ms, max_ms, buckets, counts
    FROM merged
    WHERE tenant IS NOT NULL
  )
  INSERT INTO event_tracker_summary_day_total
  SELECT taken, stage, event_type, status, events, timed, sum_ms, max_ms, buckets, counts
  FROM merged
  WHERE tenant IS NULL;
  RETURN taken;
END
$$;

DROP FUNCTION summary_between(text, timestamptz, timestamptz, boolean);

-- As in V021. Rows of whole days are of all tenants together (tenant is null) unless one is asked for, `by_tenant` is
-- said, or the reader is limited to some.
CREATE FUNCTION summary_between(
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
      -- Ingest may commit what it stamped a little earlier.
      coalesce(date_trunc('hour', refreshed_at - interval '2 minutes', 'UTC'), '-infinity') AS fresh_hour,
      CASE WHEN by_day THEN coalesce(days_before, '-infinity') ELSE '-infinity' END AS fresh_day
    FROM event_summary_progress
  ),
  span AS MATERIALIZED (
    SELECT
      whole_from, day_from,
      greatest(whole_from, least(fresh_hour, date_trunc('hour', until, 'UTC'))) AS whole_until,
      greatest(day_from, date_trunc('day', least(fresh_day, fresh_hour, until), 'UTC')) AS day_until,
      of_tenant IS NULL AND NOT by_tenant AND (SELECT tenants IS NULL FROM reader_scope) AS in_total
    FROM refreshed
  )
  SELECT * FROM event_tracker_summary_day AS of_day
  WHERE NOT (SELECT in_total FROM span)
    AND (of_tenant IS NULL OR of_day.tenant = of_tenant)
    AND of_day.day >= (SELECT day_from FROM span) AND of_day.day < (SELECT day_until FROM span)
  UNION ALL
  SELECT
    day, NULL, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM event_tracker_summary_day_total AS total
  WHERE (SELECT in_total FROM span)
    AND total.day >= (SELECT day_from FROM span) AND total.day < (SELECT day_until FROM span)
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

-- As in V020. A total tells of tenants that a limited reader must not see.
CREATE OR REPLACE VIEW tenant_table WITH (security_invoker = true) AS
SELECT
  held.oid::regclass AS held_in,
  held.relispartition AS is_partition,
  held.relrowsecurity AS is_guarded,
  coalesce(stated.tenant, 'tenant') AS tenant,
  coalesce(stated.visible, '%s') AS visible
FROM pg_class AS held
LEFT JOIN (
  VALUES
    -- A pause of no tenant holds back everybody's retries.
    ('retry_pause', 'tenant', 'tenant IS NULL OR %s'),
    ('retry_batch', $$filter ->> 'tenant'$$, '%s'),
    ('operator_action', $$filter ->> 'tenant'$$, $$%s OR EXISTS (SELECT FROM request_tracker WHERE pagw_id = filter ->> 'pagwId')$$),
    ('incident_notification', 'NULL', 'EXISTS (SELECT FROM incident WHERE incident.id = incident_id)'),
    ('event_tracker_summary_day_total', 'NULL', 'false')
) AS stated (name, tenant, visible) ON stated.name = held.relname
WHERE held.relnamespace = 'public'::regnamespace
  AND held.relkind IN ('r', 'p')
  AND (
    stated.name IS NOT NULL
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = held.oid AND attname = 'tenant' AND NOT attisdropped)
  );

COMMENT ON TABLE event_tracker_summary_day_total IS 'event_tracker_summary_day over all tenants';
