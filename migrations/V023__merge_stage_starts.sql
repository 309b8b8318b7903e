-- Compaction merges the START of a stage into the row of its result. These columns hold what the START said and its
-- result does not, so nothing is lost: event_history shows both again. Null in every row that was not merged.
ALTER TABLE event_tracker
  ADD COLUMN start_sequence_no BIGINT,
  ADD COLUMN start_event_id    VARCHAR(128) COLLATE "C",
  ADD COLUMN start_occurred_at TIMESTAMPTZ,
  ADD COLUMN start_created_at  TIMESTAMPTZ,
  ADD CONSTRAINT ck_event_tracker_start
    CHECK (num_nulls(start_sequence_no, start_event_id, start_occurred_at, start_created_at) IN (0, 4)),
  ADD CONSTRAINT ck_event_tracker_start_order CHECK (start_sequence_no < sequence_no);

-- A merged event is delivered again like any other: its id stays unique, and finds it.
CREATE UNIQUE INDEX ux_event_tracker_start
  ON event_tracker (pagw_id, start_event_id, received_on)
  WHERE start_event_id IS NOT NULL;

ALTER TABLE request_tracker
  ADD COLUMN compacted_at TIMESTAMPTZ,
  ADD COLUMN archived_at  TIMESTAMPTZ,
  ADD COLUMN retired_at   TIMESTAMPTZ,
  ADD CONSTRAINT ck_request_tracker_compacted CHECK (compacted_at IS NULL OR completed_at IS NOT NULL),
  ADD CONSTRAINT ck_request_tracker_archived CHECK (archived_at IS NULL OR (completed_at IS NOT NULL AND retired_at IS NOT NULL));

-- What is left to compact and to archive, by age. No column of theirs changes with an event: ingest's updates stay heap-only.
CREATE INDEX ix_request_tracker_uncompacted
  ON request_tracker (received_on, pagw_id)
  WHERE compacted_at IS NULL;

CREATE INDEX ix_request_tracker_unarchived
  ON request_tracker (received_on, tenant, pagw_id)
  WHERE archived_at IS NULL;

-- Every event under its own number, merged or not.
CREATE VIEW event_history WITH (security_invoker = true) AS
SELECT
  pagw_id, received_on, tenant, sequence_no, event_id, stage, event_type, status, attempt, retryable, next_retry_at,
  retry_exhausted_at, duration_ms, external_reference, error_code, error_message, worker_id, service_name,
  started_at, completed_at, occurred_at, created_at, metadata
FROM event_tracker
UNION ALL
SELECT
  pagw_id, received_on, tenant, start_sequence_no, start_event_id, stage,
  (regexp_replace(event_type, '_(OK|COMPLETE)$', '') || '_START')::varchar(64), 'STARTED', attempt, retryable, NULL,
  NULL, NULL, NULL, NULL, NULL, worker_id, service_name,
  start_occurred_at, NULL, start_occurred_at, start_created_at, NULL
FROM event_tracker
WHERE start_event_id IS NOT NULL;

-- Merges, of up to `most` requests closed and quiet since `quiet_since`, each START into the result that follows it:
-- the next event of its stage and kind, of the same attempt, COMPLETED. A failure is never merged, nor a START that says
-- anything its result could not keep. Answers how many requests were looked at, and how many events merged.
CREATE FUNCTION compact_requests(quiet_since timestamptz, compacted_at timestamptz, most int)
RETURNS TABLE (requests bigint, merged bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH request AS MATERIALIZED (
    SELECT pagw_id, received_on
    FROM request_tracker
    WHERE compacted_at IS NULL
      AND archived_at IS NULL
      AND received_on <= (quiet_since AT TIME ZONE 'UTC')::date
      AND completed_at < quiet_since
      AND updated_at < quiet_since
    ORDER BY received_on, pagw_id
    LIMIT most
    FOR UPDATE SKIP LOCKED
  ),
  event AS (
    SELECT found.result, regexp_replace((found.result).event_type, '_(START|OK|COMPLETE|FAIL|TIMEOUT|ERROR)$', '') AS kind
    FROM request
    -- OFFSET 0 keeps this a look-up per request.
    CROSS JOIN LATERAL (
      SELECT event AS result
      FROM event_tracker AS event
      WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
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
      AND coalesce((start).started_at, (start).occurred_at) = (start).occurred_at
      AND num_nonnulls((start).metadata, (start).external_reference, (start).error_code, (start).error_message,
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

COMMENT ON VIEW event_history IS 'Every event under its own number: what compaction merged into one row is shown as the two events it was';
COMMENT ON COLUMN event_tracker.start_sequence_no IS 'Number of the START that compaction merged into this result; start_event_id, start_occurred_at and start_created_at are that START''s';
COMMENT ON COLUMN request_tracker.compacted_at IS 'When STARTs of the request were merged into their results; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.archived_at IS 'When all its events were in verified archive objects; null again once another event is recorded';
COMMENT ON COLUMN request_tracker.retired_at IS 'When events of the request were first merged or archived: ids are then to be looked for beyond event_tracker.event_id';
