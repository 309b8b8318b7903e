-- Writes verdicts, each only if nothing was recorded of its request since it was read (`sequence_no`); the others stay
-- due. A request that is being recorded right now is skipped, too: the detector never makes ingest wait, or deadlock.
-- Answers how many were written.
-- Called by stuck-alarm: lib/data-access/stuck-alarm.ts.
CREATE OR REPLACE FUNCTION write_verdicts(verdicts json)
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
      pagw_id text, sequence_no bigint, incident_key text, reason text, stage text, since timestamptz, error_code text,
      skew_seconds bigint, risk text, risk_at timestamptz, due_at timestamptz, check_at timestamptz
    )
    JOIN request_tracker AS request
      ON request.pagw_id = verdict.pagw_id AND request.last_sequence_no = verdict.sequence_no
    FOR UPDATE OF request SKIP LOCKED
  )
  -- By place: the lock keeps it, and a second look-up by id would cost a fifth.
  UPDATE request_tracker AS request
  SET incident_key = unchanged.incident_key,
      stuck_reason = unchanged.reason,
      stuck_stage = unchanged.stage,
      stuck_since = unchanged.since,
      stuck_error_code = unchanged.error_code,
      stuck_skew_seconds = unchanged.skew_seconds,
      deadline_risk = unchanged.risk,
      deadline_risk_at = CASE
        WHEN request.deadline_risk = unchanged.risk AND request.deadline_risk_at <= unchanged.risk_at THEN request.deadline_risk_at
        ELSE unchanged.risk_at
      END,
      decision_due_at = unchanged.due_at,
      watch_at = unchanged.check_at
  FROM unchanged
  WHERE request.ctid = unchanged.place;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written;
END
$$;

REVOKE EXECUTE ON FUNCTION write_verdicts(json) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION write_verdicts(json) TO pagw_writer;
