ALTER TABLE request_tracker
  ADD COLUMN determination      pagw_request_status CHECK (determination IN ('APPROVED', 'DENIED')),
  ADD COLUMN unclear_answer_at  TIMESTAMPTZ,
  ADD COLUMN main_sequence_no   BIGINT,
  ADD COLUMN state              JSON;

UPDATE request_tracker SET determination = CASE WHEN status = 'DENIED' THEN status ELSE 'APPROVED' END WHERE decided_at IS NOT NULL;

ALTER TABLE request_tracker ADD CONSTRAINT ck_request_tracker_determination CHECK ((determination IS NULL) = (decided_at IS NULL));

ALTER TABLE event_tracker ADD COLUMN stated JSONB;

COMMENT ON COLUMN request_tracker.determination IS 'The first determination, by its time; decided_at is that time. status tells the latest outcome';
COMMENT ON COLUMN request_tracker.unclear_answer_at IS 'The latest answer that was stated and decides nothing';
COMMENT ON COLUMN request_tracker.main_sequence_no IS 'Number of the event that main_stage and its neighbours tell of';
COMMENT ON COLUMN request_tracker.state IS 'What the next event''s effect depends on, as lib/domain/request-fold.ts keeps it; null until it is derived from the history';
COMMENT ON COLUMN event_tracker.stated IS 'What the message stated of its request: type, priority, status, receipt, payload, correlation id';

DROP FUNCTION settle_retries(json, timestamptz);
DROP FUNCTION record_events(json, timestamptz, boolean);

-- What is there of requests before events are added: `asked` is a JSON array of {pagw_id, event_ids}. Answers a row for each
-- request that exists: its tenant, last number and state, and at which places of event_ids stand ids that are recorded
-- already. An answer holds 1 MiB: of requests beyond `most_bytes` of state nothing but the id is told, and they are to be
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

