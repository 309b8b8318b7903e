-- Rebuilds the flow roll-up of one changed hour, the latest first, and marks its day; null when there is none. Whoever
-- marks the hour meanwhile waits for this to end or is seen by it. A mark of the day that is there already is locked:
-- whoever merges the day must see this hour, or come after it.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION roll_up_flow_hour() RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM flow_changed_hour
  WHERE hour = (SELECT hour FROM flow_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO flow_changed_day VALUES (date_trunc('day', taken, 'UTC'))
  ON CONFLICT (day) DO UPDATE SET day = EXCLUDED.day;
  DELETE FROM flow_summary WHERE slice = 'hour' AND starts_at = taken;
  INSERT INTO flow_summary SELECT * FROM merge_flows('hour', taken, taken + interval '1 hour');
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION roll_up_flow_hour() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION roll_up_flow_hour() TO pagw_maintainer;
