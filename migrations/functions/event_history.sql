-- Every event under its own number, merged or not.
-- Read by read_timeline, record_canary, summarise_events, count_between, note_archived_hours, unfolded_flows and by
-- lib/data-access/derived-state.ts, lib/data-access/doctor.ts, lib/data-access/event-log.ts,
-- lib/data-access/rejected-messages.ts and lib/data-access/doctor.ts.
CREATE OR REPLACE VIEW event_history WITH (security_invoker = true) AS
SELECT
  pagw_id, received_on, tenant, sequence_no, event_id, stage, event_type, status, attempt, retryable, next_retry_at,
  retry_exhausted_at, duration_ms, external_reference, error_code, error_message, worker_id, service_name,
  started_at, completed_at, occurred_at, created_at, metadata, stated, sender
FROM event_tracker
UNION ALL
SELECT
  pagw_id, received_on, tenant, start_sequence_no, start_event_id, stage,
  (regexp_replace(event_type, '_(OK|COMPLETE)$', '') || '_START')::varchar(64), 'STARTED', attempt, retryable, NULL,
  NULL, NULL, NULL, NULL, NULL, worker_id, service_name,
  start_occurred_at, NULL, start_occurred_at, start_created_at, NULL, NULL, sender
FROM event_tracker
WHERE start_event_id IS NOT NULL;

COMMENT ON VIEW event_history IS 'Every event under its own number: what compaction merged into one row is shown as the two events it was';
