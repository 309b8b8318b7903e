-- Notes what a change of a request does to the tally of decisions. OLD is null when a request is new, NEW when it is
-- deleted: then that one counts nothing. Called by the triggers below.
CREATE OR REPLACE FUNCTION note_decision_change() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO decision_change
  SELECT * FROM decision_counts(OLD, -1)
  UNION ALL
  SELECT * FROM decision_counts(NEW, 1);
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION note_decision_change() FROM PUBLIC;

CREATE OR REPLACE TRIGGER note_new_decision
  AFTER INSERT ON request_tracker
  FOR EACH ROW
  WHEN (NEW.decided_at IS NOT NULL)
  EXECUTE FUNCTION note_decision_change();

-- False for all but one of a request's updates, or two.
CREATE OR REPLACE TRIGGER note_changed_decision
  AFTER UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (OLD.decided_at IS NOT NULL OR NEW.decided_at IS NOT NULL)
    AND (OLD.decided_at, OLD.received_at, OLD.determination, OLD.priority, OLD.tenant)
      IS DISTINCT FROM (NEW.decided_at, NEW.received_at, NEW.determination, NEW.priority, NEW.tenant)
  )
  EXECUTE FUNCTION note_decision_change();

CREATE OR REPLACE TRIGGER note_deleted_decision
  AFTER DELETE ON request_tracker
  FOR EACH ROW
  WHEN (OLD.decided_at IS NOT NULL)
  EXECUTE FUNCTION note_decision_change();
