-- From when on requests were received whose events were recorded in a span of time: the first day of a month, and no event
-- of the span is in an earlier one; null where there is none. A statement that is told so is not planned over every month.
-- Called by search_events.
CREATE OR REPLACE FUNCTION earliest_received(since timestamptz, before timestamptz) RETURNS date
LANGUAGE plpgsql STABLE
-- One plan, by the block range index: what it is called for is not to plan every month.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- Of a month with few events a B-tree read from end to end looks cheaper, by itself or for a bitmap.
SET enable_indexscan = off
SET cpu_index_tuple_cost = 1
AS $$
BEGIN
  RETURN (
    SELECT min(month)
    FROM (
      SELECT to_date(right(partition.relname, 7), 'YYYY_MM') AS month
      FROM pg_inherits
      JOIN pg_class AS partition ON partition.oid = inhrelid
      WHERE inhparent = 'event_tracker'::regclass
    ) AS made
    WHERE EXISTS (
      SELECT FROM event_tracker AS event
      WHERE event.received_on >= month AND event.received_on < (month + interval '1 month')::date
        AND event.created_at >= since AND event.created_at < before
      -- OFFSET 0 keeps this a question a month: as a join it reads every month for each.
      OFFSET 0
    )
  );
END
$$;

REVOKE EXECUTE ON FUNCTION earliest_received(timestamptz, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION earliest_received(timestamptz, timestamptz) TO pagw_reader;
