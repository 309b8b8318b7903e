-- Records a canary's event as append_events records any, looks for it in the timeline, and takes it back: its rows are gone
-- before another transaction could see them, so that no report, list, summary or archive has to leave them out. What stays is
-- that it arrived. Answers whether it did. Called by appendCanary (lib/data-access/canary.ts).
CREATE OR REPLACE FUNCTION record_canary(
  requests appended_request[], states json, events appended_event[], details json,
  cleared json, decisions json, sent_at timestamptz, recorded_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  canary_id CONSTANT text := requests[1].pagw_id;
  seen bigint;
BEGIN
  BEGIN
    PERFORM append_events(requests, states, events, details, cleared, decisions, recorded_at);
    SELECT count(*) INTO seen FROM event_history WHERE pagw_id = canary_id;
    RAISE EXCEPTION USING ERRCODE = 'PC001', MESSAGE = 'The canary is taken back.';
  EXCEPTION
    WHEN SQLSTATE 'PC001' THEN NULL;
  END;
  IF seen = 0 THEN
    RETURN false;
  END IF;
  INSERT INTO canary AS last (pagw_id, sent_at, arrived_at)
  VALUES (canary_id, record_canary.sent_at, recorded_at)
  ON CONFLICT (only_row) DO UPDATE
  SET pagw_id = excluded.pagw_id, sent_at = excluded.sent_at, arrived_at = excluded.arrived_at
  -- What a clock far ahead wrote is taken back.
  WHERE last.arrived_at <= excluded.arrived_at OR last.arrived_at > clock_timestamp() + interval '1 minute';
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION record_canary(appended_request[], json, appended_event[], json, json, json, timestamptz, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION record_canary(appended_request[], json, appended_event[], json, json, json, timestamptz, timestamptz) TO pagw_writer;
