-- Brings request_flow up to date for at most `most` changed requests and marks the hours they left and came to; answers
-- how many that were. By one at a time; whoever comes second has nothing to do. A mark that is there already is locked:
-- whoever rolls that hour up must see these requests, or come after them.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION fold_flows(most int) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
-- Its tables grow from nothing without an ANALYZE between.
SET enable_seqscan = off
AS $$
DECLARE
  taken text[];
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'fold flows' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  WITH deleted AS (
    DELETE FROM flow_changed_request
    WHERE pagw_id = ANY (ARRAY(SELECT pagw_id FROM flow_changed_request ORDER BY pagw_id LIMIT most))
    RETURNING pagw_id
  )
  SELECT coalesce(array_agg(pagw_id), '{}') INTO taken FROM deleted;
  WITH unfolded AS MATERIALIZED (
    SELECT * FROM unfolded_flows(taken)
  ),
  left_hour AS (
    SELECT date_trunc('hour', folded.seen_at, 'UTC') AS hour
    FROM unfolded
    CROSS JOIN LATERAL (
      SELECT flow.seen_at FROM request_flow AS flow WHERE flow.pagw_id = unfolded.pagw_id OFFSET 0
    ) AS folded
  ),
  marked AS (
    INSERT INTO flow_changed_hour (hour)
    SELECT hour FROM left_hour
    UNION
    SELECT date_trunc('hour', seen_at, 'UTC') FROM unfolded
    ORDER BY hour
    ON CONFLICT (hour) DO UPDATE SET hour = EXCLUDED.hour
  )
  INSERT INTO request_flow
  SELECT * FROM unfolded
  ON CONFLICT (pagw_id, lanes) DO UPDATE SET
    last_sequence_no = EXCLUDED.last_sequence_no,
    seen_at = EXCLUDED.seen_at,
    by_unknown = EXCLUDED.by_unknown,
    stages = EXCLUDED.stages,
    waits_ms = EXCLUDED.waits_ms,
    left_failed = EXCLUDED.left_failed,
    last_occurred_at = EXCLUDED.last_occurred_at,
    last_created_at = EXCLUDED.last_created_at,
    last_failed = EXCLUDED.last_failed,
    request_type = EXCLUDED.request_type,
    priority = EXCLUDED.priority,
    answer_ms = EXCLUDED.answer_ms,
    decision_ms = EXCLUDED.decision_ms,
    disbelieved = EXCLUDED.disbelieved;
  RETURN cardinality(taken);
END
$$;

REVOKE EXECUTE ON FUNCTION fold_flows(int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION fold_flows(int) TO pagw_maintainer;
