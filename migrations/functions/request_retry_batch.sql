-- Asks for every failure that matches to be retried, exhausted ones included, at most `rate` a minute; answers the batch
-- and how many match now. Those that fail later are no part of it.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION request_retry_batch(wanted jsonb, rate int, why text, who text, at timestamptz)
RETURNS TABLE (id bigint, matched int)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO retry_batch AS batch (filter, reason, requested_by, requested_at, rate_per_minute, matched)
  SELECT wanted, why, left(who, 256), at, rate, count(*)
  FROM waiting_failure AS waiting
  WHERE waiting.failed_at <= at
    AND (wanted ->> 'tenant' IS NULL OR waiting.tenant = wanted ->> 'tenant')
    AND (wanted ->> 'stage' IS NULL OR waiting.stage = wanted ->> 'stage')
    AND (wanted ->> 'errorCode' IS NULL OR waiting.error_code = wanted ->> 'errorCode')
    AND (wanted ->> 'downstream' IS NULL OR waiting.target_system = wanted ->> 'downstream')
    AND (wanted ->> 'failedBefore' IS NULL OR waiting.failed_at <= (wanted ->> 'failedBefore')::timestamptz)
  RETURNING batch.id, batch.matched INTO id, matched;
  PERFORM record_operator_action('retry.batch', wanted || jsonb_build_object('batch', id), why, who, at, matched);
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION request_retry_batch(jsonb, int, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION request_retry_batch(jsonb, int, text, text, timestamptz) TO pagw_operator;
