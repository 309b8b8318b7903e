-- Marks the hours of events that came since the last search, and their requests for fold_flows. An event counts as searched (settled_id) only once every
-- transaction that could have taken its number or a lower one is over: one that commits late, or carries a clock that
-- is off, is found by its number, whatever hour it belongs to. What is not settled is marked again each time; that costs
-- a second look, never an event. A call looks at `most` numbers, from what is settled on or from `after_id`, up to where
-- the call before it looked: a backlog of any size is marked in calls of bounded time. `complete`: to the last number.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION mark_changed_hours(most bigint, after_id bigint DEFAULT 0)
RETURNS TABLE (marked bigint, marked_to bigint, complete boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  progress event_summary_progress;
  last_id bigint;
  finished_id bigint;
  from_id bigint;
BEGIN
  SELECT * INTO STRICT progress FROM event_summary_progress FOR UPDATE;
  finished_id := progress.settled_id;
  IF progress.seen_xid <= pg_snapshot_xmin(pg_current_snapshot()) THEN
    finished_id := progress.seen_id;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last_id FROM event_tracker_id_seq;
  from_id := greatest(progress.settled_id, after_id);
  marked_to := least(from_id + most, greatest(last_id, from_id));

  INSERT INTO event_summary_changed_hour (hour)
  SELECT date_trunc('hour', created_at, 'UTC') AS hour
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to
  UNION
  -- A START that was merged before it was searched has no number any more.
  SELECT date_trunc('hour', start_created_at, 'UTC')
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to AND start_created_at IS NOT NULL
  ORDER BY hour
  ON CONFLICT (hour) DO NOTHING;
  GET DIAGNOSTICS marked = ROW_COUNT;
  complete := marked_to >= last_id;

  INSERT INTO flow_changed_request (pagw_id)
  SELECT DISTINCT pagw_id
  FROM event_tracker
  WHERE id > from_id AND id <= marked_to
  ORDER BY pagw_id
  ON CONFLICT (pagw_id) DO NOTHING;

  -- append_events has its transaction id before it takes a number, so whoever took one up to last_id is below xmax.
  UPDATE event_summary_progress
  SET settled_id = CASE WHEN from_id = progress.settled_id THEN least(finished_id, marked_to) ELSE progress.settled_id END,
      seen_id = CASE WHEN complete AND finished_id = progress.seen_id THEN last_id ELSE progress.seen_id END,
      seen_xid = CASE
        WHEN complete AND finished_id = progress.seen_id THEN pg_snapshot_xmax(pg_current_snapshot())
        ELSE progress.seen_xid
      END;
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION mark_changed_hours(bigint, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mark_changed_hours(bigint, bigint) TO pagw_maintainer;
