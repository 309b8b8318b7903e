-- Ends the legal hold of exactly this scope for exactly this matter, and writes down who did it and why. Answers false when there is none.
-- Called by operators: lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION release_history(
  of_pagw_id text, of_tenant text, of_plan text, of_matter text, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM legal_hold
  WHERE pagw_id IS NOT DISTINCT FROM of_pagw_id
    AND tenant IS NOT DISTINCT FROM of_tenant
    AND lower(plan) IS NOT DISTINCT FROM lower(of_plan)
    AND lower(matter) IS NOT DISTINCT FROM lower(of_matter);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'archive.release', jsonb_build_object('pagwId', of_pagw_id, 'tenant', of_tenant, 'plan', of_plan, 'matter', of_matter), why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION release_history(text, text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION release_history(text, text, text, text, text, text, timestamptz) TO pagw_operator;
