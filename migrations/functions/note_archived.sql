-- Notes as archived what stands in an object, as it was read back from S3, and which failures are open: `contents` is a
-- JSON array of {pagwId, events, lastSequenceNo, digest}. A request counts only if the rows that are here now, under its
-- lock, have the same digest. One that got an event meanwhile, or was archived by another run, is left out; one that
-- should be equal and is not comes back as differing, and then nothing of the object is noted.
-- Called by maintain: lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION note_archived(object json, contents json, noted_at timestamptz)
RETURNS TABLE (archived bigint, outpaced bigint, differing bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  new_object_id bigint;
  compared json;
BEGIN
  PERFORM FROM request_tracker
  WHERE pagw_id IN (SELECT content ->> 'pagwId' FROM json_array_elements(contents) AS content)
  ORDER BY pagw_id
  FOR UPDATE;

  SELECT json_agg(row_to_json(one)) INTO compared
  FROM (
    SELECT
      content.*, known.tenant,
      here.events AS here_events, here.first_no, here.keys,
      known.pagw_id IS NOT NULL AND known.completed_at IS NOT NULL AND known.archived_at IS NULL
        AND known.last_sequence_no = content."lastSequenceNo"
        -- The archive begins at 1: what an older system numbered below stays here, and keeps its month.
        AND NOT EXISTS (
          SELECT FROM event_tracker AS unnumbered
          WHERE unnumbered.pagw_id = known.pagw_id
            AND unnumbered.received_on = known.received_on
            AND unnumbered.sequence_no < 1
        ) AS current,
      coalesce(here.digest = content.digest, false) AS equal
    FROM json_to_recordset(contents) AS content ("pagwId" text, events int, "lastSequenceNo" bigint, digest text)
    LEFT JOIN LATERAL (SELECT * FROM request_tracker WHERE pagw_id = content."pagwId" OFFSET 0) AS known ON true
    LEFT JOIN LATERAL (
      SELECT
        count(*) AS events,
        min(least(event.sequence_no, event.start_sequence_no)) AS first_no,
        encode(sha256(convert_to(string_agg(archived_event(event)::text, E'\n' ORDER BY event.sequence_no), 'UTF8')), 'hex') AS digest,
        array_agg(hashtextextended(event.event_id, 0)) || array_agg(hashtextextended(event.start_event_id, 0))
          FILTER (WHERE event.start_event_id IS NOT NULL) AS keys
      FROM event_tracker AS event
      WHERE event.pagw_id = known.pagw_id
        AND event.received_on = known.received_on
        AND event.sequence_no > archived_through(known.pagw_id)
    ) AS here ON true
  ) AS one;

  SELECT
    count(*) FILTER (WHERE one.current AND one.equal),
    count(*) FILTER (WHERE NOT one.current),
    count(*) FILTER (WHERE one.current AND NOT one.equal)
  INTO archived, outpaced, differing
  FROM json_to_recordset(compared) AS one (current boolean, equal boolean);

  IF archived > 0 AND differing = 0 THEN
    INSERT INTO archive_object (tenant, received_on, bucket, key, bytes, sha256, request_count, event_count, archived_at)
    SELECT
      object ->> 'tenant', (object ->> 'receivedOn')::date, object ->> 'bucket', object ->> 'key', (object ->> 'bytes')::int,
      object ->> 'sha256', count(*), sum(one.here_events), noted_at
    FROM json_to_recordset(compared) AS one (here_events int, current boolean)
    WHERE one.current
    RETURNING id INTO new_object_id;

    INSERT INTO archived_request (
      pagw_id, tenant, first_sequence_no, last_sequence_no, object_id, event_count, digest, event_keys
    )
    SELECT
      one."pagwId", one.tenant, one.first_no, one."lastSequenceNo", new_object_id, one.here_events, one.digest, one.keys
    FROM json_to_recordset(compared) AS one (
      "pagwId" text, tenant text, first_no bigint, "lastSequenceNo" bigint, here_events int, digest text, keys bigint[], current boolean
    )
    WHERE one.current;

    PERFORM note_archived_hours(new_object_id);

    UPDATE request_tracker AS known
    SET archived_at = noted_at, retired_at = coalesce(known.retired_at, noted_at)
    FROM archived_request AS noted
    WHERE noted.object_id = new_object_id AND known.pagw_id = noted.pagw_id;
  ELSIF differing > 0 THEN
    archived := 0;
  END IF;
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION note_archived(json, json, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION note_archived(json, json, timestamptz) TO pagw_maintainer;
