-- Puts a request, a tenant or a plan (one of them) on legal hold, and writes down who did it and why. Answers false when it
-- is on hold already; the first reason stays.
-- Called by operators: lib/data-access/legal-hold.ts.
CREATE OR REPLACE FUNCTION hold_history(
  of_pagw_id text, of_tenant text, of_plan text, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO legal_hold (pagw_id, tenant, plan, reason, held_by, held_at)
  SELECT of_pagw_id, of_tenant, of_plan, btrim(why), left(who, 256), at
  WHERE NOT EXISTS (SELECT FROM legal_hold AS hold WHERE lower(hold.plan) = lower(of_plan))
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'archive.hold', jsonb_build_object('pagwId', of_pagw_id, 'tenant', of_tenant, 'plan', of_plan), why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION hold_history(text, text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION hold_history(text, text, text, text, text, timestamptz) TO pagw_operator;
