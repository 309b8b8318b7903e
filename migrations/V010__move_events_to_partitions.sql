-- migrate: repeat until no row is left
-- Each run copies the next bounded batch in a transaction of its own, so a cut loses nothing and 45 s are enough. Nobody else
-- adds events meanwhile: what records them is deployed after the schema.
-- Names that older services wrote become the canonical ones, as ingest makes them for every new event.
WITH batch AS (
  SELECT
    *,
    upper(regexp_replace(btrim(stage, blanks), '[\s-]+', '_', 'g')) AS stage_name,
    upper(regexp_replace(btrim(event_type, blanks), '[\s-]+', '_', 'g')) AS type_name
  FROM
    event_tracker_unpartitioned,
    (VALUES (U&' \0009\000A\000B\000C\000D\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\FEFF')) AS both_ends (blanks)
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
  started_at, completed_at, occurred_at, created_at, metadata, stated
)
SELECT
  batch.id,
  request.tenant,
  batch.pagw_id,
  request.received_on,
  'pagw:v005:' || batch.id,
  coalesce(stage_alias.stage, nullif(batch.stage_name, ''), 'UNKNOWN'),
  CASE
    WHEN batch.type_name = '' THEN 'UNKNOWN'
    -- To look at the beginning costs a fraction of matching, for every row.
    WHEN batch.type_name LIKE 'API\_CON\_%'
    THEN regexp_replace(batch.type_name, '^API_CON_(START|OK|FAIL|TIMEOUT|ERROR)$', 'DOWNSTREAM_\1')
    ELSE batch.type_name
  END,
  batch.status,
  batch.sequence_no,
  greatest(batch.attempt, 1),
  batch.retryable,
  CASE WHEN batch.status = 'FAILED' AND batch.retryable THEN batch.next_retry_at END,
  batch.external_reference,
  batch.duration_ms,
  batch.error_code,
  batch.error_message,
  batch.worker_id,
  batch.service_name,
  batch.started_at,
  batch.completed_at,
  coalesce(batch.completed_at, batch.started_at, batch.created_at),
  batch.created_at,
  CASE
    -- A JSON object that was stored as text.
    WHEN jsonb_typeof(batch.metadata) = 'string' AND batch.metadata #>> '{}' LIKE '{%' AND pg_input_is_valid(batch.metadata #>> '{}', 'jsonb')
    THEN (batch.metadata #>> '{}')::jsonb
    ELSE batch.metadata
  END,
  -- Absurdly far before its recording (lib/domain/stated-time.ts).
  CASE WHEN batch.created_at - coalesce(batch.completed_at, batch.started_at, batch.created_at) > interval '90 days'
    THEN '{"disbelieved": true}'::jsonb
  END
FROM batch
JOIN request_tracker AS request USING (pagw_id)
LEFT JOIN stage_alias ON stage_alias.alias = batch.stage_name;
