-- Merges, of up to `most` requests closed and quiet since `quiet_since`, each START into the result that follows it:
-- the next event of its stage and kind, of the same attempt, COMPLETED. A failure is never merged, nor a START that says
-- anything its result could not keep. What an object of the archive holds already is left as it is: a START in one
-- object, merged into a result in the next one, would be read back twice. A batch ends after 30,000 events, or one
-- request: a few long histories must not take longer than the Data API waits. Answers how many requests were looked at,
-- and how many events merged.
-- Called by maintain: lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION compact_requests(quiet_since timestamptz, compacted_at timestamptz, most int)
RETURNS TABLE (requests bigint, merged bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH quiet AS MATERIALIZED (
    SELECT pagw_id, received_on, last_sequence_no
    FROM request_tracker
    WHERE compacted_at IS NULL
      AND archived_at IS NULL
      AND received_on <= (quiet_since AT TIME ZONE 'UTC')::date
      AND completed_at < quiet_since
      AND updated_at < quiet_since
      AND NOT is_held(pagw_id, tenant)
    ORDER BY received_on, pagw_id
    LIMIT most
    FOR UPDATE SKIP LOCKED
  ),
  request AS MATERIALIZED (
    SELECT pagw_id, received_on, archived_through(pagw_id) AS archived_no
    FROM (
      SELECT
        pagw_id, received_on,
        sum(last_sequence_no) OVER (ORDER BY received_on, pagw_id) - last_sequence_no AS events_before
      FROM quiet
    ) AS in_order
    WHERE events_before < 30000
  ),
  event AS (
    SELECT found.result, regexp_replace((found.result).event_type, '_(START|OK|COMPLETE|FAIL|TIMEOUT|ERROR)$', '') AS kind
    FROM request
    -- OFFSET 0 keeps this a look-up per request.
    CROSS JOIN LATERAL (
      SELECT event AS result
      FROM event_tracker AS event
      WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
        AND event.sequence_no > request.archived_no
      OFFSET 0
    ) AS found
  ),
  neighbour AS (
    SELECT
      kind, result,
      lag(result) OVER (
        PARTITION BY (result).pagw_id, (result).stage, kind
        ORDER BY (result).sequence_no
      ) AS start
    FROM event
  ),
  pair AS MATERIALIZED (
    SELECT
      (result).pagw_id, (result).received_on, (result).sequence_no,
      (start).sequence_no AS start_sequence_no, (start).event_id AS start_event_id,
      (start).occurred_at AS start_occurred_at, (start).created_at AS start_created_at
    FROM neighbour
    WHERE (result).status = 'COMPLETED'
      AND (result).start_sequence_no IS NULL
      AND (result).event_type IN (kind || '_OK', kind || '_COMPLETE')
      AND (start).status = 'STARTED'
      AND (start).event_type = kind || '_START'
      AND (start).attempt = (result).attempt
      AND (start).retryable = (result).retryable
      AND (start).worker_id IS NOT DISTINCT FROM (result).worker_id
      AND (start).service_name IS NOT DISTINCT FROM (result).service_name
      AND (start).sender IS NOT DISTINCT FROM (result).sender
      AND coalesce((start).started_at, (start).occurred_at) = (start).occurred_at
      AND num_nonnulls((start).metadata, (start).stated, (start).external_reference, (start).error_code, (start).error_message,
                       (start).duration_ms, (start).completed_at, (start).start_sequence_no) = 0
  ),
  removed AS (
    DELETE FROM event_tracker AS start
    USING pair
    WHERE start.pagw_id = pair.pagw_id AND start.received_on = pair.received_on AND start.sequence_no = pair.start_sequence_no
  ),
  kept AS (
    UPDATE event_tracker AS result
    SET start_sequence_no = pair.start_sequence_no,
        start_event_id = pair.start_event_id,
        start_occurred_at = pair.start_occurred_at,
        start_created_at = pair.start_created_at,
        started_at = coalesce(result.started_at, pair.start_occurred_at)
    FROM pair
    WHERE result.pagw_id = pair.pagw_id AND result.received_on = pair.received_on AND result.sequence_no = pair.sequence_no
    RETURNING result.pagw_id
  ),
  noted AS (
    UPDATE request_tracker AS known
    SET compacted_at = compact_requests.compacted_at,
        retired_at = coalesce(
          known.retired_at,
          CASE WHEN known.pagw_id IN (SELECT pagw_id FROM pair) THEN compact_requests.compacted_at END
        )
    FROM request
    WHERE known.pagw_id = request.pagw_id
    RETURNING known.pagw_id
  )
  SELECT (SELECT count(*) FROM noted), (SELECT count(*) FROM kept);
END
$$;

REVOKE EXECUTE ON FUNCTION compact_requests(timestamptz, timestamptz, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION compact_requests(timestamptz, timestamptz, int) TO pagw_maintainer;
