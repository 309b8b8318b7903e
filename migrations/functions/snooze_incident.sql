-- Silences the notifications of an open incident until an instant; one that is over ends the silence. Answers false when no open
-- incident with notifications of its own has the key.
-- Called by operators: lib/data-access/operate.ts.
CREATE OR REPLACE FUNCTION snooze_incident(of_key text, until timestamptz, why text, who text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE incident
  SET snoozed_until = until, snoozed_by = left(who, 256), version = version + 1
  WHERE key = of_key AND closed_at IS NULL AND lead_id IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM record_operator_action(
    'incident.snooze',
    jsonb_build_object('key', of_key, 'until', to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    why, who, at, 1
  );
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION snooze_incident(text, timestamptz, text, text, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION snooze_incident(text, timestamptz, text, text, timestamptz) TO pagw_operator;
