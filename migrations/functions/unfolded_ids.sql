-- Requests of a tenant (null: of all) that may have events which are not folded: those marked, and those of the next
-- `most` events after what is settled.
-- Called by flow_between and flows_between.
CREATE OR REPLACE FUNCTION unfolded_ids(of_tenant text, most bigint) RETURNS text[]
LANGUAGE sql STABLE
RETURN ARRAY(
  SELECT pagw_id FROM flow_changed_request
  UNION
  SELECT event.pagw_id
  FROM event_summary_progress
  JOIN event_tracker AS event ON event.id > settled_id AND event.id <= settled_id + most
  WHERE of_tenant IS NULL OR event.tenant = of_tenant
);

REVOKE EXECUTE ON FUNCTION unfolded_ids(text, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION unfolded_ids(text, bigint) TO pagw_reader;
