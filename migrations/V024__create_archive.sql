-- Only what was read back from S3 and found equal has a row here.
CREATE TABLE archive_object (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  received_on   DATE NOT NULL,
  bucket        VARCHAR(255) NOT NULL,
  key           VARCHAR(1024) COLLATE "C" NOT NULL,
  bytes         INT NOT NULL CHECK (bytes > 0),
  request_count INT NOT NULL CHECK (request_count > 0),
  event_count   INT NOT NULL CHECK (event_count >= request_count),
  archived_at   TIMESTAMPTZ NOT NULL
);

CREATE INDEX ix_archive_object_received ON archive_object (received_on, id);

-- Which numbers of which request an object holds.
CREATE TABLE archived_request (
  pagw_id           VARCHAR(64) COLLATE "C" NOT NULL,
  first_sequence_no BIGINT NOT NULL CHECK (first_sequence_no >= 1),
  last_sequence_no  BIGINT NOT NULL,
  tenant            VARCHAR(64) COLLATE "C" NOT NULL,
  object_id         BIGINT NOT NULL REFERENCES archive_object (id),
  event_count       INT NOT NULL CHECK (event_count >= 1),
  digest            CHAR(64) NOT NULL,
  event_keys        BIGINT[] NOT NULL,
  PRIMARY KEY (pagw_id, last_sequence_no),
  CONSTRAINT ck_archived_request_numbers CHECK (last_sequence_no >= first_sequence_no)
);

CREATE INDEX ix_archived_request_object ON archived_request (object_id);

-- Months whose partition was dropped.
CREATE TABLE archived_month (
  month         DATE PRIMARY KEY CHECK (month = date_trunc('month', month)),
  request_count BIGINT NOT NULL,
  event_count   BIGINT NOT NULL,
  dropped_at    TIMESTAMPTZ NOT NULL,
  keep_until    TIMESTAMPTZ
);

-- Rows come from the functions below alone, which maintain runs as the owner.
REVOKE INSERT, UPDATE ON archive_object, archived_request, archived_month FROM pagw_writer;

-- An event as it is archived: every column of event_tracker in this order, exact: whole numbers that may grow large and
-- microseconds since 1970 as text. The text of this array is also what digests are made of.
CREATE FUNCTION archived_event(event event_tracker) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
RETURN json_build_array(
  event.id::text, event.tenant, event.pagw_id, event.received_on::text, event.event_id,
  event.stage, event.event_type, event.status::text, event.sequence_no::text, event.attempt, event.retryable,
  (extract(epoch FROM event.next_retry_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.retry_exhausted_at) * 1000000)::bigint::text,
  event.external_reference, event.duration_ms, event.error_code, event.error_message, event.worker_id, event.service_name,
  (extract(epoch FROM event.started_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.completed_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.occurred_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.created_at) * 1000000)::bigint::text,
  event.metadata::text,
  event.start_sequence_no::text, event.start_event_id,
  (extract(epoch FROM event.start_occurred_at) * 1000000)::bigint::text,
  (extract(epoch FROM event.start_created_at) * 1000000)::bigint::text
);

-- The number up to which a request is archived; 0 when it is not.
CREATE FUNCTION archived_through(of_pagw_id text) RETURNS bigint
LANGUAGE sql STABLE
RETURN coalesce((SELECT max(last_sequence_no) FROM archived_request WHERE pagw_id = of_pagw_id), 0);

-- Notes as archived what stands in an object, as it was read back from S3: `contents` is a JSON array of
-- {pagwId, events, lastSequenceNo, digest}. A request counts only if the rows that are here now, under its lock, have
-- the same digest. One that got an event meanwhile, or was archived by another run, is left out; one that should be equal
-- and is not comes back as differing, and then nothing of the object is noted.
CREATE FUNCTION note_archived(object json, contents json, noted_at timestamptz)
RETURNS TABLE (archived bigint, outpaced bigint, differing bigint)
LANGUAGE plpgsql
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
        AND known.last_sequence_no = content."lastSequenceNo" AS current,
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
    INSERT INTO archive_object (tenant, received_on, bucket, key, bytes, request_count, event_count, archived_at)
    SELECT
      object ->> 'tenant', (object ->> 'receivedOn')::date, object ->> 'bucket', object ->> 'key', (object ->> 'bytes')::int,
      count(*), sum(one.here_events), noted_at
    FROM json_to_recordset(compared) AS one (here_events int, current boolean)
    WHERE one.current
    RETURNING id INTO new_object_id;

    INSERT INTO archived_request (
      pagw_id, tenant, first_sequence_no, last_sequence_no, object_id, event_count, digest, event_keys
    )
    SELECT one."pagwId", one.tenant, one.first_no, one."lastSequenceNo", new_object_id, one.here_events, one.digest, one.keys
    FROM json_to_recordset(compared) AS one (
      "pagwId" text, tenant text, first_no bigint, "lastSequenceNo" bigint, here_events int, digest text, keys bigint[], current boolean
    )
    WHERE one.current;

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

