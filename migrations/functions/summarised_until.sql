-- The hour from which on the summary may lack events: what comes later is counted from the events themselves.
-- Called by summary_between and count_between.
CREATE OR REPLACE FUNCTION summarised_until() RETURNS timestamptz
LANGUAGE sql STABLE
-- Ingest may commit what it stamped a little earlier.
RETURN (SELECT coalesce(date_trunc('hour', refreshed_at - interval '2 minutes', 'UTC'), '-infinity') FROM event_summary_progress);

REVOKE EXECUTE ON FUNCTION summarised_until() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarised_until() TO pagw_reader;
