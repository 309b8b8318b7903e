-- Stops a running batch; what it has made due already goes out. Answers false when it is not running.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION cancel_retry_batch(batch bigint, why text, who text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  carried_out int;
BEGIN
  UPDATE retry_batch AS running SET state = 'CANCELLED', finished_at = at
  WHERE running.id = batch AND running.state = 'RUNNING'
  RETURNING running.done INTO carried_out;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action('retry.batch.cancel', jsonb_build_object('batch', batch), why, who, at, carried_out);
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION cancel_retry_batch(bigint, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION cancel_retry_batch(bigint, text, text, timestamptz) TO pagw_operator;
