-- No request, no decision: the tally is emptied with request_tracker. Called by the trigger below.
CREATE OR REPLACE FUNCTION clear_decision_tally() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  TRUNCATE decision_tally, decision_change;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION clear_decision_tally() FROM PUBLIC;

CREATE OR REPLACE TRIGGER clear_decision_tally
  AFTER TRUNCATE ON request_tracker
  FOR EACH STATEMENT
  EXECUTE FUNCTION clear_decision_tally();
