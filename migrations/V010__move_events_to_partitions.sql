-- migrate: repeat until no row is left
-- Each run copies the next bounded piece in a transaction of its own, so a cut loses nothing and 45 s are enough. Nobody else
-- adds events meanwhile: what records them is deployed after the schema.
-- Names that older services wrote are brought to the canonical ones, as ingest does for every new event.
WITH piece AS (
  SELECT *
  FROM event_tracker_unpartitioned
  WHERE id > coalesce((SELECT max(id) FROM event_tracker), -9223372036854775808)
  ORDER BY id
  LIMIT 50000
), stage_alias (alias, stage) AS (
  VALUES
    ('ORCHESTRATOR', 'ORCHESTRATION'), ('SYNC_PROCESSING', 'ORCHESTRATION'),
    ('PARSER', 'PARSING'), ('REQUEST_PARSER', 'PARSING'),
    ('VALIDATOR', 'VALIDATION'), ('BUSINESS_VALIDATOR', 'VALIDATION'),
    ('ENRICHER', 'ENRICHMENT'), ('REQUEST_ENRICHER', 'ENRICHMENT'),
    ('ATTACHMENT_HANDLER', 'ATTACHMENT'),
    ('CONVERTER', 'CONVERSION'), ('CANONICAL_MAPPER', 'CONVERSION'), ('REQUEST_CONVERTER', 'CONVERSION'),
    ('CALLBACK_CONTROLLER', 'CALLBACK_HANDLER')
)
INSERT INTO event_tracker (
  id, tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at,
  external_reference, duration_ms, error_code, error_message, worker_id, service_name,
  started_at, completed_at, occurred_at, created_at, metadata
)
SELECT
  piece.id,
  request.tenant,
  piece.pagw_id,
  request.received_on,
  'V005-' || piece.id,
  coalesce(stage_alias.stage, nullif(upper(replace(btrim(piece.stage), '-', '_')), ''), 'UNKNOWN'),
  coalesce(
    nullif(regexp_replace(upper(btrim(piece.event_type)), '^API_CON_(START|OK|FAIL|TIMEOUT|ERROR)$', 'DOWNSTREAM_\1'), ''),
    'UNKNOWN'
  ),
  piece.status,
  piece.sequence_no,
  greatest(piece.attempt, 1),
  piece.retryable,
  CASE WHEN piece.status = 'FAILED' AND piece.retryable THEN piece.next_retry_at END,
  piece.external_reference,
  piece.duration_ms,
  piece.error_code,
  piece.error_message,
  piece.worker_id,
  piece.service_name,
  piece.started_at,
  piece.completed_at,
  coalesce(piece.completed_at, piece.started_at, piece.created_at),
  piece.created_at,
  piece.metadata
FROM piece
JOIN request_tracker AS request USING (pagw_id)
LEFT JOIN stage_alias ON stage_alias.alias = upper(replace(btrim(piece.stage), '-', '_'));
