-- The rows of request_flow, as they will be once all of the next `most` events are folded, of the requests of a tenant
-- (null: of all) whose latest event was recorded from `since` on and before `until` (null: no end).
-- Called by reports: lib/data-access/flow.ts.
CREATE OR REPLACE FUNCTION flows_between(of_tenant text, since timestamptz, until timestamptz, most bigint)
RETURNS SETOF request_flow
LANGUAGE sql STABLE
AS $$
  WITH live AS MATERIALIZED (
    SELECT * FROM unfolded_flows(unfolded_ids(of_tenant, most))
  ),
  current_flow AS (
    SELECT * FROM live
    UNION ALL
    SELECT * FROM request_flow WHERE pagw_id NOT IN (SELECT pagw_id FROM live)
  )
  SELECT *
  FROM current_flow
  WHERE seen_at >= since
    AND (until IS NULL OR seen_at < until)
    AND (of_tenant IS NULL OR tenant = of_tenant)
$$;

REVOKE EXECUTE ON FUNCTION flows_between(text, timestamptz, timestamptz, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION flows_between(text, timestamptz, timestamptz, bigint) TO pagw_reader;
