-- Each look moves watch_at, and while watch_at was indexed, each look made an entry in every index of its request. Only
-- whether a request is watched is indexed now: that changes twice in its life, and looks in between stay heap-only.
-- So a run passes over all watched requests, as many as are open or undecided, and takes those whose look is due.
ALTER TABLE request_tracker ADD COLUMN watched BOOLEAN GENERATED ALWAYS AS (watch_at IS NOT NULL) STORED;

DROP INDEX ix_request_tracker_watch;

CREATE INDEX ix_request_tracker_watched
  ON request_tracker (pagw_id)
  WHERE watched;

COMMENT ON COLUMN request_tracker.watched IS 'Whether stuck-alarm will look at the request again';

-- Where a request is stuck, apart from main_stage: that follows the order of recording, see take_watched_requests.
ALTER TABLE request_tracker ADD COLUMN stuck_stage VARCHAR(64);

UPDATE request_tracker
SET stuck_stage = coalesce(main_stage, last_stage, 'UNKNOWN')
WHERE stuck_reason IS NOT NULL;

COMMENT ON COLUMN request_tracker.stuck_stage IS 'The stage that holds the request up; means nothing while stuck_reason is null';

-- Up to `most` requests whose look is due `at` that instant, in the order of their ids from after `after` on, with what
-- the judgement needs of the latest main-lane event: one step down the index of the request's own partition.
--
-- A stage's success may be recorded after what the next stage has begun meanwhile: each service sends on its own. Then
-- the hand-off arrived, and the request stands at the next stage (`overtaken`). Told by the order of recording alone:
-- the next stage's event stands between this stage's START and its success. ORCHESTRATION is left out: the routing
-- decision comes after the synchronous attempt that it encloses, and hands over anew.
--
-- A function, because PL/pgSQL keeps the plan: planning over all partitions took as long as fetching 100 requests.
CREATE FUNCTION take_watched_requests(at timestamptz, after text, most int)
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

-- Writes verdicts, each only if nothing was recorded of its request since it was read (`sequence_no`); the others stay
-- due. A request that is being recorded right now is skipped, too: the detector never makes ingest wait, or deadlock.
-- Answers how many were written.
CREATE FUNCTION write_verdicts(verdicts json)
RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
  written bigint;
BEGIN
  WITH unchanged AS MATERIALIZED (
    SELECT request.ctid AS place, verdict.*
    FROM json_to_recordset(verdicts) AS verdict (
      pagw_id text, sequence_no bigint, reason text, stage text, since timestamptz, error_code text,
      skew_seconds bigint, risk text, due_at timestamptz, look_at timestamptz
    )
    JOIN request_tracker AS request
      ON request.pagw_id = verdict.pagw_id AND request.last_sequence_no = verdict.sequence_no
    FOR UPDATE OF request SKIP LOCKED
  )
  -- By place: the lock keeps it, and a second look-up by id would cost a fifth.
  UPDATE request_tracker AS request
  SET stuck_reason = unchanged.reason,
      stuck_stage = unchanged.stage,
      stuck_since = unchanged.since,
      stuck_error_code = unchanged.error_code,
      stuck_skew_seconds = unchanged.skew_seconds,
      deadline_risk = unchanged.risk,
      decision_due_at = unchanged.due_at,
      watch_at = unchanged.look_at
  FROM unchanged
  WHERE request.ctid = unchanged.place;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written;
END
$$;
