-- The determinations from `since` on and before `until`, rolled up: whole months, the days of months that are cut or open,
-- and what no roll-up holds yet from the decisions themselves. Exact at any time: whoever writes a decision marks its day.
-- Called by reports: lib/data-access/decisions.ts.
CREATE OR REPLACE FUNCTION decisions_between(of_tenant text, since timestamptz, until timestamptz)
RETURNS SETOF decision_summary
LANGUAGE sql STABLE
AS $$
  WITH edge AS (
    SELECT at FROM (VALUES (since), (until)) AS stated (at) WHERE isfinite(at)
  ),
  -- Counted one by one: changed, or cut by an edge.
  open_day AS MATERIALIZED (
    SELECT day FROM decision_changed_day WHERE day > since - interval '24 hours' AND day < until
    UNION
    SELECT date_trunc('day', at, 'UTC') FROM edge WHERE at > date_trunc('day', at, 'UTC')
  ),
  open_month AS MATERIALIZED (
    SELECT month FROM decision_open_month WHERE month > since - interval '744 hours' AND month < until
    UNION
    SELECT date_trunc('month', day, 'UTC') FROM open_day
    UNION
    SELECT date_trunc('month', at, 'UTC') FROM edge WHERE at > date_trunc('month', at, 'UTC')
  )
  SELECT whole.*
  FROM decision_summary AS whole
  WHERE slice = 'month' AND starts_at >= since AND starts_at < until
    AND (of_tenant IS NULL OR tenant = of_tenant)
    AND starts_at NOT IN (SELECT month FROM open_month)
  UNION ALL
  SELECT whole.*
  FROM open_month
  -- OFFSET 0 keeps this a look-up per month: as a plain join it is planned as a scan of all years.
  CROSS JOIN LATERAL (SELECT * FROM decisions_of_days(month) OFFSET 0) AS whole
  WHERE starts_at >= since AND starts_at < until
    AND (of_tenant IS NULL OR tenant = of_tenant)
    AND starts_at NOT IN (SELECT day FROM open_day)
  UNION ALL
  SELECT part.*
  FROM open_day
  CROSS JOIN LATERAL count_decisions(greatest(day, since), least(day + interval '24 hours', until), of_tenant) AS part
$$;

REVOKE EXECUTE ON FUNCTION decisions_between(text, timestamptz, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION decisions_between(text, timestamptz, timestamptz) TO pagw_reader;
