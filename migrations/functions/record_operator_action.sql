-- Writes down what an operator did, and why. The operators' functions do it with the deed itself; whoever did something
-- outside of the database does it afterwards.
-- Called by cancel_retry_batch, close_request, freeze_report, hold_history, pause_retries, release_history, request_resend,
-- request_retry_batch, resume_retries, retry_now, snooze_incident and lib/data-access/operate.ts.
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
