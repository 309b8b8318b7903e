-- Puts a request, a tenant or a plan (one of them) on legal hold for a matter, and writes down who did it and why. Answers false when it
-- is on hold for that already; the first reason stays.
-- Called by operators: lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION hold_history(
  of_pagw_id text, of_tenant text, of_plan text, of_matter text, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO legal_hold (pagw_id, tenant, plan, matter, reason, held_by, held_at)
  SELECT of_pagw_id, of_tenant, of_plan, of_matter, btrim(why), left(who, 256), at
  WHERE NOT EXISTS (
    SELECT FROM legal_hold AS hold
    WHERE hold.pagw_id IS NOT DISTINCT FROM of_pagw_id
      AND hold.tenant IS NOT DISTINCT FROM of_tenant
      AND lower(hold.plan) IS NOT DISTINCT FROM lower(of_plan)
      AND lower(hold.matter) IS NOT DISTINCT FROM lower(of_matter)
  )
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'archive.hold', jsonb_build_object('pagwId', of_pagw_id, 'tenant', of_tenant, 'plan', of_plan, 'matter', of_matter), why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION hold_history(text, text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION hold_history(text, text, text, text, text, text, timestamptz) TO pagw_operator;
