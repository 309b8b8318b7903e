-- What is there of requests before events are added: their tenant, last number and state, and which of the event ids
-- asked about are recorded already; a row for each request that exists. `event_ids` holds the text of an array
-- for each of `pagw_ids`. An answer holds 1 MiB: of requests beyond `most_bytes` of state (`fits` is false) only the id is returned,
-- and they are to be asked for again. Called by readRequestStates (lib/data-access/ingest.ts).
CREATE OR REPLACE FUNCTION read_request_states(pagw_ids text[], event_ids text[], most_bytes int)
RETURNS TABLE (
  pagw_id varchar, tenant varchar, last_sequence_no bigint, correlated boolean, memory json, fits boolean, recorded json
)
LANGUAGE plpgsql
STABLE
-- A plan is kept from when the tables were small, and has to stay good as they grow.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
  -- Of a reader who is limited to tenants no hash may be asked (hashtextextended is not leakproof): the request's events are sorted
  -- instead, where the order of the index would be read for all of the month.
  IF row_security_active('event_tracker') AND pg_has_role('pagw_reader', 'USAGE') THEN
    PERFORM set_config('enable_sort', 'on', true);
  END IF;
  RETURN QUERY
  WITH known AS (
    SELECT
      request.*, one.event_ids,
      row_number() OVER in_turn = 1 OR coalesce(sum(octet_length(request.state::text)) OVER in_turn, 0) <= most_bytes AS fits
    FROM unnest(pagw_ids, event_ids) AS one (pagw_id, event_ids)
    -- OFFSET 0 keeps this a look-up per request: as a plain join it is planned as a scan of the whole table.
    CROSS JOIN LATERAL (
      SELECT tracker.pagw_id, tracker.received_on, tracker.tenant, tracker.last_sequence_no, tracker.retired_at, tracker.state,
        tracker.correlation_id IS NOT NULL AS correlated
      FROM request_tracker AS tracker
      WHERE tracker.pagw_id = one.pagw_id
      OFFSET 0
    ) AS request
    WINDOW in_turn AS (ROWS UNBOUNDED PRECEDING)
  )
  SELECT
    pagw_id, tenant, last_sequence_no, correlated, CASE WHEN fits THEN state END, fits,
    CASE WHEN fits THEN (
      SELECT json_agg(event_id)
      FROM (
        (
          -- In the order of their index, which no other has: another would be read for all of the request's events. In full, as
          -- the planner does not see what is constant in it where row level security is on.
          SELECT event.event_id
          FROM event_tracker AS event
          WHERE event.received_on - DATE '2000-01-01' = known.received_on - DATE '2000-01-01'
            AND event.received_on = known.received_on
            AND hashtextextended(event.pagw_id, 0) = hashtextextended(known.pagw_id, 0)
            AND hashtextextended(event.event_id, 0) = ANY (ARRAY (SELECT hashtextextended(id, 0) FROM unnest(known.event_ids::text[]) AS id))
            AND event.pagw_id = known.pagw_id
            AND event.event_id = ANY (known.event_ids::text[])
          ORDER BY event.received_on - DATE '2000-01-01', event.received_on, hashtextextended(event.pagw_id, 0), hashtextextended(event.event_id, 0)
        )
        UNION ALL
        SELECT id
        FROM unnest(known.event_ids::text[]) AS id
        WHERE known.retired_at IS NOT NULL AND is_retired_event(known.pagw_id, known.received_on, id)
      ) AS there
    ) END
  FROM known;
END
$$;

REVOKE EXECUTE ON FUNCTION read_request_states(text[], text[], int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION read_request_states(text[], text[], int) TO pagw_writer, pagw_operator;
