-- migrate: repeat until no row is left
-- Gives requests whose events were here before their current state, a bounded number a run.
WITH behind AS (
  SELECT pagw_id, received_on
  FROM request_tracker AS request
  WHERE last_sequence_no = 0
    AND EXISTS (
      SELECT FROM event_tracker AS event
      WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
    )
  LIMIT 2000
)
UPDATE request_tracker AS request
SET last_sequence_no = latest.sequence_no,
    batch_first_sequence_no = latest.sequence_no,
    last_event_at = latest.occurred_at,
    last_stage = latest.stage,
    failure_count = latest.failures,
    main_sequence_no = main.sequence_no,
    main_stage = main.stage,
    main_event_type = main.event_type,
    main_status = main.status,
    main_attempt = main.attempt,
    main_at = main.occurred_at,
    completed_at = coalesce(request.completed_at, latest.closed_at),
    clock_stopped_at = coalesce(request.completed_at, latest.closed_at),
    board = CASE WHEN coalesce(request.completed_at, latest.closed_at) IS NULL THEN 'pipe' END
FROM behind
CROSS JOIN LATERAL (
  SELECT
    max(sequence_no) AS sequence_no,
    max(occurred_at) AS occurred_at,
    (array_agg(stage ORDER BY sequence_no DESC))[1] AS stage,
    count(*) FILTER (WHERE status = 'FAILED') AS failures,
    max(occurred_at) FILTER (WHERE event_type IN ('RESPONSE_OK', 'NOTIFY_OK')) AS closed_at
  FROM event_tracker AS event
  WHERE event.pagw_id = behind.pagw_id AND event.received_on = behind.received_on
) AS latest
LEFT JOIN LATERAL (
  SELECT sequence_no, stage, event_type, status, attempt, occurred_at
  FROM event_tracker AS event
  WHERE event.pagw_id = behind.pagw_id
    AND event.received_on = behind.received_on
    AND event.stage IN ('ORCHESTRATION', 'PARSING', 'VALIDATION', 'ENRICHMENT', 'CONVERSION', 'API_CONNECTOR',
                        'CALLBACK_HANDLER', 'RESPONSE_BUILDER')
  ORDER BY sequence_no DESC
  LIMIT 1
) AS main ON true
WHERE request.pagw_id = behind.pagw_id;
