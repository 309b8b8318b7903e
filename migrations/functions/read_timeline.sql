-- A request as it stands, of `of_tenant` where one is given, and after it its events with numbers above `after_no`, in order,
-- at most `most` and as many as fit into one answer of the Data API. Below zero `after_no` counts from its latest event. Rows
-- of JSON, by the names that lib/data-access/timeline.ts gives them; none when there is no such request.
-- Called by lib/data-access/timeline.ts.
CREATE OR REPLACE FUNCTION read_timeline(of_pagw_id text, of_tenant text, after_no bigint, most int) RETURNS SETOF json
LANGUAGE plpgsql STABLE
-- One plan for all requests: a plan for each looks through all months before it takes one.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  -- An answer may have 1 MiB: so much of it, each row written as a JSON string once more, where quotes count twice.
  answer_bytes CONSTANT int DEFAULT 1000000;
  request record;
  item json;
  bytes int;
BEGIN
  SELECT
    pagw_id AS "pagwId", tenant, request_type AS "requestType", priority, status, last_stage AS "lastStage", next_stage AS "nextStage",
    main_stage AS "mainStage", main_event_type AS "mainEventType", main_status AS "mainStatus", main_attempt AS "mainAttempt",
    main_at AS "mainAt", target_system AS "targetSystem",
    state #> ARRAY['stages', main_stage::text, 'waiting'] IS NOT NULL AS "retryWaits", correlation_id AS "correlationId",
    external_reference_id AS "externalReferenceId", last_error_code AS "lastErrorCode", last_error_msg AS "lastErrorMsg",
    failure_count AS "failureCount", retry_count AS "retryCount", payload_bucket AS "payloadBucket", payload_key AS "payloadKey",
    received_at AS "receivedAt", received_on AS "receivedOn", last_event_at AS "lastEventAt", decision_due_at AS "decisionDueAt",
    determination, decided_at AS "decidedAt", clock_stopped_at AS "clockStoppedAt", unclear_answer_at AS "unclearAnswerAt",
    completed_at AS "completedAt", stuck_reason AS "stuckReason", stuck_since AS "stuckSince",
    last_sequence_no AS "lastSequenceNo", compacted_at AS "compactedAt", archived_at AS "archivedAt", retired_at AS "retiredAt",
    created_at AS "createdAt", updated_at AS "updatedAt"
  INTO request
  FROM request_tracker
  WHERE pagw_id = of_pagw_id AND (of_tenant IS NULL OR tenant = of_tenant);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  item := row_to_json(request);
  bytes := 2 * pg_column_size(item);
  RETURN NEXT item;
  IF after_no < 0 THEN
    after_no := greatest(0, request."lastSequenceNo" + after_no);
  END IF;
  FOR item IN
    SELECT row_to_json(event)
    FROM (
      SELECT
        sequence_no AS "sequenceNo", event_id AS "eventId", stage, event_type AS "eventType", status, attempt, retryable,
        next_retry_at AS "nextRetryAt", retry_exhausted_at AS "retryExhaustedAt", duration_ms AS "durationMs",
        external_reference AS "externalReference", error_code AS "errorCode", error_message AS "errorMessage",
        worker_id AS "workerId", service_name AS "serviceName", sender, started_at AS "startedAt", completed_at AS "completedAt",
        occurred_at AS "occurredAt", coalesce((stated ->> 'disbelieved')::boolean, false) AS disbelieved,
        created_at AS "createdAt", metadata
      FROM event_history
      -- With received_on, PostgreSQL opens one month's partition and no other.
      WHERE received_on = request."receivedOn" AND pagw_id = of_pagw_id AND sequence_no > after_no
      ORDER BY sequence_no
      LIMIT most
    ) AS event
  LOOP
    bytes := bytes + 2 * pg_column_size(item);
    EXIT WHEN bytes > answer_bytes;
    RETURN NEXT item;
  END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION read_timeline(text, text, bigint, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION read_timeline(text, text, bigint, int) TO pagw_reader;
