-- Clears the failures that a request's new events have overtaken, and ends the claims of them. `cleared` is a JSON array of
-- {pagw_id, sequence_no}; what is of other requests than `written` is left as it is.
-- Called by append_events.
CREATE OR REPLACE FUNCTION clear_overtaken(cleared json, written text[]) RETURNS void
LANGUAGE plpgsql
-- Each row is looked up by its key. Planned when the month was empty, a scan of a whole index would look as cheap; such a
-- plan is kept. So no other join is left to choose, and reading much of an index is dear.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET cpu_index_tuple_cost = 1
AS $$
BEGIN
  WITH overtaken AS MATERIALIZED (
    SELECT failed.id, failed.received_on
    FROM json_to_recordset(cleared) AS one (pagw_id text, sequence_no bigint)
    CROSS JOIN LATERAL (
      SELECT tracker.received_on FROM request_tracker AS tracker WHERE tracker.pagw_id = one.pagw_id OFFSET 0
    ) AS request
    CROSS JOIN LATERAL (
      -- In the order of the numbers, which only their index has.
      SELECT event.id, event.received_on, event.sequence_no
      FROM event_tracker AS event
      WHERE event.pagw_id = one.pagw_id AND event.received_on = request.received_on AND event.sequence_no >= one.sequence_no
      ORDER BY event.sequence_no
      LIMIT 1
    ) AS failed
    WHERE one.pagw_id = ANY (written) AND failed.sequence_no = one.sequence_no
  ),
  -- A failure before its claim, as claim_due_retries takes them: the other way round they deadlock.
  done AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL, retry_exhausted_at = NULL
    FROM overtaken
    WHERE failed.id = overtaken.id
      AND failed.received_on = overtaken.received_on
      AND coalesce(failed.next_retry_at, failed.retry_exhausted_at) IS NOT NULL
    RETURNING failed.id
  )
  DELETE FROM retry_claim AS claim
  USING done
  WHERE claim.failure_id = done.id;
END
$$;

REVOKE EXECUTE ON FUNCTION clear_overtaken(json, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION clear_overtaken(json, text[]) TO pagw_writer;
