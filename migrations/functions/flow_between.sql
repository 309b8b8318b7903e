-- What flow_summary says of the requests of a tenant (null: of all) whose latest event was recorded from `since` on and
-- before `until` (null: no end), in parts to be added up: whole days that are merged, else hours, from the roll-up; the
-- span's edges and hours that changed since from request_flow; requests that got events since they were folded (of the
-- next `most` events) from those events, less what the roll-up says of them still. The largest wait is the roll-up's.
-- Days of all tenants are read as such (tenant is null), unless the reader is limited to some.
-- Called by reports: lib/data-access/flow.ts, lib/data-access/load.ts.
--
-- ROWS, because a plan for a thousand of them took five times as long.
CREATE OR REPLACE FUNCTION flow_between(of_tenant text, since timestamptz, until timestamptz, most bigint)
RETURNS SETOF flow_summary
LANGUAGE plpgsql STABLE
ROWS 100000
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  ends_at CONSTANT timestamptz DEFAULT coalesce(until, 'infinity');
  hour_from CONSTANT timestamptz DEFAULT date_trunc('hour', since + interval '1 hour' - interval '1 microsecond', 'UTC');
  last_seen CONSTANT timestamptz DEFAULT (SELECT max(seen_at) FROM request_flow);
  -- Of a span that ends after all that is folded, what is rolled up has no edge there.
  rolled_until CONSTANT timestamptz DEFAULT CASE WHEN ends_at > last_seen THEN 'infinity' ELSE ends_at END;
  hour_until CONSTANT timestamptz DEFAULT greatest(hour_from, date_trunc('hour', rolled_until, 'UTC'));
  day_from CONSTANT timestamptz DEFAULT date_trunc('day', since + interval '1 day' - interval '1 microsecond', 'UTC');
  day_until CONSTANT timestamptz DEFAULT greatest(day_from, date_trunc('day', rolled_until, 'UTC'));
  -- No day is merged from the first of these on, nor seen: so much is a matter of hours.
  last_hour CONSTANT timestamptz DEFAULT date_trunc('hour', last_seen, 'UTC');
  changed_hours CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT hour FROM flow_changed_hour WHERE hour >= hour_from AND hour < hour_until
  );
  changed_days CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT day FROM flow_changed_day WHERE day >= day_from AND day < day_until
  );
  hours CONSTANT timestamptz[] DEFAULT ARRAY(
    SELECT hour
    FROM (
      SELECT generate_series(hour_from, least(day_from, hour_until, last_hour + interval '1 hour') - interval '1 hour', '1 hour') AS hour
      UNION ALL
      SELECT generate_series(day_until, least(hour_until, last_hour + interval '1 hour') - interval '1 hour', '1 hour')
      WHERE day_until < hour_until
      UNION ALL
      SELECT generate_series(day, day + interval '23 hours', '1 hour') FROM unnest(changed_days) AS day
    ) AS wanted
    WHERE hour <> ALL (changed_hours)
  );
  ids CONSTANT text[] DEFAULT unfolded_ids(of_tenant, most);
  in_total CONSTANT boolean DEFAULT of_tenant IS NULL AND (SELECT tenants IS NULL FROM reader_scope);
BEGIN
  RETURN QUERY
  WITH live AS MATERIALIZED (
    SELECT * FROM unfolded_flows(ids) AS unfolded WHERE of_tenant IS NULL OR unfolded.tenant = of_tenant
  ),
  live_id AS MATERIALIZED (
    SELECT DISTINCT live.pagw_id FROM live
  ),
  edge AS (
    SELECT since AS edge_from, least(hour_from, ends_at) AS edge_until
    UNION ALL
    SELECT hour_until, ends_at WHERE hour_until < ends_at
    UNION ALL
    SELECT hour, hour + interval '1 hour' FROM unnest(changed_hours) AS hour
  )
  SELECT daily.*
  FROM flow_summary AS daily
  WHERE daily.slice = 'day' AND daily.starts_at >= day_from AND daily.starts_at < day_until
    AND daily.starts_at <> ALL (changed_days)
    AND CASE
      WHEN in_total THEN daily.tenant IS NULL
      WHEN of_tenant IS NULL THEN daily.tenant IS NOT NULL
      ELSE daily.tenant = of_tenant
    END
  UNION ALL
  SELECT hourly.*
  FROM flow_summary AS hourly
  WHERE hourly.slice = 'hour' AND hourly.starts_at = ANY (hours)
    AND (of_tenant IS NULL OR hourly.tenant = of_tenant)
  UNION ALL
  SELECT measured.*
  FROM edge
  JOIN request_flow AS flow ON flow.seen_at >= edge_from AND flow.seen_at < edge_until
  CROSS JOIN LATERAL flow_measures(flow, 1) AS measured
  WHERE (of_tenant IS NULL OR flow.tenant = of_tenant)
    AND flow.pagw_id NOT IN (SELECT live_id.pagw_id FROM live_id)
  UNION ALL
  SELECT measured.*
  FROM live AS flow
  CROSS JOIN LATERAL flow_measures(ROW(flow.*)::request_flow, 1) AS measured
  WHERE flow.seen_at >= since AND flow.seen_at < ends_at
  UNION ALL
  SELECT measured.*
  FROM live_id
  JOIN request_flow AS flow ON flow.pagw_id = live_id.pagw_id
  CROSS JOIN LATERAL flow_measures(flow, -1) AS measured
  WHERE flow.seen_at >= hour_from AND flow.seen_at < hour_until
    AND date_trunc('hour', flow.seen_at, 'UTC') <> ALL (changed_hours);
END
$$;

REVOKE EXECUTE ON FUNCTION flow_between(text, timestamptz, timestamptz, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION flow_between(text, timestamptz, timestamptz, bigint) TO pagw_reader;
