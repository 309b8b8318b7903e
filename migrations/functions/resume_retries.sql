-- Lifts the pause of exactly this scope; wider and narrower ones stay. Answers false when there was none.
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
  PERFORM record_operator_action(
    'retry.resume', jsonb_build_object('tenant', of_tenant, 'stage', of_stage, 'downstream', of_downstream),
    why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION resume_retries(text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION resume_retries(text, text, text, text, text, timestamptz) TO pagw_operator;
