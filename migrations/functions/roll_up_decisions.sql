-- Rolls up one changed day that is over, the latest first, and its month again; null when there is none, or somebody else
-- is at it. A mark that is not committed by then stays: its decision may not be seen here.
-- Called by maintain: lib/data-access/refresh-decisions.ts.
CREATE OR REPLACE FUNCTION roll_up_decisions(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken CONSTANT timestamptz DEFAULT (
    SELECT max(day) FROM decision_changed_day WHERE day < date_trunc('day', over_before, 'UTC')
  );
  its_month CONSTANT timestamptz DEFAULT date_trunc('month', taken, 'UTC');
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'roll up decisions' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF taken IS NULL THEN
    -- What is left is of today: a mark is enough.
    WITH mark AS (DELETE FROM decision_changed_day RETURNING day)
    INSERT INTO decision_changed_day SELECT DISTINCT day FROM mark;
    RETURN NULL;
  END IF;
  DELETE FROM decision_changed_day WHERE day = taken;
  DELETE FROM decision_summary WHERE slice = 'day' AND starts_at = taken;
  INSERT INTO decision_summary SELECT * FROM count_decisions(taken, taken + interval '24 hours', NULL);
  DELETE FROM decision_summary WHERE slice = 'month' AND starts_at = its_month;
  INSERT INTO decision_summary
  SELECT
    'month', its_month, counted.*, taken_us
  FROM (
    SELECT
      tenant, priority, sum(decided)::bigint, sum(approved)::bigint, sum(partial)::bigint, sum(denied)::bigint,
      sum(bound)::bigint, sum(in_time)::bigint, sum(taken_sum_us)
    FROM decision_summary
    WHERE slice = 'day' AND starts_at >= its_month AND starts_at < its_month + interval '744 hours'
      AND date_trunc('month', starts_at, 'UTC') = its_month
    GROUP BY tenant, priority
  ) AS counted
  JOIN (
    SELECT tenant, priority, array_agg(us ORDER BY us) AS taken_us
    FROM decision_summary
    CROSS JOIN LATERAL unnest(taken_us) AS us
    WHERE slice = 'day' AND starts_at >= its_month AND starts_at < its_month + interval '744 hours'
      AND date_trunc('month', starts_at, 'UTC') = its_month
    GROUP BY tenant, priority
  ) AS took USING (tenant, priority);
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION roll_up_decisions(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION roll_up_decisions(timestamptz) TO pagw_maintainer;
