-- How a request counts: one row when it is decided, none otherwise; `times` is -1 to take it back.
-- Called by note_decision_change and by lib/data-access/decisions.ts.
CREATE OR REPLACE FUNCTION decision_counts(request request_tracker, times int) RETURNS SETOF decision_change
LANGUAGE sql STABLE
AS $$
  SELECT
    date_trunc('month', request.decided_at, 'UTC'),
    request.tenant,
    coalesce(request.priority, 'STANDARD'),
    CASE
      WHEN taken <= 0 THEN 0
      WHEN taken <= 60 THEN ceil(taken)
      WHEN taken <= 36000 THEN 60 * ceil(taken / 60)
      WHEN taken <= 360000 THEN 600 * ceil(taken / 600)
      ELSE 3600 * ceil(taken / 3600)
    END::bigint,
    times,
    CASE WHEN request.determination = 'APPROVED' THEN times ELSE 0 END,
    CASE WHEN request.determination = 'DENIED' THEN times ELSE 0 END,
    times * taken
  FROM (SELECT extract(epoch FROM request.decided_at - request.received_at) AS taken) AS time
  WHERE request.decided_at IS NOT NULL
$$;

REVOKE EXECUTE ON FUNCTION decision_counts(request_tracker, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION decision_counts(request_tracker, int) TO pagw_reader;
