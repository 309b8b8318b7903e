-- True for an event that was recorded and is no row of its own any more: merged into its result, or archived.
-- Called by read_request_states, for requests of which anything is compacted or archived.
CREATE OR REPLACE FUNCTION is_retired_event(of_pagw_id text, of_received_on date, of_event_id text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM event_tracker
  WHERE pagw_id = of_pagw_id AND received_on = of_received_on
    AND hashtextextended(start_event_id, 0) = hashtextextended(of_event_id, 0)
    AND start_event_id = of_event_id
) OR EXISTS (
  SELECT FROM archived_request
  WHERE pagw_id = of_pagw_id AND hashtextextended(of_event_id, 0) = ANY (event_keys)
);

REVOKE EXECUTE ON FUNCTION is_retired_event(text, date, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION is_retired_event(text, date, text) TO pagw_writer, pagw_operator;
