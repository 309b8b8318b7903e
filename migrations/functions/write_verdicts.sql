-- Writes verdicts, each only if nothing was recorded of its request since it was read (`sequence_no`); the others stay
-- due. A request that is being recorded right now is skipped, too: the detector never makes ingest wait, or deadlock.
-- Answers how many were written, and tells the event bus of what is newly stuck, where somebody listens.
-- Called by stuck-alarm: lib/data-access/stuck-alarm.ts.
CREATE OR REPLACE FUNCTION write_verdicts(verdicts json, judged_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
  written bigint;
BEGIN
  WITH unchanged AS MATERIALIZED (
    SELECT request.ctid AS place, request.tenant, request.stuck_reason AS former_reason, verdict.*
    FROM json_to_recordset(verdicts) AS verdict (
      pagw_id text, sequence_no bigint, incident_key text, reason text, stage text, since timestamptz, error_code text,
      skew_seconds bigint, risk text, risk_at timestamptz, due_at timestamptz, check_at timestamptz
    )
    JOIN request_tracker AS request
      ON request.pagw_id = verdict.pagw_id AND request.last_sequence_no = verdict.sequence_no
    FOR UPDATE OF request SKIP LOCKED
  ),
  -- By place: the lock keeps it, and a second look-up by id would cost a fifth.
  judged AS (
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
    WHERE request.ctid = unchanged.place
    RETURNING unchanged.*
  ),
  outgoing AS (
    INSERT INTO outgoing_event (kind, tenant, detail, written_at)
    SELECT
      'stuck', tenant,
      jsonb_build_object(
        'pagwId', pagw_id, 'tenant', tenant, 'stage', stage, 'reason', reason, 'since', instant_text(since),
        'errorCode', error_code, 'dueAt', instant_text(due_at)
      ),
      judged_at
    FROM judged
    WHERE (SELECT is_open FROM event_outlet) AND reason IS NOT NULL AND reason IS DISTINCT FROM former_reason
  )
  SELECT count(*) INTO written FROM judged;
  RETURN written;
END
$$;

REVOKE EXECUTE ON FUNCTION write_verdicts(json, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION write_verdicts(json, timestamptz) TO pagw_writer;
