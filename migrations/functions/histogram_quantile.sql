-- What percentile_cont(fraction) would answer over the durations that are counted here; buckets in ascending order,
-- `total` is the sum of `counts`: to know it is half the work. Without a query of its own a call takes microseconds.
-- Called for every stage and slice of a report: lib/data-access/event-reports.ts, lib/data-access/event-reports.ts,
-- lib/data-access/flow.ts.
CREATE OR REPLACE FUNCTION histogram_quantile(buckets smallint[], counts bigint[], total bigint, fraction float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  rank CONSTANT float8 DEFAULT fraction * (total - 1);
  seen bigint := 0;
  below float8;
BEGIN
  FOR place IN 1 .. cardinality(buckets) LOOP
    seen := seen + counts[place];
    CONTINUE WHEN seen <= floor(rank);
    below := coalesce(below, bucket_duration(buckets[place]));
    IF seen > ceil(rank) THEN
      RETURN below + (rank - floor(rank)) * (bucket_duration(buckets[place]) - below);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION histogram_quantile(smallint[], bigint[], bigint, float8) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION histogram_quantile(smallint[], bigint[], bigint, float8) TO pagw_reader;