-- Adds events to the histories of requests and writes what these make of each request: all of a request's, or nothing when
-- its last number is no longer `before_no`. Answers a JSON array of the ids that were written; the others raced, and their
-- caller reads again. What the columns become is decided by RequestFold (lib/domain/request-fold.ts); here null means
-- unchanged. Called by recordEvents (lib/data-access/ingest).
--
-- A function, because PL/pgSQL keeps the plan: planning the statement anew takes as long as recording 100 events.
CREATE OR REPLACE FUNCTION append_events(requests json, events json, cleared json, recorded_at timestamptz) RETURNS json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  written json;
BEGIN
  WITH advanced AS (
    INSERT INTO request_tracker AS known (
      pagw_id, tenant, received_on, received_at, created_at, updated_at, last_event_at,
      batch_first_sequence_no, last_sequence_no, failure_count, retry_count,
      status, determination, decided_at, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_sequence_no, next_stage,
      last_error_code, last_error_msg, request_type, priority, correlation_id, external_reference_id,
      payload_bucket, payload_key, target_system, watch_at, state
    )
    SELECT
      pagw_id, tenant, (recorded_at AT TIME ZONE 'UTC')::date, received_at, recorded_at, recorded_at, last_event_at,
      before_no + 1, last_no, failures, retries,
      status, determination, decided_at, completed_at, unclear_answer_at, last_stage,
      main_stage, main_event_type, main_status, main_attempt, main_at, main_no, next_stage,
      error_code, error_message, request_type, priority, correlation_id, external_reference,
      payload_bucket, payload_key, target_system, recorded_at, state
    FROM json_to_recordset(requests) AS request (
      pagw_id text, tenant text, before_no bigint, last_no bigint, failures int, retries int,
      received_at timestamptz, last_event_at timestamptz,
      status pagw_request_status, determination pagw_request_status, decided_at timestamptz, completed_at timestamptz,
      unclear_answer_at timestamptz, last_stage text,
      main_stage text, main_event_type text, main_status pagw_event_status, main_attempt int, main_at timestamptz,
      main_no bigint, next_stage text,
      error_code text, error_message text, request_type text, priority text, correlation_id text, external_reference text,
      payload_bucket text, payload_key text, target_system text, state json
    )
    ORDER BY pagw_id
    ON CONFLICT (pagw_id) DO UPDATE SET
      updated_at = excluded.updated_at,
      received_at = excluded.received_at,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      batch_first_sequence_no = excluded.batch_first_sequence_no,
      last_sequence_no = excluded.last_sequence_no,
      failure_count = known.failure_count + excluded.failure_count,
      retry_count = known.retry_count + excluded.retry_count,
      status = excluded.status,
      determination = excluded.determination,
      decided_at = excluded.decided_at,
      completed_at = excluded.completed_at,
      unclear_answer_at = excluded.unclear_answer_at,
      last_stage = excluded.last_stage,
      main_stage = excluded.main_stage,
      main_event_type = excluded.main_event_type,
      main_status = excluded.main_status,
      main_attempt = excluded.main_attempt,
      main_at = excluded.main_at,
      main_sequence_no = excluded.main_sequence_no,
      next_stage = excluded.next_stage,
      last_error_code = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_code ELSE known.last_error_code END,
      last_error_msg = CASE WHEN excluded.failure_count > 0 THEN excluded.last_error_msg ELSE known.last_error_msg END,
      request_type = coalesce(excluded.request_type, known.request_type),
      priority = least(excluded.priority, known.priority),
      correlation_id = coalesce(known.correlation_id, excluded.correlation_id),
      external_reference_id = coalesce(excluded.external_reference_id, known.external_reference_id),
      payload_bucket = CASE WHEN excluded.payload_key IS NULL THEN known.payload_bucket ELSE excluded.payload_bucket END,
      payload_key = coalesce(excluded.payload_key, known.payload_key),
      target_system = coalesce(excluded.target_system, known.target_system),
      state = excluded.state,
      -- Due at once when something that the watch has to weigh has changed; what stuck-alarm wrote stands otherwise.
      watch_at = CASE
        WHEN known.watch_at IS NULL
          OR (known.received_at, known.priority, known.decided_at, known.completed_at)
            IS DISTINCT FROM (excluded.received_at, least(excluded.priority, known.priority), excluded.decided_at, excluded.completed_at)
          OR (known.stuck_reason IS NOT NULL AND known.main_sequence_no IS DISTINCT FROM excluded.main_sequence_no)
        THEN excluded.watch_at
        ELSE known.watch_at
      END,
      stuck_reason = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_reason END,
      stuck_since = CASE WHEN known.main_sequence_no IS NOT DISTINCT FROM excluded.main_sequence_no THEN known.stuck_since END
    WHERE known.last_sequence_no = excluded.batch_first_sequence_no - 1
      AND known.tenant = excluded.tenant
    RETURNING pagw_id, tenant, received_on
  ),
  added AS (
    INSERT INTO event_tracker (
      tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message, worker_id, service_name,
      started_at, completed_at, occurred_at, created_at, metadata, stated
    )
    SELECT
      advanced.tenant, advanced.pagw_id, advanced.received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, CASE WHEN exhausted THEN recorded_at END, external_reference, duration_ms, error_code, error_message,
      worker_id, service_name, started_at, completed_at, occurred_at, recorded_at, metadata, stated
    FROM advanced
    JOIN json_to_recordset(events) AS event (
      pagw_id text, event_id text, stage text, event_type text, status pagw_event_status, sequence_no bigint, attempt int,
      retryable boolean, next_retry_at timestamptz, exhausted boolean, external_reference text, duration_ms int,
      error_code text, error_message text, worker_id text, service_name text,
      started_at timestamptz, completed_at timestamptz, occurred_at timestamptz, metadata jsonb, stated jsonb
    ) ON event.pagw_id = advanced.pagw_id
    ORDER BY advanced.pagw_id, sequence_no
  ),
  done AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL, retry_exhausted_at = NULL
    FROM json_to_recordset(cleared) AS overtaken (pagw_id text, sequence_no bigint)
    JOIN advanced ON advanced.pagw_id = overtaken.pagw_id
    WHERE failed.pagw_id = overtaken.pagw_id
      AND failed.sequence_no = overtaken.sequence_no
      AND failed.received_on = advanced.received_on
      AND coalesce(failed.next_retry_at, failed.retry_exhausted_at) IS NOT NULL
    RETURNING failed.id
  ),
  released AS (
    DELETE FROM retry_claim AS claim
    USING done
    WHERE claim.failure_id = done.id
  )
  SELECT json_agg(pagw_id) INTO written FROM advanced;
  RETURN coalesce(written, '[]');
END
$$;

CREATE OR REPLACE VIEW event_history WITH (security_invoker = true) AS
SELECT
  pagw_id, received_on, tenant, sequence_no, event_id, stage, event_type, status, attempt, retryable, next_retry_at,
  retry_exhausted_at, duration_ms, external_reference, error_code, error_message, worker_id, service_name,
  started_at, completed_at, occurred_at, created_at, metadata, stated
FROM event_tracker
UNION ALL
SELECT
  pagw_id, received_on, tenant, start_sequence_no, start_event_id, stage,
  (regexp_replace(event_type, '_(OK|COMPLETE)$', '') || '_START')::varchar(64), 'STARTED', attempt, retryable, NULL,
  NULL, NULL, NULL, NULL, NULL, worker_id, service_name,
  start_occurred_at, NULL, start_occurred_at, start_created_at, NULL, NULL
