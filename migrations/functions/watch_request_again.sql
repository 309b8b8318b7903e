-- Makes a request's next check due at once. Called by the trigger below.
CREATE OR REPLACE FUNCTION watch_request_again() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.watch_at := least(NEW.watch_at, NEW.updated_at);
  NEW.stuck_reason := NULL;
  NEW.stuck_since := NULL;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION watch_request_again() FROM PUBLIC;

-- What append_events leaves to the next check and the next check would come too late for: a pended request is checked
-- days later, and must be due at once when it is opened again; a stuck one that an event beside the main lane has ended
-- must not be listed as stuck until the next check. record_decisions does the same where a deadline moved.
CREATE OR REPLACE TRIGGER watch_request_again
  BEFORE UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (OLD.completed_at IS NOT NULL AND (
      NEW.completed_at IS NULL OR NEW.board IS DISTINCT FROM OLD.board
    ))
    OR (
      OLD.stuck_reason IS NOT NULL AND NEW.stuck_reason IS NOT NULL
      AND ((OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) OR (OLD.clock_stopped_at IS NULL AND NEW.clock_stopped_at IS NOT NULL))
    )
  )
  EXECUTE FUNCTION watch_request_again();
