-- The events of a tenant (null: of all), of one stage, type, status and error code where stated, that took
-- `least_ms` or longer, of a request in flight if `of_open`, whose metadata contains one of `contained` and satisfies the jsonpath
-- `compared`, latest first: up to `most` of them, then a row without an id that says how far back was searched (null: to
-- `since`). It goes back from `at` in growing steps and
-- ends after about `patience`, for a condition that no index serves and nothing meets must not read everything. Planned
-- for its values each time: what serves a rare one is ruinous for a common one.
-- Called by reports and search: lib/data-access/metadata-search.ts.
CREATE OR REPLACE FUNCTION search_events(
  at timestamptz, of_tenant text, since timestamptz, until timestamptz, of_stage text, of_type text,
  of_status pagw_event_status, of_error text, least_ms bigint, of_open boolean,
  contained jsonb[], compared jsonpath, after_at timestamptz, after_id bigint, most int, patience interval
)
RETURNS TABLE (
  id bigint, pagw_id text, tenant text, sequence_no bigint, stage text, event_type text, status text, duration_ms int,
  created_at timestamptz, metadata jsonb, recorded_at text
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
  began CONSTANT timestamptz DEFAULT clock_timestamp();
  high timestamptz DEFAULT least(coalesce(until, 'infinity'), after_at + interval '1 microsecond');
  step interval DEFAULT interval '1 hour';
  oldest CONSTANT date DEFAULT coalesce(earliest_received(since, high), 'infinity');
  low timestamptz DEFAULT greatest(since, least(high, at) - step);
  found_by_step int;
  wanted int DEFAULT most;
BEGIN
  LOOP
    RETURN QUERY
    SELECT
      event.id, event.pagw_id::text, event.tenant::text, event.sequence_no, event.stage::text, event.event_type::text,
      event.status::text, event.duration_ms, event.created_at, event.metadata, event.created_at::text
    FROM event_tracker AS event
    WHERE (of_tenant IS NULL OR event.tenant = of_tenant)
      AND event.received_on >= oldest
      AND event.created_at >= low
      AND event.created_at < high
      AND (of_stage IS NULL OR event.stage = of_stage)
      AND (of_type IS NULL OR event.event_type = of_type)
      AND (of_status IS NULL OR event.status = of_status)
      AND (of_error IS NULL OR event.error_code = of_error)
      AND (least_ms IS NULL OR event.duration_ms >= least_ms)
      AND (NOT of_open OR EXISTS (
        SELECT FROM request_tracker AS request
        WHERE request.pagw_id = event.pagw_id AND request.completed_at IS NULL
      ))
      AND (contained IS NULL OR event.metadata @> ANY (contained))
      AND (compared IS NULL OR jsonb_path_exists(event.metadata, compared, '{}', true))
      AND (after_at IS NULL OR (event.created_at, event.id) < (after_at, after_id))
    ORDER BY event.created_at DESC, event.id DESC
    LIMIT wanted;
    GET DIAGNOSTICS found_by_step = ROW_COUNT;
    wanted := wanted - found_by_step;
    EXIT WHEN wanted <= 0 OR low <= since OR clock_timestamp() > began + patience;
    high := low;
    -- As long as the time that is left is worth, judged by the time it took so far.
    step := step * least(4, greatest(0.25, extract(epoch FROM began + patience - clock_timestamp())
      / greatest(0.0001, extract(epoch FROM clock_timestamp() - began))));
    low := greatest(since, high - step);
  END LOOP;
  IF wanted > 0 AND low > since THEN
    recorded_at := low::text;
    created_at := low;
  END IF;
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION search_events(timestamptz, text, timestamptz, timestamptz, text, text, pagw_event_status, text, bigint, boolean, jsonb[], jsonpath, timestamptz, bigint, int, interval) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION search_events(timestamptz, text, timestamptz, timestamptz, text, text, pagw_event_status, text, bigint, boolean, jsonb[], jsonpath, timestamptz, bigint, int, interval) TO pagw_reader;
