-- Creates a dropped month again for what is to be put back, and keeps it until then. Run before anything is put back: a
-- month that is kept is not dropped meanwhile. A month that was never dropped is left as it is.
-- Called before a restore: lib/data-access/archive.ts.
CREATE OR REPLACE FUNCTION keep_archived_month(day date, until timestamptz) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM ensure_event_partition(day);
  UPDATE archived_month
  SET keep_until = greatest(archived_month.keep_until, until)
  WHERE month = date_trunc('month', day);
END
$$;

REVOKE EXECUTE ON FUNCTION keep_archived_month(date, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION keep_archived_month(date, timestamptz) TO pagw_writer;
