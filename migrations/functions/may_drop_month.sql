-- True when every request that arrived in the month is archived with all its events, nobody wants restored rows kept, none is on
-- legal hold, and the flow roll-up has all of them.
-- A request without events keeps no month: such rows were there before the tracker; nothing of them is to be archived,
-- so archived_at can never be set.
-- Called by drop_archived_month and by lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION may_drop_month(month_start date, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN NOT EXISTS (
  SELECT FROM request_tracker AS request
  WHERE request.received_on >= month_start AND request.received_on < month_start + interval '1 month'
    AND request.archived_at IS NULL
    AND (
      request.last_sequence_no > 0
      OR EXISTS (
        SELECT FROM event_tracker AS event
        WHERE event.pagw_id = request.pagw_id AND event.received_on = request.received_on
      )
    )
) AND NOT EXISTS (
  SELECT FROM request_tracker AS request
  WHERE request.received_on >= month_start AND request.received_on < month_start + interval '1 month'
    AND EXISTS (SELECT FROM legal_hold)
    AND is_held(request.pagw_id, request.tenant)
) AND NOT EXISTS (
  SELECT FROM archived_month WHERE month = month_start AND keep_until > at
) AND NOT EXISTS (
  SELECT
  FROM flow_changed_request
  JOIN request_tracker AS changed USING (pagw_id)
  LEFT JOIN request_flow AS folded ON folded.pagw_id = changed.pagw_id AND folded.lanes = 'all'
  WHERE changed.received_on >= month_start AND changed.received_on < month_start + interval '1 month'
    AND (folded.last_sequence_no IS NULL OR folded.last_sequence_no < changed.last_sequence_no)
);

REVOKE EXECUTE ON FUNCTION may_drop_month(date, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION may_drop_month(date, timestamptz) TO pagw_maintainer;