-- True when every request that arrived in the month is archived with all its events, and nobody wants restored rows kept.
CREATE FUNCTION may_drop_month(month_start date, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN NOT EXISTS (
  SELECT FROM request_tracker
  WHERE received_on >= month_start AND received_on < month_start + interval '1 month' AND archived_at IS NULL
) AND NOT EXISTS (
  SELECT FROM archived_month WHERE month = month_start AND keep_until > at
);

-- Drops a month's partition when it may be dropped; answers whether it did. Looks before it locks anything, and again
-- once nobody can record. Waits for no lock longer than half a second, which is less than the server takes to look for
-- a deadlock: whoever records events goes first, and this ends with 55P03.
CREATE FUNCTION drop_archived_month(day date, noted_at timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET lock_timeout = '500ms'
AS $$
DECLARE
  month_start CONSTANT date DEFAULT date_trunc('month', day)::date;
  partition_name CONSTANT text DEFAULT 'event_tracker_' || to_char(month_start, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partition'));
  IF NOT may_drop_month(month_start, noted_at) OR NOT EXISTS (
    SELECT FROM pg_inherits
    WHERE inhparent = 'event_tracker'::regclass AND inhrelid = to_regclass(partition_name)
  ) THEN
    RETURN false;
  END IF;
  -- In the order in which recording takes them.
  LOCK TABLE request_tracker IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE ONLY event_tracker IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition_name);
  IF NOT may_drop_month(month_start, noted_at) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', partition_name);
  INSERT INTO archived_month (month, request_count, event_count, dropped_at)
  SELECT month_start, coalesce(sum(request_count), 0), coalesce(sum(event_count), 0), noted_at
  FROM archive_object
  WHERE received_on >= month_start AND received_on < month_start + interval '1 month'
  ON CONFLICT (month) DO UPDATE SET
    request_count = excluded.request_count, event_count = excluded.event_count,
    dropped_at = excluded.dropped_at, keep_until = NULL;
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION note_archived(json, json, timestamptz) FROM PUBLIC;

REVOKE EXECUTE ON FUNCTION drop_archived_month(date, timestamptz) FROM PUBLIC;

-- archived_at is what lets a month be dropped, so it is not to be had by an UPDATE: an object must hold the request's
-- history to its last number. And another event undoes it, whoever records it.
CREATE FUNCTION guard_archived_request() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.last_sequence_no <> OLD.last_sequence_no THEN
    NEW.compacted_at := NULL;
    NEW.archived_at := NULL;
  ELSIF NOT EXISTS (
    SELECT FROM archived_request WHERE pagw_id = NEW.pagw_id AND last_sequence_no = NEW.last_sequence_no
  ) THEN
    RAISE EXCEPTION 'request % is not archived to its last number', NEW.pagw_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_archived_request
  BEFORE UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (NEW.last_sequence_no <> OLD.last_sequence_no AND num_nonnulls(OLD.compacted_at, OLD.archived_at, NEW.compacted_at, NEW.archived_at) > 0)
    OR (NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL)
  )
  EXECUTE FUNCTION guard_archived_request();

-- True for an event that was recorded and is no row of its own any more: merged into its result, or archived.
CREATE FUNCTION is_retired_event(of_pagw_id text, of_received_on date, of_event_id text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM event_tracker
  WHERE pagw_id = of_pagw_id AND received_on = of_received_on AND start_event_id = of_event_id
) OR EXISTS (
  SELECT FROM archived_request
  WHERE pagw_id = of_pagw_id AND hashtextextended(of_event_id, 0) = ANY (event_keys)
);

-- record_events learns of retired events: one more branch in its search for duplicates, taken only for requests that
-- have any. The rest of its text stays as the migrations before left it.
DO $$
DECLARE
  definition text := pg_get_functiondef('record_events(json, timestamptz, boolean)'::regprocedure);
  change text[];
BEGIN
  FOREACH change SLICE 1 IN ARRAY ARRAY[
    ARRAY['      known.decided_at
    FROM (', '      known.decided_at,
      known.retired_at
    FROM ('],
    ARRAY['        ELSE ''RECORDED''
      END AS outcome', '        WHEN request.retired_at IS NOT NULL
          AND is_retired_event(incoming.pagw_id, request.received_on, incoming.event_id) THEN ''DUPLICATE''
        ELSE ''RECORDED''
      END AS outcome']
  ] LOOP
    IF cardinality(string_to_array(definition, change[1])) <> 2 THEN
      RAISE EXCEPTION 'record_events is not as expected: %', change[1];
    END IF;
    definition := replace(definition, change[1], change[2]);
  END LOOP;
  EXECUTE definition;
END
$$;

COMMENT ON TABLE archive_object IS 'Parquet objects in S3 that were read back and found equal to the rows they were made of';
COMMENT ON COLUMN archived_request.digest IS 'SHA-256 of its rows there, in order, each as archived_event() gives it, a line each';
COMMENT ON COLUMN archived_request.event_keys IS 'hashtextextended(event_id, 0) of each event there, so that one delivered again is still known; a wrong match is a matter of 2^-64';
COMMENT ON COLUMN archived_month.keep_until IS 'Rows of the month were put back, and stay until then';

COMMENT ON TABLE archived_month IS 'Months whose partition was dropped because all that was in it is archived';
