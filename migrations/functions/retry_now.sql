-- Makes the waiting and exhausted failures of a request, or of one stage of it, due at once, however far ahead the caller's
-- clock is; the next run of retry sends them. Answers them; none when there is nothing to make due, and then nothing is
-- written down either.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION retry_now(of_pagw_id text, of_stage text, why text, who text, at timestamptz)
RETURNS TABLE (stage text, sequence_no bigint, attempt int, was_exhausted boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  made_due int;
BEGIN
  RETURN QUERY
  WITH waiting AS MATERIALIZED (
    SELECT id, received_on, retry_exhausted_at
    FROM waiting_failure
    WHERE pagw_id = of_pagw_id AND (of_stage IS NULL OR stage = of_stage)
  )
  UPDATE event_tracker AS failed
  SET next_retry_at = least(failed.next_retry_at, at, statement_timestamp()), retry_exhausted_at = NULL
  FROM waiting
  WHERE failed.id = waiting.id
    AND failed.received_on = waiting.received_on
    AND (failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL)
  RETURNING failed.stage::text, failed.sequence_no, failed.attempt, waiting.retry_exhausted_at IS NOT NULL;
  GET DIAGNOSTICS made_due = ROW_COUNT;
  IF made_due > 0 THEN
    PERFORM record_operator_action(
      'retry.run', jsonb_build_object('pagwId', of_pagw_id, 'stage', of_stage), why, who, at, made_due
    );
  END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION retry_now(text, text, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION retry_now(text, text, text, text, timestamptz) TO pagw_operator;
