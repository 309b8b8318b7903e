-- Up to `most` requests whose look is due `at` that instant, in the order of their ids from after `after` on, with what
-- the judgement needs of the latest main-lane event: one step down the index of the request's own partition.
--
-- A stage's success may be recorded after what the next stage has begun meanwhile: each service sends on its own. Then
-- the hand-off arrived, and the request stands at the next stage (`overtaken`). Told by the order of recording alone:
-- the next stage's event stands between this stage's START and its success. ORCHESTRATION is left out: the routing
-- decision comes after the synchronous attempt that it encloses, and hands over anew.
--
-- A function, because PL/pgSQL keeps the plan: planning over all partitions took as long as fetching 100 requests.
-- Called by stuck-alarm: lib/data-access/stuck-alarm/take-watched-requests.ts.
CREATE OR REPLACE FUNCTION take_watched_requests(at timestamptz, after text, most int)
RETURNS TABLE (
  pagw_id text, tenant text, status text, priority text, received_at timestamptz, completed_at timestamptz,
  decided_at timestamptz, last_stage text, main_stage text, main_status text, next_stage text, last_sequence_no bigint,
  recorded_at timestamptz, occurred_at timestamptz, next_retry_at timestamptz, retry_exhausted_at timestamptz,
  error_code text, overtaken boolean, is_async boolean
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
    request.completed_at, request.decided_at, request.last_stage::text,
    coalesce(overtaker.stage, request.main_stage)::text,
    coalesce(overtaker.status, request.main_status)::text,
    request.next_stage::text, request.last_sequence_no,
    coalesce(overtaker.created_at, latest.created_at, request.last_event_at, request.created_at),
    coalesce(overtaker.occurred_at, latest.occurred_at, request.last_event_at, request.created_at),
    coalesce(overtaker.next_retry_at, latest.next_retry_at),
    coalesce(overtaker.retry_exhausted_at, latest.retry_exhausted_at),
    coalesce(overtaker.error_code, latest.error_code)::text,
    overtaker.stage IS NOT NULL,
    coalesce(overtaker.metadata @> '{"isAsync": true}', false)
  FROM request_tracker AS request
  LEFT JOIN LATERAL (
    SELECT
      event.sequence_no, event.created_at, event.occurred_at, event.next_retry_at, event.retry_exhausted_at,
      event.error_code
    FROM event_tracker AS event
    WHERE event.pagw_id = request.pagw_id
      AND event.received_on = request.received_on
      AND (request.main_stage IS NULL OR event.stage = request.main_stage)
      AND request.completed_at IS NULL
    ORDER BY event.sequence_no DESC
    LIMIT 1
  ) AS latest ON true
  LEFT JOIN LATERAL (
    SELECT
      later.stage, later.status, later.created_at, later.occurred_at, later.next_retry_at, later.retry_exhausted_at,
      later.error_code, later.metadata
    FROM event_tracker AS later
    WHERE request.main_status IN ('COMPLETED', 'SKIPPED')
      AND request.main_stage <> 'ORCHESTRATION'
      AND later.pagw_id = request.pagw_id
      AND later.received_on = request.received_on
      AND later.stage = request.next_stage
      AND later.sequence_no < latest.sequence_no
      AND later.sequence_no > coalesce((
        SELECT CASE WHEN earlier.status = 'STARTED' THEN earlier.sequence_no ELSE latest.sequence_no END
        FROM event_tracker AS earlier
        WHERE earlier.pagw_id = request.pagw_id
          AND earlier.received_on = request.received_on
          AND earlier.stage = request.main_stage
          AND earlier.sequence_no < latest.sequence_no
        ORDER BY earlier.sequence_no DESC
        LIMIT 1
      ), 0)
    ORDER BY later.sequence_no DESC
    LIMIT 1
  ) AS overtaker ON true
  WHERE request.watched
    AND request.watch_at <= at
    AND request.pagw_id > after
  ORDER BY request.pagw_id
  LIMIT most;
END
$$;
