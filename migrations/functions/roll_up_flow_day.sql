-- Merges the flow roll-up of one changed day that is over, the latest first; null when there is none.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION roll_up_flow_day(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM flow_changed_day
  WHERE day = (
    SELECT day FROM flow_changed_day
    WHERE day < date_trunc('day', over_before, 'UTC')
    ORDER BY day DESC
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING day INTO taken;
  DELETE FROM flow_summary WHERE slice = 'day' AND starts_at = taken;
  INSERT INTO flow_summary SELECT * FROM merge_flows('day', taken, taken + interval '1 day') WHERE taken IS NOT NULL;
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION roll_up_flow_day(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION roll_up_flow_day(timestamptz) TO pagw_maintainer;
