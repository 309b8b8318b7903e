-- Rolls up one changed day that is over, the latest first; null when there is none, or somebody else is at it. Its month is
-- open from then on. A mark that is not committed by then stays: its decision may not be seen here.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION roll_up_decisions(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken CONSTANT timestamptz DEFAULT (
    SELECT max(day) FROM decision_changed_day WHERE day < date_trunc('day', over_before, 'UTC')
  );
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
  INSERT INTO decision_open_month VALUES (date_trunc('month', taken, 'UTC')) ON CONFLICT DO NOTHING;
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION roll_up_decisions(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION roll_up_decisions(timestamptz) TO pagw_maintainer;
