-- Notes that refused events were sent again; `ids` is a JSON array. Answers how many that were.
-- Called by operators: lib/data-access/rejected-messages.ts.
CREATE OR REPLACE FUNCTION mark_rejected_replayed(ids json, at timestamptz) RETURNS int
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  marked int;
BEGIN
  UPDATE rejected_message
  SET replayed_at = at
  WHERE id IN (SELECT wanted.id::bigint FROM json_array_elements_text(ids) AS wanted (id));
  GET DIAGNOSTICS marked = ROW_COUNT;
  RETURN marked;
END
$$;

REVOKE EXECUTE ON FUNCTION mark_rejected_replayed(json, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mark_rejected_replayed(json, timestamptz) TO pagw_operator;
