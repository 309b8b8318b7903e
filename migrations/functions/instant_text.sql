-- An instant as events and answers have it: ISO 8601, UTC, milliseconds.
-- Called by append_events, record_decisions and write_verdicts.
CREATE OR REPLACE FUNCTION instant_text(at timestamptz) RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

REVOKE EXECUTE ON FUNCTION instant_text(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION instant_text(timestamptz) TO pagw_writer;
