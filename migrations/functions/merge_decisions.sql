-- Merges the days of one open month that is over; null when there is none, or somebody else is at it. Its times are put in
-- order, all of a tenant's at once: a month with more of them than a statement has time for stays open.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION merge_decisions(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken timestamptz;
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'roll up decisions' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  DELETE FROM decision_open_month
  WHERE month = (
    SELECT max(month)
    FROM decision_open_month
    WHERE month < date_trunc('month', over_before, 'UTC')
      AND (SELECT coalesce(sum(decided), 0) FROM decisions_of_days(month)) <= 10000000
  )
  RETURNING month INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  DELETE FROM decision_summary WHERE slice = 'month' AND starts_at = taken;
  INSERT INTO decision_summary
  SELECT
    'month', taken, counted.*, taken_us
  FROM (
    SELECT
      tenant, priority, sum(decided)::bigint, sum(approved)::bigint, sum(partial)::bigint, sum(denied)::bigint,
      sum(bound)::bigint, sum(in_time)::bigint, sum(taken_sum_us)
    FROM decisions_of_days(taken)
    GROUP BY tenant, priority
  ) AS counted
  JOIN (
    SELECT tenant, priority, array_agg(us ORDER BY us) AS taken_us
    FROM decisions_of_days(taken)
    CROSS JOIN LATERAL unnest(taken_us) AS us
    GROUP BY tenant, priority
  ) AS took USING (tenant, priority);
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION merge_decisions(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION merge_decisions(timestamptz) TO pagw_maintainer;
