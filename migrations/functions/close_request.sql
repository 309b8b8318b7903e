-- Ends a request by hand: appends the one event that says so, as append_events does, and writes down who did it and why.
-- Answers false when an event was recorded since the request was read: its caller reads again. What the event makes of the
-- request is folded by the caller; an operator can append no other event with it.
-- Called by operators: lib/data-access/operate.ts.
CREATE OR REPLACE FUNCTION close_request(
  requests appended_request[], states json, events appended_event[], details json,
  cleared json, decisions json, why text, who text, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  request CONSTANT appended_request DEFAULT requests[1];
  closing CONSTANT appended_event DEFAULT events[1];
  answer CONSTANT text DEFAULT details -> 0 -> 'stated' ->> 'answer';
BEGIN
  IF cardinality(requests) <> 1 OR cardinality(events) <> 1
    OR request.pagw_id IS DISTINCT FROM closing.pagw_id
    OR (closing.stage, closing.event_type) IS DISTINCT FROM ('OPERATOR', 'REQUEST_CLOSED')
    OR request.status IS DISTINCT FROM 'CANCELLED'
    OR coalesce(answer, '') NOT IN ('withdrawn', 'dismissed', 'void', 'not-required')
  THEN
    RAISE invalid_parameter_value USING MESSAGE =
      'close_request needs one request and its REQUEST_CLOSED event, to end it as withdrawn, dismissed, void or not-required';
  END IF;
  -- Its month may have been archived and dropped: a pended request counts as closed.
  PERFORM ensure_event_partition(received_on) FROM request_tracker WHERE pagw_id = request.pagw_id;
  IF json_array_length(append_events(requests, states, events, details, cleared, decisions, at)) > 0 THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'request.close',
    jsonb_build_object('pagwId', request.pagw_id, 'tenant', request.tenant, 'as', answer),
    why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION close_request(appended_request[], json, appended_event[], json, json, json, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION close_request(appended_request[], json, appended_event[], json, json, json, text, text, timestamptz) TO pagw_operator;
