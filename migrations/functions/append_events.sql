-- Adds events to the histories of requests and writes what these make of each request: all of a request's, or nothing when
-- its last number is no longer `before_no`. Answers a JSON array of the places of those that raced; their caller reads
-- again. What the columns become is decided by RequestFold (lib/domain/request-fold.ts); here null means
-- unchanged. `states` holds each request's state, and `details` each event's metadata and stated, at the same place: in a row
-- their quotes would be escaped twice. Called by close_request and record_canary, by recordEvents (lib/data-access/ingest.ts)
-- and, for requests of an older system, by lib/data-access/derived-state.ts.
--
-- A function, because PL/pgSQL keeps the plan: planning the statement again takes as long as recording 100 events. Rows, because
-- reading them as JSON objects would be a quarter of its work.
CREATE OR REPLACE FUNCTION append_events(
  requests appended_request[], states json, events appended_event[], details json,
  cleared json, decisions json, recorded_at timestamptz
) RETURNS json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  written text[];
BEGIN
  WITH advanced AS (
    INSERT INTO request_tracker AS known (
      pagw_id, tenant, received_on, received_at, created_at, updated_at, last_event_at,
      batch_first_sequence_no, last_sequence_no, failure_count, retry_count,
      status, determination, decided_at, clock_stopped_at, board, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_sequence_no, next_stage,
      last_error_code, last_error_msg, request_type, priority, correlation_id, external_reference_id,
      payload_bucket, payload_key, target_system, watch_at, state
    )
    SELECT
      pagw_id, tenant, (recorded_at AT TIME ZONE 'UTC')::date, received_at, recorded_at, recorded_at, last_event_at,
      before_no + 1, last_no, failures, retries,
      status, determination, decided_at, clock_stopped_at, board, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_no, next_stage,
      error_code, error_message, request_type, priority, correlation_id, external_reference,
      payload_bucket, payload_key, target_system, recorded_at, value
    FROM ROWS FROM (unnest(requests), json_array_elements(states)) AS request
    ORDER BY pagw_id
    ON CONFLICT (pagw_id) DO UPDATE SET
      updated_at = excluded.updated_at,
      received_at = excluded.received_at,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      batch_first_sequence_no = excluded.batch_first_sequence_no,
      last_sequence_no = excluded.last_sequence_no,
      failure_count = known.failure_count + excluded.failure_count,
      -- An older system's count may be anything.
      retry_count = least(known.retry_count::bigint + excluded.retry_count, 2147483647),
      status = excluded.status,
      determination = excluded.determination,
      decided_at = excluded.decided_at,
      clock_stopped_at = excluded.clock_stopped_at,
      board = excluded.board,
      completed_at = excluded.completed_at,
      unclear_answer_at = excluded.unclear_answer_at,
      last_stage = excluded.last_stage,
      main_stage = excluded.main_stage,
      main_event_type = excluded.main_event_type,
      main_status = excluded.main_status,
      main_attempt = excluded.main_attempt,
      main_at = excluded.main_at,
      main_sequence_no = excluded.main_sequence_no,
      next_stage = excluded.next_stage,
      last_error_code = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_code ELSE known.last_error_code END,
      last_error_msg = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_msg ELSE known.last_error_msg END,
      request_type = coalesce(excluded.request_type, known.request_type),
      priority = excluded.priority,
      correlation_id = coalesce(known.correlation_id, excluded.correlation_id),
      external_reference_id = coalesce(excluded.external_reference_id, known.external_reference_id),
      payload_bucket = CASE WHEN excluded.payload_key IS NULL THEN known.payload_bucket ELSE excluded.payload_bucket END,
      payload_key = coalesce(excluded.payload_key, known.payload_key),
      target_system = coalesce(excluded.target_system, known.target_system),
      state = excluded.state,
      -- Untouched for most events: what stuck-alarm wrote stands until the request moves on, and an event only brings the next
      -- check forward, so that it does not depend on how batches were cut. See also watch_request_again.
      watch_at = CASE
        WHEN known.watch_at IS NULL
          OR (coalesce(known.stuck_reason, known.incident_key) IS NOT NULL AND known.main_sequence_no IS DISTINCT FROM excluded.main_sequence_no)
        THEN least(known.watch_at, excluded.watch_at)
        ELSE known.watch_at
      END,
      stuck_reason = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_reason END,
      stuck_since = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_since END
    WHERE known.last_sequence_no = excluded.batch_first_sequence_no - 1
      AND known.tenant = excluded.tenant
    RETURNING pagw_id, tenant, received_on
  ),
  added AS (
    INSERT INTO event_tracker (
      tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message, worker_id, service_name,
      started_at, completed_at, occurred_at, created_at, metadata, stated, sender
    )
    SELECT
      advanced.tenant, advanced.pagw_id, advanced.received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, CASE WHEN exhausted THEN recorded_at END, external_reference, duration_ms, error_code, error_message,
      worker_id, service_name, started_at, completed_at, occurred_at, recorded_at,
      (value -> 'metadata')::jsonb, (value -> 'stated')::jsonb, sender
    FROM advanced
    JOIN ROWS FROM (unnest(events), json_array_elements(details)) AS event ON event.pagw_id = advanced.pagw_id
    ORDER BY advanced.pagw_id, sequence_no
  )
  SELECT coalesce(array_agg(pagw_id), '{}') INTO written FROM advanced;
  IF json_array_length(decisions) > 0 THEN
    PERFORM record_decisions(decisions, written, recorded_at);
  END IF;
  IF json_array_length(cleared) > 0 THEN
    PERFORM clear_overtaken(cleared, written);
  END IF;
  IF (SELECT is_open FROM event_outlet) THEN
    INSERT INTO outgoing_event (kind, tenant, detail, written_at)
    SELECT
      'exhausted', request.tenant,
      jsonb_build_object(
        'pagwId', event.pagw_id, 'tenant', request.tenant, 'stage', event.stage, 'attempts', event.attempt,
        'sequenceNo', event.sequence_no, 'errorCode', event.error_code, 'failedAt', instant_text(event.occurred_at)
      ),
      recorded_at
    FROM unnest(events) AS event
    JOIN unnest(requests) AS request ON request.pagw_id = event.pagw_id
    WHERE event.exhausted AND event.pagw_id = ANY (written);
  END IF;
  IF cardinality(written) = cardinality(requests) THEN
    RETURN '[]';
  END IF;
  RETURN (
    SELECT json_agg(ordinality - 1)
    FROM unnest(requests) WITH ORDINALITY AS request
    WHERE pagw_id <> ALL (written)
  );
END
$$;

REVOKE EXECUTE ON FUNCTION append_events(appended_request[], json, appended_event[], json, json, json, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION append_events(appended_request[], json, appended_event[], json, json, json, timestamptz) TO pagw_writer;
