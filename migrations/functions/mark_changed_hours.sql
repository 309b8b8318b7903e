-- Marks the hours of events that came since the last search, and their requests for fold_flows. An event counts as searched (settled_id) only once every
-- transaction that could have taken its number or a lower one is over: one that commits late, or carries a clock that
-- is off, is found by its number, whatever hour it belongs to. What is not settled is marked anew each time; that costs
-- a second look, never an event. An old backlog is taken up in batches of `most` numbers.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION mark_changed_hours(most bigint) RETURNS TABLE (marked bigint, complete boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  progress event_summary_progress;
  last_id bigint;
  finished_id bigint;
  upto_id bigint;
BEGIN
  SELECT * INTO STRICT progress FROM event_summary_progress FOR UPDATE;
  finished_id := progress.settled_id;
  IF progress.seen_xid <= pg_snapshot_xmin(pg_current_snapshot()) THEN
    finished_id := progress.seen_id;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last_id FROM event_tracker_id_seq;
  upto_id := CASE WHEN finished_id > progress.settled_id + most THEN progress.settled_id + most ELSE last_id END;

  INSERT INTO event_summary_changed_hour (hour)
  SELECT DISTINCT date_trunc('hour', created_at, 'UTC') AS hour
  FROM event_tracker
  WHERE id > progress.settled_id AND id <= upto_id
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
  GET DIAGNOSTICS marked = ROW_COUNT;
  complete := upto_id = last_id;

  INSERT INTO flow_changed_request (pagw_id)
  SELECT DISTINCT pagw_id
  FROM event_tracker
  WHERE id > progress.settled_id AND id <= upto_id
  ORDER BY pagw_id
  ON CONFLICT (pagw_id) DO NOTHING;

  -- append_events has its transaction id before it takes a number, so whoever took one up to last_id is below xmax.
  UPDATE event_summary_progress
  SET settled_id = least(finished_id, upto_id),
      seen_id = CASE WHEN complete AND finished_id = progress.seen_id THEN last_id ELSE progress.seen_id END,
      seen_xid = CASE
        WHEN complete AND finished_id = progress.seen_id THEN pg_snapshot_xmax(pg_current_snapshot())
        ELSE progress.seen_xid
      END;
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION mark_changed_hours(bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mark_changed_hours(bigint) TO pagw_maintainer;
