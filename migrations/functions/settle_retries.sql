-- Notes that retry commands were sent: a RETRY_SCHEDULED event for each, which clears its failure, and the claim's end.
-- `batch` is what record_events takes, each event with the failure_id, received_on and failed_sequence_no of its
-- failure. A failure that something overtook while its command was on its way is left as it is (answer OVERTAKEN): an
-- event after its own outcome would hide where the request stands, and clear the retry of the attempt that failed in
-- the meantime.
-- Called by retry: lib/data-access/retry/settle-retries.ts.
CREATE OR REPLACE FUNCTION settle_retries(batch json, recorded_at timestamptz)
RETURNS TABLE (ordinal int, outcome text)
LANGUAGE plpgsql
-- Nothing about joins: what is set here also holds in record_events, which hashes its batch.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  -- Whoever records an event of these requests waits here or is done, so what is read next stays true.
  PERFORM FROM request_tracker
  WHERE pagw_id IN (SELECT event ->> 'pagw_id' FROM json_array_elements(batch) AS event)
  ORDER BY pagw_id
  FOR UPDATE;

  RETURN QUERY
  WITH sent AS MATERIALIZED (
    SELECT event, (event ->> 'ordinal')::int AS ordinal, failed.next_retry_at IS NOT NULL AS stands
    FROM json_array_elements(batch) AS event
    LEFT JOIN event_tracker AS failed
      ON failed.pagw_id = event ->> 'pagw_id'
      AND failed.sequence_no = (event ->> 'failed_sequence_no')::bigint
      AND failed.received_on = (event ->> 'received_on')::date
  ),
  settled AS (
    DELETE FROM retry_claim AS claim
    USING sent
    WHERE claim.failure_id = (sent.event ->> 'failure_id')::bigint
  )
  SELECT ordinal, 'OVERTAKEN' FROM sent WHERE NOT stands
  UNION ALL
  SELECT recorded.ordinal, recorded.outcome
  FROM record_events((SELECT coalesce(json_agg(event), '[]') FROM sent WHERE stands), recorded_at) AS recorded;
END
$$;
