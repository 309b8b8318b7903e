-- The rows of decision_summary of a month's days.
-- Called by merge_decisions and decisions_between.
CREATE OR REPLACE FUNCTION decisions_of_days(month timestamptz) RETURNS SETOF decision_summary
LANGUAGE sql STABLE
AS $$
  SELECT * FROM decision_summary
  WHERE slice = 'day' AND starts_at >= month AND starts_at < month + interval '744 hours'
    AND date_trunc('month', starts_at, 'UTC') = month
$$;

REVOKE EXECUTE ON FUNCTION decisions_of_days(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION decisions_of_days(timestamptz) TO pagw_reader;