FROM event_tracker
WHERE start_event_id IS NOT NULL;

CREATE OR REPLACE FUNCTION claim_due_retries(at timestamptz, most int, passed json, held_stages json)
RETURNS TABLE (
  outcome text, id bigint, received_on date, due_at text, tenant text, stage text, pagw_id text, sequence_no bigint,
  attempt int, error_code text, correlation_id text, payload_bucket text, payload_key text
)
LANGUAGE plpgsql
-- The few rows in hand are always to be fetched by their index; a plan made when the tables were empty must not scan.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE pair AS (
    (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL
      ORDER BY tenant, stage
      LIMIT 1
    )
    UNION ALL
    SELECT following.tenant, following.stage
    FROM pair
    CROSS JOIN LATERAL (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL AND (tenant, stage) > (pair.tenant, pair.stage)
      ORDER BY tenant, stage
      LIMIT 1
    ) AS following
  ),
  due_pair AS MATERIALIZED (
    SELECT pair.tenant, pair.stage, from_here.due_at AS after_due_at, from_here.id AS after_id
    FROM pair
    LEFT JOIN json_to_recordset(passed) AS mark (tenant text, stage text, due_at timestamptz, id bigint)
      ON mark.tenant = pair.tenant AND mark.stage = pair.stage
    CROSS JOIN LATERAL (
      SELECT coalesce(mark.due_at, '-infinity') AS due_at, coalesce(mark.id, 0) AS id
    ) AS from_here
    CROSS JOIN LATERAL (
      SELECT next_retry_at
      FROM event_tracker AS first
      WHERE first.tenant = pair.tenant
        AND first.stage = pair.stage
        AND first.next_retry_at IS NOT NULL
        AND first.next_retry_at <= at
        AND (first.next_retry_at, first.id) > (from_here.due_at, from_here.id)
      ORDER BY next_retry_at, id
      LIMIT 1
    ) AS first
    WHERE pair.stage NOT IN (SELECT json_array_elements_text(held_stages))
      AND NOT EXISTS (
        SELECT FROM retry_pause AS pause
        WHERE pause.target_system IS NULL
          AND (pause.tenant IS NULL OR pause.tenant = pair.tenant)
          AND (pause.stage IS NULL OR pause.stage = pair.stage)
      )
    ORDER BY first.next_retry_at
    LIMIT most
  ),
  share AS MATERIALIZED (
    SELECT
      due_pair.*,
      ceil(most::numeric / (SELECT count(DISTINCT tenant) FROM due_pair) / count(*) OVER (PARTITION BY tenant)) AS places
    FROM due_pair
  ),
  due AS MATERIALIZED (
    SELECT failed.*
    FROM share
    CROSS JOIN LATERAL (
      SELECT failed.id, failed.received_on, failed.next_retry_at, failed.tenant, failed.stage, failed.pagw_id,
        failed.sequence_no, failed.attempt, failed.error_code
      FROM event_tracker AS failed
      WHERE failed.tenant = share.tenant
        AND failed.stage = share.stage
        AND failed.next_retry_at IS NOT NULL
        AND failed.next_retry_at <= at
        AND (failed.next_retry_at, failed.id) > (share.after_due_at, share.after_id)
        AND NOT EXISTS (SELECT FROM retry_claim AS claim WHERE claim.failure_id = failed.id)
        AND (
          NOT EXISTS (SELECT FROM retry_pause AS pause WHERE pause.target_system IS NOT NULL)
          OR NOT EXISTS (
            SELECT
            FROM retry_pause AS pause
            JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
            WHERE pause.target_system = coalesce(failed.metadata ->> 'targetSystem', request.target_system)
              AND (pause.tenant IS NULL OR pause.tenant = failed.tenant)
              AND (pause.stage IS NULL OR pause.stage = failed.stage)
          )
        )
      ORDER BY failed.next_retry_at, failed.id
      LIMIT share.places
      FOR UPDATE OF failed SKIP LOCKED
    ) AS failed
  ),
  judged AS MATERIALIZED (
    SELECT
      due.*, request.correlation_id, request.payload_bucket, request.payload_key,
      request.completed_at IS NOT NULL
        OR (request.state -> 'stages' -> due.stage ->> 'waiting')::bigint IS DISTINCT FROM due.sequence_no
        -- What another program wrote past append_events.
        OR EXISTS (
          SELECT FROM event_tracker AS later
          WHERE later.pagw_id = due.pagw_id
            AND later.received_on = due.received_on
            AND later.sequence_no > request.last_sequence_no
            AND later.stage = due.stage
        )
        AS superseded
    FROM due
    JOIN request_tracker AS request ON request.pagw_id = due.pagw_id
  ),
  cleared AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL
    FROM judged
    WHERE judged.superseded AND failed.id = judged.id AND failed.received_on = judged.received_on
  ),
  -- A lock taken on a failure that another sender has let go of since this statement began is no proof: its claim may
  -- be too new to be seen above. The key sees it.
  claimed AS (
    INSERT INTO retry_claim (failure_id, claimed_at)
    SELECT id, at
    FROM judged
    WHERE NOT superseded
    ORDER BY id
    ON CONFLICT (failure_id) DO NOTHING
    RETURNING failure_id
  )
  SELECT
    CASE WHEN superseded THEN 'SUPERSEDED' WHEN claimed.failure_id IS NULL THEN 'TAKEN' ELSE 'CLAIMED' END,
    id, received_on, next_retry_at::text, tenant::text, stage::text, pagw_id::text, sequence_no, attempt,
    error_code::text, correlation_id::text, payload_bucket::text, payload_key::text
  FROM judged
  LEFT JOIN claimed ON claimed.failure_id = judged.id
  ORDER BY next_retry_at, id;
