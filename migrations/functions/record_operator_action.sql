-- Writes down what an operator did, and why. The operators' functions do it with the deed itself; whoever did something
-- outside of the database does it afterwards.
-- Called by the operators' functions and by lib/data-access/operate.ts.
CREATE OR REPLACE FUNCTION record_operator_action(
  deed text, aimed_at jsonb, why text, who text, at timestamptz, touched int
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO operator_action (action, filter, reason, acted_by, acted_at, affected)
  VALUES (deed, aimed_at, btrim(why), left(who, 256), at, touched);
END
$$;

REVOKE EXECUTE ON FUNCTION record_operator_action(text, jsonb, text, text, timestamptz, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION record_operator_action(text, jsonb, text, text, timestamptz, int) TO pagw_operator;
