-- The hours and days of the summary over all tenants together: a report of all of them merges one histogram a slice of
-- time, however many tenants there are. Made with the hour and the day they belong to.
CREATE TABLE event_tracker_summary_total (LIKE event_tracker_summary INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_total
  DROP COLUMN tenant,
  ADD PRIMARY KEY (hour, stage, event_type, status);

CREATE TABLE event_tracker_summary_day_total (LIKE event_tracker_summary_day INCLUDING CONSTRAINTS);

ALTER TABLE event_tracker_summary_day_total
  DROP COLUMN tenant,
  ADD PRIMARY KEY (day, stage, event_type, status);

-- The hours that begin in a span of time, merged into one row a (tenant,) stage, event type and status, which stands at
-- the span's begin; without `by_tenant` a row is of all tenants, and its tenant null.
CREATE FUNCTION merge_hours(since timestamptz, before timestamptz, by_tenant boolean)
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

-- As in V021, and the hour's total.
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
  DELETE FROM event_tracker_summary_total WHERE hour = taken;
  INSERT INTO event_tracker_summary_total
  SELECT
    hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM merge_hours(taken, taken + interval '1 hour', by_tenant => false);
  RETURN taken;
END
$$;

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
  INSERT INTO event_tracker_summary_day SELECT * FROM merge_hours(taken, taken + interval '1 day', by_tenant => true);
  DELETE FROM event_tracker_summary_day_total WHERE day = taken;
  INSERT INTO event_tracker_summary_day_total
  SELECT
    hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM merge_hours(taken, taken + interval '1 day', by_tenant => false);
  RETURN taken;
END
$$;

-- The totals of what is rolled up already.
INSERT INTO event_tracker_summary_total
SELECT
  total.hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
  duration_buckets, bucket_counts
FROM (SELECT DISTINCT hour FROM event_tracker_summary) AS made
CROSS JOIN LATERAL merge_hours(made.hour, made.hour + interval '1 hour', by_tenant => false) AS total;

INSERT INTO event_tracker_summary_day_total
SELECT
  total.hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
  duration_buckets, bucket_counts
FROM (SELECT DISTINCT day FROM event_tracker_summary_day) AS made
CROSS JOIN LATERAL merge_hours(made.day, made.day + interval '1 day', by_tenant => false) AS total;

DROP FUNCTION histogram_quantile(smallint[], bigint[], float8);

-- As in V016, of a histogram whose `total` is known: that is half the work.
CREATE FUNCTION histogram_quantile(buckets smallint[], counts bigint[], total bigint, fraction float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  rank CONSTANT float8 DEFAULT fraction * (total - 1);
  seen bigint := 0;
  below float8;
BEGIN
  FOR place IN 1 .. cardinality(buckets) LOOP
    seen := seen + counts[place];
    CONTINUE WHEN seen <= floor(rank);
    below := coalesce(below, bucket_duration(buckets[place]));
    IF seen > ceil(rank) THEN
      RETURN below + (rank - floor(rank)) * (bucket_duration(buckets[place]) - below);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

DROP FUNCTION summary_between(text, timestamptz, timestamptz, boolean);

-- As in V021. Rows are of all tenants together (tenant is null) unless one is asked for, `by_tenant` is said, or the reader
-- is limited to some; those of the span's edges are of each.
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

-- As in V020. A limited reader must not see what all tenants add up to.
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
    ('event_tracker_summary_total', 'NULL', 'false'),
    ('event_tracker_summary_day_total', 'NULL', 'false')
) AS stated (name, tenant, visible) ON stated.name = held.relname
WHERE held.relnamespace = 'public'::regnamespace
  AND held.relkind IN ('r', 'p')
  AND (
    stated.name IS NOT NULL
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = held.oid AND attname = 'tenant' AND NOT attisdropped)
  );

COMMENT ON TABLE event_tracker_summary_total IS 'event_tracker_summary over all tenants';
COMMENT ON TABLE event_tracker_summary_day_total IS 'event_tracker_summary_day over all tenants';
