-- migrate: repeat until no row is left
-- Gives requests whose events were here before their current state, the next bounded number a run. Each part of it is asked by
-- request, since nothing is known yet of how the new tables are filled: planned as joins, it would sort all events in each run.
WITH piece AS MATERIALIZED (
  SELECT pagw_id, received_on
  FROM request_tracker
  WHERE pagw_id > (SELECT pagw_id FROM derived_up_to)
  ORDER BY pagw_id
  LIMIT 5000
), history AS MATERIALIZED (
  SELECT pagw_id, received_on, last_no, last_at, failures, closed_at, main_no
  FROM piece
  CROSS JOIN LATERAL (
    SELECT
      max(sequence_no) AS last_no,
      max(occurred_at) AS last_at,
      count(*) FILTER (WHERE status = 'FAILED') AS failures,
      max(occurred_at) FILTER (WHERE event_type IN ('RESPONSE_OK', 'NOTIFY_OK')) AS closed_at,
      max(sequence_no) FILTER (
        WHERE stage IN ('ORCHESTRATION', 'PARSING', 'VALIDATION', 'ENRICHMENT', 'CONVERSION', 'API_CONNECTOR',
                        'CALLBACK_HANDLER', 'RESPONSE_BUILDER')
      ) AS main_no
    FROM event_tracker AS event
    WHERE event.pagw_id = piece.pagw_id AND event.received_on = piece.received_on
  ) AS summed
  WHERE last_no IS NOT NULL
)
UPDATE request_tracker AS request
SET last_sequence_no = last_no,
    batch_first_sequence_no = last_no,
    last_event_at = last_at,
    last_stage = latest.stage,
    failure_count = failures,
    main_sequence_no = main_no,
    main_stage = main.stage,
    main_event_type = main.event_type,
    main_status = main.status,
    main_attempt = main.attempt,
    main_at = main.occurred_at,
    completed_at = coalesce(request.completed_at, closed_at),
    clock_stopped_at = coalesce(request.completed_at, closed_at),
    board = CASE WHEN coalesce(request.completed_at, closed_at) IS NULL THEN 'pipe' END
FROM history
CROSS JOIN LATERAL (
  SELECT stage
  FROM event_tracker AS event
  WHERE event.pagw_id = history.pagw_id AND event.received_on = history.received_on AND event.sequence_no = last_no
  LIMIT 1
) AS latest
LEFT JOIN LATERAL (
  SELECT stage, event_type, status, attempt, occurred_at
  FROM event_tracker AS event
  WHERE event.pagw_id = history.pagw_id AND event.received_on = history.received_on AND event.sequence_no = main_no
  LIMIT 1
) AS main ON true
WHERE request.pagw_id = history.pagw_id;

UPDATE derived_up_to
SET pagw_id = piece.last
FROM (
  SELECT max(pagw_id) AS last
  FROM (
    SELECT pagw_id
    FROM request_tracker
    WHERE pagw_id > (SELECT pagw_id FROM derived_up_to)
    ORDER BY pagw_id
    LIMIT 5000
  ) AS next
) AS piece
WHERE piece.last IS NOT NULL;
