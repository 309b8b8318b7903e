-- Up to `most` requests whose check is due `at` that instant, in the order of their ids from after `after` on, with what the
-- judgement needs of the event they stand at: one step down the index of the request's own partition. Called by
-- takeWatchedRequests (lib/data-access/stuck-alarm.ts).
--
-- A function, because PL/pgSQL keeps the plan: planning over all partitions took as long as fetching 100 requests.
CREATE OR REPLACE FUNCTION take_watched_requests(at timestamptz, after text, most int)
RETURNS TABLE (
  pagw_id text, tenant text, status text, priority text, received_at timestamptz, completed_at timestamptz,
  plan text, kind text, drugs text, requested_priority text, priority_since timestamptz, clock_started_at timestamptz, extension_days int,
  extended_at timestamptz, decided_at timestamptz, notified_at timestamptz, clock_stopped_at timestamptz, unclear_answer_at timestamptz,
  last_stage text, main_stage text, main_status text, next_stage text,
  last_sequence_no bigint, recorded_at timestamptz, occurred_at timestamptz, next_retry_at timestamptz,
  retry_exhausted_at timestamptz, error_code text,
  target_system text, incident_key text, retry_paused boolean
)
LANGUAGE plpgsql
STABLE
-- Kept from when the tables were small, the plan has to stay good as they grow.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    request.pagw_id::text, request.tenant::text, request.status::text, request.priority::text, request.received_at,
    request.completed_at,
    decision.plan::text, coalesce(decision.kind, 'request')::text, coalesce(decision.drugs, 'none')::text,
    decision.requested_priority::text, decision.priority_since,
    coalesce(decision.received_at, request.received_at), coalesce(decision.extension_days, 0),
    decision.extended_at, request.decided_at, decision.notified_at, request.clock_stopped_at, request.unclear_answer_at, request.last_stage::text,
    request.main_stage::text, request.main_status::text, request.next_stage::text, request.last_sequence_no,
    coalesce(stand.created_at, request.last_event_at, request.created_at),
    coalesce(stand.occurred_at, request.last_event_at, request.created_at),
    stand.next_retry_at, stand.retry_exhausted_at,
    CASE WHEN request.completed_at IS NULL THEN stand.error_code END::text,
    request.target_system::text, request.incident_key::text,
    request.main_status = 'FAILED'
      AND EXISTS (SELECT FROM pauses_of(request.tenant, request.main_stage, request.target_system))
  FROM request_tracker AS request
  LEFT JOIN LATERAL (
    SELECT event.created_at, event.occurred_at, event.next_retry_at, event.retry_exhausted_at, event.error_code
    FROM event_tracker AS event
    WHERE event.pagw_id = request.pagw_id
      AND event.received_on = request.received_on
      -- A decision that is not delivered waits from the latest event of any lane on: its notice comes beside the main one.
      AND event.sequence_no = CASE
        WHEN request.completed_at IS NULL THEN coalesce(request.main_sequence_no, request.last_sequence_no)
        WHEN request.board = 'delivery' THEN request.last_sequence_no
      END
  ) AS stand ON true
  LEFT JOIN LATERAL (
    SELECT plan, kind, drugs, requested_priority, priority_since, received_at, extension_days, extended_at, notified_at
    FROM decision_episode AS episode
    WHERE episode.pagw_id = request.pagw_id
    ORDER BY episode.episode DESC
    LIMIT 1
  ) AS decision ON true
  WHERE request.watched
    -- What was recorded by a clock far ahead is checked until its time has come.
    AND (request.watch_at <= at OR request.updated_at > at + interval '1 minute')
    AND request.pagw_id > after
  ORDER BY request.pagw_id
  LIMIT most;
END
$$;

REVOKE EXECUTE ON FUNCTION take_watched_requests(timestamptz, text, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION take_watched_requests(timestamptz, text, int) TO pagw_writer;
