-- Rebuilds the summary of one changed hour, of each tenant and in total, the latest first; null when there is none.
-- Whoever marks the hour meanwhile waits for this to end or is seen by it. The hour's day is marked; a mark that is there
-- already is locked: whoever merges the day must see this hour, or come after it.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION summarise_changed_hour() RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  taken timestamptz;
BEGIN
  DELETE FROM event_summary_changed_hour
  WHERE hour = (SELECT hour FROM event_summary_changed_hour ORDER BY hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING hour INTO taken;
  IF taken IS NULL THEN
    RETURN NULL;
  END IF;
  -- No month is dropped between what is seen of archived_hour and of the events.
  LOCK TABLE event_tracker IN ACCESS SHARE MODE;
  INSERT INTO event_summary_changed_day VALUES (date_trunc('day', taken, 'UTC'))
  ON CONFLICT (day) DO UPDATE SET day = EXCLUDED.day;
  DELETE FROM event_tracker_summary WHERE hour = taken;
  INSERT INTO event_tracker_summary SELECT * FROM summarise_events(taken, taken + interval '1 hour');
  DELETE FROM event_tracker_summary_total WHERE hour = taken;
  INSERT INTO event_tracker_summary_total
  SELECT
    hour, stage, event_type, status, event_count, duration_count, duration_sum_ms, duration_max_ms,
    duration_buckets, bucket_counts
  FROM merge_hours(taken, taken + interval '1 hour', by_tenant => false);
  RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION summarise_changed_hour() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarise_changed_hour() TO pagw_maintainer;
