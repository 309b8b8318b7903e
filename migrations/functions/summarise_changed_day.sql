-- Merges one changed day that is over, of each tenant and in total, the latest first; null when there is none. Days that reports
-- take from here (days_before) are over, also by a clock that is behind.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION summarise_changed_day(over_before timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_day
  WHERE day = (
    SELECT day FROM event_summary_changed_day
    WHERE day < greatest(date_trunc('day', over_before, 'UTC'), (SELECT days_before FROM event_summary_progress))
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

REVOKE EXECUTE ON FUNCTION summarise_changed_day(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarise_changed_day(timestamptz) TO pagw_maintainer;
