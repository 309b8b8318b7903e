-- The events and failures of a span by hour (`by_day`: a day's at its first hour), as summary_between has them; what is
-- younger than the last refresh is counted by hour alone, without grouping and measuring it.
-- Called by the load over time: lib/data-access/load.ts.
CREATE OR REPLACE FUNCTION count_between(of_tenant text, since timestamptz, until timestamptz, by_day boolean)
RETURNS TABLE (hour timestamptz, events bigint, failures bigint)
LANGUAGE plpgsql STABLE
-- One plan for all values, by the block range index, as in summarise_events.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- Of a month with few events a B-tree read from end to end looks cheaper, by itself or for a bitmap.
SET enable_indexscan = off
SET cpu_index_tuple_cost = 1
SET enable_sort = off
AS $$
DECLARE
  fresh_from CONSTANT timestamptz DEFAULT greatest(since, summarised_until());
  -- Where something of it is archived already, summarise_events knows what to count once.
  counted_from CONSTANT timestamptz DEFAULT CASE
    WHEN EXISTS (SELECT FROM archived_hour AS noted WHERE noted.hour >= fresh_from AND noted.hour < until) THEN until
    ELSE least(fresh_from, until)
  END;
BEGIN
  RETURN QUERY
  SELECT summary.hour, sum(event_count)::bigint, coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0)::bigint
  FROM summary_between(of_tenant, since, counted_from, by_day) AS summary
  WHERE since < counted_from
  GROUP BY summary.hour
  UNION ALL
  SELECT date_bin('1 hour', event.created_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS of_hour, count(*), count(*) FILTER (WHERE status = 'FAILED')
  FROM event_history AS event
  -- Of no row, so decided before any month is looked at: a span that is over has nothing here.
  WHERE counted_from < until
    AND event.created_at >= counted_from AND event.created_at < until
    AND (of_tenant IS NULL OR event.tenant = of_tenant)
  GROUP BY of_hour;
END
$$;

REVOKE EXECUTE ON FUNCTION count_between(text, timestamptz, timestamptz, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION count_between(text, timestamptz, timestamptz, boolean) TO pagw_reader;
