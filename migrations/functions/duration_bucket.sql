-- Histogram buckets grow by a twentieth, so that a quantile read from them is off by 2.5 % at most. Bucket -1 is 0 ms.
-- Called by summarise_events, note_archived_hours and flow_measures.
CREATE OR REPLACE FUNCTION duration_bucket(duration_ms bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN duration_ms < 1 THEN -1 ELSE floor(ln(duration_ms::float8) / ln(1.05::float8)) END::smallint;

REVOKE EXECUTE ON FUNCTION duration_bucket(bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION duration_bucket(bigint) TO pagw_reader;
