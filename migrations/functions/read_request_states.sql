-- What is there of requests before events are added: `asked` is a JSON array of {pagw_id, event_ids}. Answers a row for each
-- request that exists: its tenant, last number and state, and at which places of event_ids stand ids that are recorded
-- already. An answer holds 1 MiB: of requests beyond `most_bytes` of state nothing but the id is returned, and they are to be
-- asked for again. Called by readRequestStates (lib/data-access/ingest).
CREATE OR REPLACE FUNCTION read_request_states(asked json, most_bytes int) RETURNS SETOF json
LANGUAGE plpgsql
STABLE
-- A plan is kept from when the tables were small, and has to stay good as they grow.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
  RETURN QUERY
  WITH known AS (
    SELECT request.*, one.event_ids, sum(octet_length(request.state::text)) OVER (ORDER BY request.pagw_id) AS bytes
    FROM json_to_recordset(asked) AS one (pagw_id text, event_ids json)
    -- OFFSET 0 keeps this a look-up per request: as a plain join it is planned as a scan of the whole table.
    CROSS JOIN LATERAL (
      SELECT tracker.pagw_id, tracker.received_on, tracker.tenant, tracker.last_sequence_no, tracker.retired_at, tracker.state,
        tracker.correlation_id IS NOT NULL AS correlated
      FROM request_tracker AS tracker
      WHERE tracker.pagw_id = one.pagw_id
      OFFSET 0
    ) AS request
  )
  SELECT
    CASE WHEN bytes > most_bytes AND bytes > octet_length(state::text) THEN json_build_object('pagwId', pagw_id)
    ELSE json_build_object(
      'pagwId', pagw_id,
      'tenant', tenant,
      'lastSequenceNo', last_sequence_no,
      'correlated', correlated,
      'memory', state,
      'recorded', (
        SELECT json_agg(place - 1)
        FROM json_array_elements_text(known.event_ids) WITH ORDINALITY AS sent (id, place)
        WHERE EXISTS (
          SELECT FROM event_tracker AS event
          WHERE event.pagw_id = known.pagw_id AND event.event_id = sent.id AND event.received_on = known.received_on
        )
        OR known.retired_at IS NOT NULL AND is_retired_event(known.pagw_id, known.received_on, sent.id)
      )
    ) END
  FROM known;
END
$$;

REVOKE EXECUTE ON FUNCTION read_request_states(json, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION read_request_states(json, int) TO pagw_writer, pagw_operator;