END
$$;

CREATE OR REPLACE FUNCTION decision_counts(request request_tracker, times int) RETURNS SETOF decision_change
LANGUAGE sql STABLE
AS $$
  SELECT
    date_trunc('month', request.decided_at, 'UTC'),
    request.tenant,
    coalesce(request.priority, 'STANDARD'),
    CASE
      WHEN taken <= 0 THEN 0
      WHEN taken <= 60 THEN ceil(taken)
      WHEN taken <= 36000 THEN 60 * ceil(taken / 60)
      WHEN taken <= 360000 THEN 600 * ceil(taken / 600)
      ELSE 3600 * ceil(taken / 3600)
    END::bigint,
    times,
    CASE WHEN request.determination = 'APPROVED' THEN times ELSE 0 END,
    CASE WHEN request.determination = 'DENIED' THEN times ELSE 0 END,
    times * taken
  FROM (SELECT extract(epoch FROM request.decided_at - request.received_at) AS taken) AS time
  WHERE request.decided_at IS NOT NULL
$$;

DROP TRIGGER note_changed_decision ON request_tracker;

CREATE TRIGGER note_changed_decision
  AFTER UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (OLD.decided_at IS NOT NULL OR NEW.decided_at IS NOT NULL)
    AND (OLD.decided_at, OLD.received_at, OLD.determination, OLD.priority, OLD.tenant)
      IS DISTINCT FROM (NEW.decided_at, NEW.received_at, NEW.determination, NEW.priority, NEW.tenant)
  )
  EXECUTE FUNCTION note_decision_change();

DROP FUNCTION take_watched_requests(timestamptz, text, int);

-- Up to `most` requests whose look is due `at` that instant, in the order of their ids from after `after` on, with what the
-- judgement needs of the event they stand at: one step down the index of the request's own partition. Called by
-- takeWatchedRequests (lib/data-access/stuck-alarm).
--
-- A function, because PL/pgSQL keeps the plan: planning over all partitions took as long as fetching 100 requests.
CREATE FUNCTION take_watched_requests(at timestamptz, after text, most int)
RETURNS TABLE (
  pagw_id text, tenant text, status text, priority text, received_at timestamptz, completed_at timestamptz,
  decided_at timestamptz, unclear_answer_at timestamptz, last_stage text, main_stage text, main_status text, next_stage text,
  last_sequence_no bigint, recorded_at timestamptz, occurred_at timestamptz, next_retry_at timestamptz,
  retry_exhausted_at timestamptz, error_code text
)
LANGUAGE plpgsql
STABLE
-- Kept from when the tables were small, the plan has to stay good as they grow.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    request.pagw_id::text, request.tenant::text, request.status::text, request.priority::text, request.received_at,
    request.completed_at, request.decided_at, request.unclear_answer_at, request.last_stage::text,
    request.main_stage::text, request.main_status::text, request.next_stage::text, request.last_sequence_no,
    coalesce(stand.created_at, request.last_event_at, request.created_at),
    coalesce(stand.occurred_at, request.last_event_at, request.created_at),
    stand.next_retry_at, stand.retry_exhausted_at, stand.error_code::text
  FROM request_tracker AS request
  LEFT JOIN LATERAL (
    SELECT event.created_at, event.occurred_at, event.next_retry_at, event.retry_exhausted_at, event.error_code
    FROM event_tracker AS event
    WHERE event.pagw_id = request.pagw_id
      AND event.received_on = request.received_on
      AND event.sequence_no = coalesce(request.main_sequence_no, request.last_sequence_no)
      AND request.completed_at IS NULL
  ) AS stand ON true
  WHERE request.watched
    AND request.watch_at <= at
    AND request.pagw_id > after
  ORDER BY request.pagw_id
  LIMIT most;
END
$$;
