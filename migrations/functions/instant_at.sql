-- Microseconds since 1970, as archived_event() writes them. By days and the rest: an interval times a number is reckoned
-- with 53 bits, which far dates exceed.
-- Called by lib/data-access/archive.ts.
CREATE OR REPLACE FUNCTION instant_at(microseconds text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
  timestamp '1970-01-01'
  + (microseconds::bigint / 86400000000)::int * interval '1 day'
  + (microseconds::bigint % 86400000000) * interval '1 microsecond'
) AT TIME ZONE 'UTC';

REVOKE EXECUTE ON FUNCTION instant_at(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION instant_at(text) TO pagw_writer;
