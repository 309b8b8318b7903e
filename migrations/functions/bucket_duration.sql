-- The duration in ms that stands for a bucket of duration_bucket: the harmonic mean of its first and last whole millisecond.
-- Called by histogram_quantile.
CREATE OR REPLACE FUNCTION bucket_duration(bucket smallint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN bucket < 0 THEN 0 ELSE
  2 * ceil(power(1.05::float8, bucket)) * (ceil(power(1.05::float8, bucket + 1)) - 1)
    / (ceil(power(1.05::float8, bucket)) + ceil(power(1.05::float8, bucket + 1)) - 1)
END;

REVOKE EXECUTE ON FUNCTION bucket_duration(smallint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION bucket_duration(smallint) TO pagw_reader;
