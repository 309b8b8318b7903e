-- Lifts the pause of exactly this scope; wider and narrower ones stay. What it held back is due from now on, so that nothing
-- counts as overdue for having been held. Answers false when there was none.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION resume_retries(
  of_tenant text, of_stage text, of_downstream text, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM retry_pause
  WHERE tenant IS NOT DISTINCT FROM of_tenant
    AND stage IS NOT DISTINCT FROM of_stage
    AND target_system IS NOT DISTINCT FROM of_downstream;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  WITH released AS MATERIALIZED (
    SELECT failed.id, failed.received_on
    FROM event_tracker AS failed
    JOIN waiting_failure AS waiting ON waiting.id = failed.id AND waiting.received_on = failed.received_on
    WHERE waiting.next_retry_at < at
      AND NOT waiting.paused
      AND (of_tenant IS NULL OR waiting.tenant = of_tenant)
      AND (of_stage IS NULL OR waiting.stage = of_stage)
      AND (of_downstream IS NULL OR waiting.target_system = of_downstream)
    -- What somebody holds locked is being sent or overtaken at this moment.
    FOR UPDATE OF failed SKIP LOCKED
  )
  UPDATE event_tracker AS failed
  SET next_retry_at = greatest(failed.next_retry_at, least(at, statement_timestamp()))
  FROM released
  WHERE failed.id = released.id AND failed.received_on = released.received_on;
  PERFORM record_operator_action(
    'retry.resume', jsonb_build_object('tenant', of_tenant, 'stage', of_stage, 'downstream', of_downstream),
    why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION resume_retries(text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION resume_retries(text, text, text, text, text, timestamptz) TO pagw_operator;
