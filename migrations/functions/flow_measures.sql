-- What the folded flow of a request adds to flow_summary: a row for each hand-over, one for its first and its last stage
-- and for its path, and for the time to an answer and to a decision where there is one; each counts `weight` times.
-- Called by merge_flows and flow_between.
CREATE OR REPLACE FUNCTION flow_measures(flow request_flow, weight int) RETURNS SETOF flow_summary
LANGUAGE sql STABLE
AS $$
  WITH measure AS (
    SELECT
      'hand-over' AS kind, ARRAY[from_stage, to_stage] AS path, wait_ms, has_failed,
      to_stage = ANY (flow.stages[:place]) AS went_back, false AS is_open
    FROM unnest(flow.stages[:cardinality(flow.stages) - 1], flow.stages[2:], flow.waits_ms, flow.left_failed)
      WITH ORDINALITY AS hand_over (from_stage, to_stage, wait_ms, has_failed, place)
    UNION ALL
    SELECT 'first', flow.stages[:1], NULL, false, false, false
    UNION ALL
    SELECT kind, path, NULL, flow.last_failed, false, flow.answer_ms IS NULL
    FROM (
      VALUES ('last', flow.stages[cardinality(flow.stages):]), ('path', flow.stages[:100])
    ) AS of_all (kind, path)
    UNION ALL
    SELECT kind, '{}', reached_ms, false, false, false
    FROM (VALUES ('answer', flow.answer_ms), ('decision', flow.decision_ms)) AS reached (kind, reached_ms)
    WHERE flow.lanes = 'all' AND reached_ms IS NOT NULL
  )
  SELECT
    'hour'::varchar(4), date_trunc('hour', flow.seen_at, 'UTC'), flow.tenant, flow.request_type, flow.priority,
    kind::varchar(9), flow.lanes, path, weight::bigint,
    coalesce(weight * CASE WHEN kind IN ('answer', 'decision') THEN flow.disbelieved ELSE wait_ms < 0 END::int, 0)::bigint,
    (weight * has_failed::int)::bigint, (weight * went_back::int)::bigint, (weight * is_open::int)::bigint,
    weight * greatest(wait_ms, 0)::numeric, CASE WHEN weight > 0 AND wait_ms IS NOT NULL THEN greatest(wait_ms, 0) END,
    CASE WHEN wait_ms IS NULL THEN '{}' ELSE ARRAY[duration_bucket(wait_ms)] END,
    CASE WHEN wait_ms IS NULL THEN '{}' ELSE ARRAY[weight::bigint] END
  FROM measure
$$;

REVOKE EXECUTE ON FUNCTION flow_measures(request_flow, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION flow_measures(request_flow, int) TO pagw_reader;
