-- Puts archived events back into event_tracker, as they were, and keeps their month until `keep_until`. `events` is a JSON
-- array of events as archived_event() gives them: all that objects hold of some requests. A request that has any of its
-- archived numbers here is left alone, so it may be repeated. What does not have the digest noted when it was archived
-- is refused, all of it. Answers how many events were put back.
CREATE FUNCTION restore_archived_events(events json, keep_until timestamptz) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
  wanted text[];
  restored bigint;
  damaged text;
BEGIN
  PERFORM FROM request_tracker
  WHERE pagw_id IN (SELECT event ->> 2 FROM json_array_elements(events) AS event)
  ORDER BY pagw_id
  FOR UPDATE;

  PERFORM ensure_event_partition(month)
  FROM (SELECT DISTINCT date_trunc('month', (event ->> 3)::date)::date AS month FROM json_array_elements(events) AS event) AS months;

  wanted := ARRAY(
    SELECT known.pagw_id
    FROM (SELECT DISTINCT event ->> 2 AS pagw_id FROM json_array_elements(events) AS event) AS listed
    JOIN request_tracker AS known ON known.pagw_id = listed.pagw_id
    WHERE NOT EXISTS (
      SELECT FROM event_tracker AS here
      WHERE here.pagw_id = known.pagw_id AND here.received_on = known.received_on
        AND here.sequence_no <= archived_through(known.pagw_id)
    )
  );

  INSERT INTO event_tracker (
    id, tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
    next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message,
    worker_id, service_name, started_at, completed_at, occurred_at, created_at, metadata,
    start_sequence_no, start_event_id, start_occurred_at, start_created_at
  )
  SELECT
    (event ->> 0)::bigint, event ->> 1, event ->> 2, (event ->> 3)::date, event ->> 4, event ->> 5, event ->> 6,
    (event ->> 7)::pagw_event_status, (event ->> 8)::bigint, (event ->> 9)::int, (event ->> 10)::boolean,
    instant_at(event ->> 11), instant_at(event ->> 12),
    event ->> 13, (event ->> 14)::int, event ->> 15, event ->> 16, event ->> 17, event ->> 18,
    instant_at(event ->> 19), instant_at(event ->> 20), instant_at(event ->> 21), instant_at(event ->> 22),
    (event ->> 23)::jsonb, (event ->> 24)::bigint, event ->> 25, instant_at(event ->> 26), instant_at(event ->> 27)
  FROM json_array_elements(events) AS event
  WHERE event ->> 2 = ANY (wanted);
  GET DIAGNOSTICS restored = ROW_COUNT;

  SELECT min(part.pagw_id) INTO damaged
  FROM (
    SELECT
      archived.pagw_id, archived.digest, archived.last_sequence_no, known.received_on,
      lag(archived.last_sequence_no, 1, 0::bigint) OVER (PARTITION BY archived.pagw_id ORDER BY archived.last_sequence_no) AS after_no
    FROM archived_request AS archived
    JOIN request_tracker AS known ON known.pagw_id = archived.pagw_id
    WHERE archived.pagw_id = ANY (wanted)
  ) AS part
  WHERE part.digest IS DISTINCT FROM (
    SELECT encode(sha256(convert_to(string_agg(archived_event(event)::text, E'\n' ORDER BY event.sequence_no), 'UTF8')), 'hex')
    FROM event_tracker AS event
    WHERE event.pagw_id = part.pagw_id AND event.received_on = part.received_on
      AND event.sequence_no > part.after_no AND event.sequence_no <= part.last_sequence_no
  );
  IF damaged IS NOT NULL THEN
    RAISE EXCEPTION 'what is to be restored of % is not what was archived', damaged USING ERRCODE = 'data_corrupted';
  END IF;

  UPDATE archived_month
  SET keep_until = greatest(archived_month.keep_until, restore_archived_events.keep_until)
  WHERE month IN (SELECT date_trunc('month', received_on) FROM request_tracker WHERE pagw_id = ANY (wanted));
  RETURN restored;
END
$$;

REVOKE EXECUTE ON FUNCTION restore_archived_events(json, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION restore_archived_events(json, timestamptz) TO pagw_writer;

-- Microseconds since 1970, as archived_event() writes them. By days and the rest: an interval times a number is reckoned
-- with 53 bits, which far dates exceed.
CREATE FUNCTION instant_at(microseconds text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
  timestamp '1970-01-01'
  + (microseconds::bigint / 86400000000)::int * interval '1 day'
  + (microseconds::bigint % 86400000000) * interval '1 microsecond'
) AT TIME ZONE 'UTC';
