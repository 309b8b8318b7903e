-- Records a batch of events: locks their requests, drops what is there already, numbers, inserts, and brings each
-- request's current state up to date. `batch` is a JSON array of events in the order they were sent (the fields of
-- `incoming` below), no event id twice for one request. Answers a row an event: its ordinal, outcome and number.
--
-- How it stays right when several write to one request at once: `request` reads each request's last number before the
-- request is locked; `advanced` locks in pagw_id order and goes on only where that number still stands. Then nothing
-- was recorded in between, so the search for duplicates saw everything and the numbers follow without a gap. Where it
-- moved, the request's events come back as RACED, nothing written, and the caller sends them again with `lock_first`:
-- the locks are then taken before the statement's snapshot, and only a request that did not exist yet can race again.
--
-- A function, because PL/pgSQL keeps the plan: planning the statement anew takes as long as recording 100 events.
-- Called by ingest (lib/data-access/ingest/record-events.ts) and by settle_retries.
CREATE OR REPLACE FUNCTION record_events(batch json, recorded_at timestamptz, lock_first boolean DEFAULT false)
RETURNS TABLE (ordinal int, outcome text, sequence_no bigint)
LANGUAGE plpgsql
-- A plan is kept from when the tables were small, and has to stay good as they grow. Deciding anew whether to plan
-- again costs 40 µs an event.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  IF lock_first THEN
    PERFORM FROM request_tracker
    WHERE pagw_id IN (SELECT event ->> 'pagw_id' FROM json_array_elements(batch) AS event)
    ORDER BY pagw_id
    FOR UPDATE;
  END IF;

  RETURN QUERY
  WITH incoming AS MATERIALIZED (
    SELECT *
    FROM json_to_recordset(batch) AS event (
      ordinal int, pagw_id text, event_id text, tenant text, stage text, event_type text, status pagw_event_status,
      lane text, attempt int, retryable boolean, next_retry_at timestamptz, retry json,
      occurred_at timestamptz, started_at timestamptz, completed_at timestamptz, duration_ms int,
      external_reference text, error_code text, error_message text, worker_id text, service_name text,
      correlation_id text, metadata jsonb,
      request_type text, request_status pagw_request_status, priority text, effect text, decided boolean,
      next_stage text, target_system text, payload_bucket text, payload_key text
    )
  ),
  request AS MATERIALIZED (
    SELECT
      named.pagw_id,
      coalesce(known.tenant, named.tenant) AS tenant,
      known.received_on,
      coalesce(known.last_sequence_no, 0) AS last_sequence_no,
      coalesce(known.failure_count, 0) AS failure_count,
      known.completed_at,
      known.decided_at,
      known.retired_at
    FROM (
      SELECT pagw_id, (array_agg(tenant ORDER BY ordinal) FILTER (WHERE tenant IS NOT NULL))[1] AS tenant
      FROM incoming
      GROUP BY pagw_id
    ) AS named
    -- OFFSET 0 keeps this a look-up per request: as a plain join it is planned as a scan of the whole table.
    LEFT JOIN LATERAL (
      SELECT * FROM request_tracker AS tracker WHERE tracker.pagw_id = named.pagw_id OFFSET 0
    ) AS known ON true
  ),
  judged AS MATERIALIZED (
    SELECT
      incoming.ordinal, incoming.pagw_id, incoming.stage, incoming.status, incoming.attempt,
      request.tenant AS request_tenant,
      request.received_on,
      request.last_sequence_no,
      request.failure_count,
      request.retired_at,
      CASE
        WHEN request.tenant IS NULL THEN 'TENANT_UNKNOWN'
        WHEN incoming.tenant <> request.tenant THEN 'TENANT_MISMATCH'
        WHEN request.received_on IS NOT NULL AND (
          SELECT true
          FROM event_tracker AS earlier
          WHERE earlier.pagw_id = incoming.pagw_id
            AND earlier.event_id = incoming.event_id
            AND earlier.received_on = request.received_on
        ) THEN 'DUPLICATE'
        WHEN request.retired_at IS NOT NULL
          AND is_retired_event(incoming.pagw_id, request.received_on, incoming.event_id) THEN 'DUPLICATE'
        ELSE 'RECORDED'
      END AS outcome
    FROM incoming
    JOIN request ON request.pagw_id = incoming.pagw_id
  ),
  in_passes AS (
    SELECT
      judged.*,
      count(*) FILTER (WHERE status IN ('COMPLETED', 'SKIPPED')) OVER earlier_of_stage AS pass,
      row_number() OVER later_of_stage > 1 AS overtaken
    FROM judged
    -- Not = 'RECORDED': that is taken for a row or two, and every join behind it for a nested loop.
    WHERE outcome NOT IN ('DUPLICATE', 'TENANT_UNKNOWN', 'TENANT_MISMATCH')
    WINDOW
      earlier_of_stage AS (PARTITION BY pagw_id, stage ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
      later_of_stage AS (PARTITION BY pagw_id, stage ORDER BY ordinal DESC)
  ),
  fresh AS MATERIALIZED (
    SELECT
      in_passes.*,
      row_number() OVER (PARTITION BY pagw_id ORDER BY ordinal) AS place,
      coalesce(
        attempt,
        1 + count(*) FILTER (WHERE status = 'FAILED' AND attempt IS NULL) OVER earlier_of_pass
          + greatest(
              max(attempt) FILTER (WHERE status = 'FAILED') OVER earlier_of_pass,
              CASE
                WHEN failure_count = 0 OR pass > 0 THEN NULL
                WHEN retired_at IS NOT NULL THEN (open_failures(pagw_id, received_on) ->> stage)::int
                ELSE (
                  SELECT max(failed.attempt)
                  FROM event_tracker AS failed
                  WHERE failed.pagw_id = in_passes.pagw_id
                    AND failed.received_on = in_passes.received_on
                    AND failed.stage = in_passes.stage
                    AND failed.status = 'FAILED'
                    AND failed.sequence_no > coalesce((
                      SELECT max(passed.sequence_no)
                      FROM event_tracker AS passed
                      WHERE passed.pagw_id = in_passes.pagw_id
                        AND passed.received_on = in_passes.received_on
                        AND passed.stage = in_passes.stage
                        AND passed.status IN ('COMPLETED', 'SKIPPED')
                    ), 0)
                )
              END,
              0
            )
      )::int AS numbered_attempt
    FROM in_passes
    WINDOW earlier_of_pass AS (
      PARTITION BY pagw_id, stage, pass ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
  ),
  change AS MATERIALIZED (
    SELECT
      fresh.pagw_id,
      count(*) AS events,
      max(fresh.ordinal) AS last_ordinal,
      max(fresh.ordinal) FILTER (WHERE lane = 'main') AS main_ordinal,
      max(fresh.ordinal) FILTER (WHERE request_status >= 'APPROVED') AS ended_ordinal,
      max(request_status) FILTER (WHERE request_status < 'APPROVED') AS progress,
      max(fresh.ordinal) FILTER (WHERE effect IS NOT NULL) AS effect_ordinal,
      max(fresh.ordinal) FILTER (WHERE target_system IS NOT NULL) AS target_ordinal,
      max(fresh.ordinal) FILTER (WHERE fresh.status = 'FAILED') AS failed_ordinal,
      count(*) FILTER (WHERE fresh.status = 'FAILED') AS failures,
      count(*) FILTER (WHERE fresh.status = 'RETRY_SCHEDULED') AS retries,
      least(min(occurred_at), recorded_at) AS began_at,
      least(max(occurred_at), recorded_at) AS last_event_at,
      least(min(occurred_at) FILTER (WHERE decided), CASE WHEN bool_or(decided) THEN recorded_at END) AS decided_at,
      max(request_type) AS request_type,
      min(priority) AS priority,
      max(correlation_id) AS correlation_id,
      max(external_reference) AS external_reference,
      max(payload_bucket) AS payload_bucket,
      max(payload_key) AS payload_key
    FROM fresh
    JOIN incoming ON incoming.ordinal = fresh.ordinal
    GROUP BY fresh.pagw_id
  ),
  advanced AS (
    INSERT INTO request_tracker AS known (
      pagw_id, tenant, received_on, received_at, created_at, updated_at, last_event_at,
      batch_first_sequence_no, last_sequence_no, failure_count, retry_count,
      status, last_stage, next_stage, main_stage, main_event_type, main_status, main_attempt, main_at,
      completed_at, decided_at, last_error_code, last_error_msg,
      request_type, priority, correlation_id, external_reference_id, payload_bucket, payload_key,
      target_system, watch_at
    )
    SELECT
      change.pagw_id, request.tenant, coalesce(request.received_on, (recorded_at AT TIME ZONE 'UTC')::date),
      change.began_at, recorded_at, recorded_at, change.last_event_at,
      request.last_sequence_no + 1, request.last_sequence_no + change.events, change.failures, change.retries,
      coalesce(ended.request_status, change.progress, 'RECEIVED'), last.stage, main.next_stage,
      main.stage, main.event_type, main.status, main_fresh.numbered_attempt, least(main.occurred_at, recorded_at),
      CASE
        WHEN effect.effect = 'closes' THEN least(effect.occurred_at, recorded_at)
        -- What is decided stays closed: an answer that comes late changes nothing.
        WHEN effect.effect = 'reopens' AND coalesce(request.decided_at, change.decided_at) IS NULL THEN NULL
        ELSE request.completed_at
      END,
      change.decided_at, failed.error_code, failed.error_message,
      change.request_type, change.priority, change.correlation_id, change.external_reference,
      change.payload_bucket, change.payload_key,
      target.target_system, recorded_at
    FROM change
    JOIN request ON request.pagw_id = change.pagw_id
    LEFT JOIN incoming AS last ON last.ordinal = change.last_ordinal
    LEFT JOIN incoming AS main ON main.ordinal = change.main_ordinal
    LEFT JOIN fresh AS main_fresh ON main_fresh.ordinal = change.main_ordinal
    LEFT JOIN incoming AS ended ON ended.ordinal = change.ended_ordinal
    LEFT JOIN incoming AS effect ON effect.ordinal = change.effect_ordinal
    LEFT JOIN incoming AS failed ON failed.ordinal = change.failed_ordinal
    LEFT JOIN incoming AS target ON target.ordinal = change.target_ordinal
    ORDER BY change.pagw_id
    ON CONFLICT (pagw_id) DO UPDATE SET
      updated_at = excluded.updated_at,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      batch_first_sequence_no = excluded.batch_first_sequence_no,
      last_sequence_no = excluded.last_sequence_no,
      failure_count = known.failure_count + excluded.failure_count,
      retry_count = known.retry_count + excluded.retry_count,
      -- An end (APPROVED and what follows it in the type) gives way to another end only; progress never goes back.
      status = CASE WHEN excluded.status >= 'APPROVED' THEN excluded.status ELSE greatest(known.status, excluded.status) END,
      last_stage = excluded.last_stage,
      next_stage = CASE WHEN excluded.main_stage IS NULL THEN known.next_stage ELSE excluded.next_stage END,
      main_stage = coalesce(excluded.main_stage, known.main_stage),
      main_event_type = coalesce(excluded.main_event_type, known.main_event_type),
      main_status = coalesce(excluded.main_status, known.main_status),
      main_attempt = coalesce(excluded.main_attempt, known.main_attempt),
      main_at = coalesce(excluded.main_at, known.main_at),
      completed_at = excluded.completed_at,
      decided_at = coalesce(known.decided_at, excluded.decided_at),
      last_error_code = coalesce(excluded.last_error_code, known.last_error_code),
      last_error_msg = coalesce(excluded.last_error_msg, known.last_error_msg),
      request_type = coalesce(excluded.request_type, known.request_type),
      priority = least(excluded.priority, known.priority),
      correlation_id = coalesce(known.correlation_id, excluded.correlation_id),
      external_reference_id = coalesce(excluded.external_reference_id, known.external_reference_id),
      payload_bucket = coalesce(excluded.payload_bucket, known.payload_bucket),
      payload_key = coalesce(excluded.payload_key, known.payload_key),
      target_system = coalesce(excluded.target_system, known.target_system),
      -- Untouched for most events: watch_at is indexed, and changing it would cost the heap-only update.
      watch_at = CASE
        WHEN known.watch_at IS NULL OR (known.stuck_reason IS NOT NULL AND excluded.main_stage IS NOT NULL) THEN excluded.watch_at
        ELSE known.watch_at
      END,
      stuck_reason = CASE WHEN excluded.main_stage IS NULL THEN known.stuck_reason END,
      stuck_since = CASE WHEN excluded.main_stage IS NULL THEN known.stuck_since END
    WHERE known.last_sequence_no = excluded.batch_first_sequence_no - 1
      AND known.tenant = excluded.tenant
    RETURNING pagw_id, tenant, received_on, batch_first_sequence_no, completed_at
  ),
  numbered AS MATERIALIZED (
    SELECT
      fresh.*,
      advanced.received_on AS partition_day,
      advanced.completed_at IS NOT NULL AS closed,
      advanced.batch_first_sequence_no + fresh.place - 1 AS sequence_no
    FROM fresh
    JOIN advanced ON advanced.pagw_id = fresh.pagw_id
  ),
  inserted AS (
    INSERT INTO event_tracker (
      tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, retryable,
      next_retry_at, retry_exhausted_at, external_reference, duration_ms, error_code, error_message, worker_id, service_name,
      started_at, completed_at, occurred_at, created_at, metadata
    )
    SELECT
      numbered.request_tenant, numbered.pagw_id, numbered.partition_day, said.event_id, said.stage, said.event_type, said.status,
      numbered.sequence_no, numbered.numbered_attempt, said.retryable,
      CASE
        WHEN said.status <> 'FAILED' OR NOT said.retryable OR numbered.overtaken OR numbered.closed THEN NULL
        WHEN said.next_retry_at IS NOT NULL THEN said.next_retry_at
        WHEN numbered.numbered_attempt < (said.retry ->> 'maxAttempts')::int THEN
          recorded_at + interval '1 second' * (said.retry ->> 'jitter')::float8 * least(
            (said.retry ->> 'capSeconds')::float8,
            (said.retry ->> 'baseSeconds')::float8 * power((said.retry ->> 'factor')::float8, least(numbered.numbered_attempt - 1, 64))
          )
      END,
      CASE
        WHEN said.status = 'FAILED' AND said.retryable AND NOT (numbered.overtaken OR numbered.closed) AND said.next_retry_at IS NULL
          AND numbered.numbered_attempt >= (said.retry ->> 'maxAttempts')::int THEN recorded_at
      END,
      said.external_reference, said.duration_ms, said.error_code, said.error_message, said.worker_id, said.service_name,
      said.started_at, said.completed_at, said.occurred_at, recorded_at, said.metadata
    FROM numbered
    JOIN incoming AS said ON said.ordinal = numbered.ordinal
    ORDER BY numbered.pagw_id, numbered.sequence_no
  ),
  overtaken AS (
    UPDATE event_tracker AS failed
    SET next_retry_at = NULL, retry_exhausted_at = NULL
    FROM (
      SELECT DISTINCT pagw_id, partition_day, stage, closed
      FROM numbered
      WHERE failure_count > 0
    ) AS later
    WHERE failed.pagw_id = later.pagw_id
      AND failed.received_on = later.partition_day
      AND coalesce(failed.next_retry_at, failed.retry_exhausted_at) IS NOT NULL
      AND (failed.stage = later.stage OR later.closed)
  )
  SELECT
    judged.ordinal,
    CASE WHEN judged.outcome = 'RECORDED' AND numbered.ordinal IS NULL THEN 'RACED' ELSE judged.outcome END AS outcome,
    numbered.sequence_no
  FROM judged
  LEFT JOIN numbered ON numbered.ordinal = judged.ordinal;
END
$$;
