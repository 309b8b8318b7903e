-- Asks for a stage's work to be sent once more: that of the stage that gave no result, or of the next one, which never began.
-- Answers `requested`; `waiting` when it was asked for already; `moved` when the request is not stuck any more as it was
-- read. An API_CONNECTOR may have opened a case at its payer all the same: `risk_accepted` says that a second one is.
-- Called by operators: lib/data-access/retry-orders.ts.
CREATE OR REPLACE FUNCTION request_resend(
  of_pagw_id text, to_stage text, with_attempt int, after_no bigint, risk_accepted boolean, why text, who text, at timestamptz
) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  request request_tracker;
BEGIN
  SELECT * INTO request FROM request_tracker WHERE pagw_id = of_pagw_id FOR UPDATE;
  IF NOT FOUND
    OR request.completed_at IS NOT NULL
    OR request.main_sequence_no IS DISTINCT FROM after_no
    OR (request.stuck_reason IN ('no-result', 'hand-off-lost', 'retry-overdue')) IS NOT TRUE
    OR request.main_status = 'FAILED'
  THEN
    RETURN 'moved';
  END IF;
  IF (request.stuck_reason <> 'hand-off-lost' AND to_stage IS DISTINCT FROM request.main_stage)
    OR (to_stage = 'API_CONNECTOR' AND NOT risk_accepted)
  THEN
    RAISE invalid_parameter_value USING MESSAGE =
      'request_resend needs the stage that is awaited and, at API_CONNECTOR, that a second case is accepted';
  END IF;
  INSERT INTO resend (pagw_id, tenant, stage, cause, after_sequence_no, attempt, reason, requested_by, requested_at)
  VALUES (
    of_pagw_id, request.tenant, to_stage, request.stuck_reason, after_no, with_attempt, btrim(why), left(who, 256), at
  )
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'waiting';
  END IF;
  PERFORM record_operator_action(
    'request.resend',
    jsonb_build_object(
      'pagwId', of_pagw_id, 'tenant', request.tenant, 'stage', to_stage, 'cause', request.stuck_reason,
      'afterSequenceNo', after_no
    ),
    why, who, at, 1
  );
  RETURN 'requested';
END
$$;

REVOKE EXECUTE ON FUNCTION request_resend(text, text, int, bigint, boolean, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION request_resend(text, text, int, bigint, boolean, text, text, timestamptz) TO pagw_operator;
