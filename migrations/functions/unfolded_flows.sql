-- What request_flow will say of those of `ids` that got events since they were folded: whole rows, made of the row that is
-- there and the events after it, so that it costs no more for a long history. A wait is measured by occurred_at, never later
-- than recording. Farther back than 90 days (DEFAULT_BELIEVED_DAYS) only against a time that is as old: an import of old
-- events keeps its waits, a broken clock among sound ones counts as the time of recording.
-- Called by fold_flows, flow_between and flows_between.
CREATE OR REPLACE FUNCTION unfolded_flows(ids text[]) RETURNS SETOF request_flow
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- Nothing is joined row by row but what LATERAL looks up by its key: the plan is made when request_flow is empty, and kept.
SET enable_nestloop = off
AS $$
BEGIN
  RETURN QUERY
  WITH request AS MATERIALIZED (
    SELECT
      known.pagw_id, known.tenant, known.received_on, known.request_type, known.priority,
      round(1000 * extract(epoch FROM known.completed_at - known.received_at))::bigint AS answer_ms,
      round(1000 * extract(epoch FROM known.decided_at - known.received_at))::bigint AS decision_ms,
      coalesce(folded.last_sequence_no, 0) AS folded_no
    FROM unnest(ids) AS wanted (pagw_id)
    CROSS JOIN LATERAL (
      SELECT * FROM request_tracker AS tracked WHERE tracked.pagw_id = wanted.pagw_id OFFSET 0
    ) AS known
    LEFT JOIN LATERAL (
      SELECT flow.last_sequence_no FROM request_flow AS flow WHERE flow.pagw_id = known.pagw_id AND flow.lanes = 'all' OFFSET 0
    ) AS folded ON true
    WHERE coalesce(folded.last_sequence_no, 0) < known.last_sequence_no
  ),
  new_event AS MATERIALIZED (
    SELECT
      request.pagw_id, event.sequence_no, event.stage::text AS stage, event.status = 'FAILED' AS failed,
      least(event.occurred_at, event.created_at) AS occurred_at, event.created_at, stage_lane(event.stage) AS lane,
      coalesce((event.stated ->> 'disbelieved')::boolean, false) AS disbelieved
    FROM request
    CROSS JOIN LATERAL (
      SELECT * FROM event_history AS one
      WHERE one.pagw_id = request.pagw_id AND one.received_on = request.received_on
        AND one.sequence_no > request.folded_no
      OFFSET 0
    ) AS event
  ),
  has_main AS (
    SELECT DISTINCT new_event.pagw_id FROM new_event WHERE lane = 'main'
  ),
  folded AS MATERIALIZED (
    SELECT folded.*
    FROM request
    CROSS JOIN LATERAL (
      SELECT * FROM request_flow AS flow WHERE flow.pagw_id = request.pagw_id OFFSET 0
    ) AS folded
    -- Unknown stages stand for the main lane only until it has an event.
    WHERE NOT folded.by_unknown OR folded.pagw_id NOT IN (SELECT has_main.pagw_id FROM has_main)
  ),
  in_lanes AS (
    SELECT new_event.*, 'all' AS lanes FROM new_event
    UNION ALL
    SELECT new_event.*, 'main' AS lanes
    FROM new_event
    LEFT JOIN has_main USING (pagw_id)
    LEFT JOIN folded ON folded.pagw_id = new_event.pagw_id AND folded.lanes = 'main'
    WHERE lane = CASE WHEN has_main.pagw_id IS NOT NULL OR NOT folded.by_unknown THEN 'main' ELSE 'unknown' END
    UNION ALL
    -- The event that the last visit ended with so far.
    SELECT
      folded.pagw_id, folded.last_sequence_no - 1, folded.stages[cardinality(folded.stages)], folded.last_failed,
      folded.last_occurred_at, folded.last_created_at, NULL, false, folded.lanes
    FROM folded
  ),
  neighbour AS (
    SELECT
      in_lanes.*,
      lag(stage) OVER in_order AS before_stage, lag(failed) OVER in_order AS before_failed,
      lag(occurred_at) OVER in_order AS before_occurred_at, lag(created_at) OVER in_order AS before_created_at
    FROM in_lanes
    WINDOW in_order AS (PARTITION BY pagw_id, lanes ORDER BY lane IS NOT NULL, sequence_no)
  ),
  timed AS (
    SELECT
      neighbour.*,
      lane IS NOT NULL AND before_stage IS DISTINCT FROM stage AS begins_visit,
      created_at - occurred_at > interval '90 days' AS is_old,
      before_created_at - before_occurred_at > interval '90 days' AS before_is_old
    FROM neighbour
  ),
  waited AS (
    SELECT
      timed.*,
      round(1000 * extract(epoch FROM
        CASE WHEN is_old AND NOT before_is_old THEN created_at ELSE occurred_at END
        - CASE WHEN before_is_old AND NOT is_old THEN before_created_at ELSE before_occurred_at END
      ))::bigint AS wait_ms
    FROM timed
  ),
  visited AS (
    SELECT
      waited.pagw_id, waited.lanes,
      array_agg(stage ORDER BY sequence_no) FILTER (WHERE begins_visit) AS new_stages,
      array_agg(wait_ms ORDER BY sequence_no) FILTER (WHERE begins_visit AND before_stage IS NOT NULL) AS new_waits_ms,
      array_agg(before_failed ORDER BY sequence_no) FILTER (WHERE begins_visit AND before_stage IS NOT NULL) AS new_left_failed,
      (array_agg(failed ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_failed,
      (array_agg(occurred_at ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_occurred_at,
      (array_agg(created_at ORDER BY lane IS NOT NULL DESC, sequence_no DESC))[1] AS last_created_at
    FROM waited
    GROUP BY waited.pagw_id, waited.lanes
  ),
  latest AS (
    SELECT
      new_event.pagw_id, max(new_event.sequence_no) AS sequence_no, bool_or(new_event.disbelieved) AS disbelieved,
      (array_agg(new_event.created_at ORDER BY new_event.sequence_no DESC))[1] AS created_at
    FROM new_event
    GROUP BY new_event.pagw_id
  )
  SELECT
    request.pagw_id, visited.lanes::varchar(4), request.tenant, latest.sequence_no, latest.created_at,
    visited.lanes = 'main' AND request.pagw_id NOT IN (SELECT has_main.pagw_id FROM has_main) AND coalesce(folded.by_unknown, true),
    coalesce(folded.stages, '{}') || coalesce(new_stages, '{}'),
    coalesce(folded.waits_ms, '{}') || coalesce(new_waits_ms, '{}'),
    coalesce(folded.left_failed, '{}') || coalesce(new_left_failed, '{}'),
    visited.last_occurred_at, visited.last_created_at, visited.last_failed,
    request.request_type, request.priority, request.answer_ms, request.decision_ms,
    latest.disbelieved OR coalesce(folded.disbelieved, false)
  FROM latest
  JOIN request USING (pagw_id)
  JOIN visited USING (pagw_id)
  LEFT JOIN folded ON folded.pagw_id = visited.pagw_id AND folded.lanes = visited.lanes;
END
$$;

REVOKE EXECUTE ON FUNCTION unfolded_flows(text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION unfolded_flows(text[]) TO pagw_reader;
