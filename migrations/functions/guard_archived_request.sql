-- archived_at is what lets a month be dropped, so it is not to be had by an UPDATE: an object must hold the request's
-- history to its last number. And another event undoes it, whoever records it.
-- Called by the trigger below.
CREATE OR REPLACE FUNCTION guard_archived_request() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.last_sequence_no <> OLD.last_sequence_no THEN
    NEW.compacted_at := NULL;
    NEW.archived_at := NULL;
  ELSIF NOT EXISTS (
    SELECT FROM archived_request WHERE pagw_id = NEW.pagw_id AND last_sequence_no = NEW.last_sequence_no
  ) THEN
    RAISE EXCEPTION 'request % is not archived to its last number', NEW.pagw_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION guard_archived_request() FROM PUBLIC;

CREATE OR REPLACE TRIGGER guard_archived_request
  BEFORE UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (NEW.last_sequence_no <> OLD.last_sequence_no AND num_nonnulls(OLD.compacted_at, OLD.archived_at, NEW.compacted_at, NEW.archived_at) > 0)
    OR (NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL)
  )
  EXECUTE FUNCTION guard_archived_request();
