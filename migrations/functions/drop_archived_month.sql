-- Drops a month's partition when it may be dropped; answers whether it did. Looks before it locks anything, and again
-- once nobody can record. Waits for no lock longer than half a second, which is less than the server takes to look for
-- a deadlock: whoever records events goes first, and this ends with 55P03.
-- Called by maintain: lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION drop_archived_month(day date, noted_at timestamptz) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '500ms'
AS $$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'make or drop months' FOR UPDATE;
  IF NOT may_drop_month(month_start, noted_at) OR NOT EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  -- In the order in which recording takes them.
  LOCK TABLE request_tracker IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE ONLY event_tracker IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition_name);
  IF NOT may_drop_month(month_start, noted_at) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', partition_name);
  INSERT INTO archived_month (month, request_count, event_count, dropped_at)
  SELECT month_start, coalesce(sum(request_count), 0), coalesce(sum(event_count), 0), noted_at
  FROM archive_object
  WHERE received_on >= month_start AND received_on < month_start + interval '1 month'
  ON CONFLICT (month) DO UPDATE SET
    request_count = excluded.request_count, event_count = excluded.event_count,
    dropped_at = excluded.dropped_at, keep_until = NULL;
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION drop_archived_month(date, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION drop_archived_month(date, timestamptz) TO pagw_maintainer;
