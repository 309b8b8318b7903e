-- An event as it is archived: every column of event_tracker in this order, exact: whole numbers that may grow large and
-- microseconds since 1970 as text. The text of this array is also what digests are made of.
-- Called by note_archived and by lib/data-access/archive.ts, lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION archived_event(event event_tracker) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
RETURN json_build_array(
  event.id::text, event.tenant, event.pagw_id, event.received_on::text, event.event_id,
  event.stage, event.event_type, event.status::text, event.sequence_no::text, event.attempt, event.retryable,
  (extract(epoch FROM event.next_retry_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.retry_exhausted_at) * 1000000)::bigint::text,
  event.external_reference, event.duration_ms, event.error_code, event.error_message, event.worker_id, event.service_name,
  (extract(epoch FROM event.started_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.completed_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.occurred_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.created_at) * 1000000)::bigint::text,
  event.metadata::text, event.stated::text, event.sender,
  event.start_sequence_no::text, event.start_event_id,
  (extract(epoch FROM event.start_occurred_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.start_created_at) * 1000000)::bigint::text
);

REVOKE EXECUTE ON FUNCTION archived_event(event_tracker) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION archived_event(event_tracker) TO pagw_writer, pagw_maintainer;
