-- Holds the retries in scope back: they become due and stay due. Answers false when just this scope was paused already; the
-- first reason stays.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION pause_retries(
  of_tenant text, of_stage text, of_downstream text, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  is_new boolean;
BEGIN
  INSERT INTO retry_pause (tenant, stage, target_system, reason, paused_by, paused_at)
  VALUES (of_tenant, of_stage, of_downstream, why, left(who, 256), at)
  ON CONFLICT DO NOTHING;
  is_new := FOUND;
  PERFORM record_operator_action(
    'retry.pause', jsonb_build_object('tenant', of_tenant, 'stage', of_stage, 'downstream', of_downstream),
    why, who, at, is_new::int
  );
  RETURN is_new;
END
$$;

REVOKE EXECUTE ON FUNCTION pause_retries(text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION pause_retries(text, text, text, text, text, timestamptz) TO pagw_operator;
