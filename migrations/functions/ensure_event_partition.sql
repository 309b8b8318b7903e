-- Makes the month that holds the given date; answers whether it had to. CREATE then ATTACH, because CREATE … PARTITION
-- OF would lock every reader out of event_tracker. The lock_timeout keeps a waiting ATTACH from queueing ingest behind
-- it. A month made while the reader is limited is closed to it like the others.
-- Called by ingest (lib/data-access/ingest.ts), which meets a missing month as the writer, who owns no table: making it is
-- the owner's right, lent for this alone (SECURITY DEFINER); by maintain and migrate, for the months ahead
-- (lib/data-access/maintain.ts); by keep_archived_month and close_request.
CREATE OR REPLACE FUNCTION ensure_event_partition(day date) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  month_end CONSTANT date DEFAULT (date_trunc('month', day) + interval '1 month')::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'make or drop months' FOR UPDATE;
  IF EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE event_tracker INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name);
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = 'event_tracker'::regclass) THEN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
  END IF;
  EXECUTE format('ALTER TABLE event_tracker ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition_name, month_start, month_end);
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION ensure_event_partition(date) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION ensure_event_partition(date) TO pagw_writer, pagw_maintainer;
