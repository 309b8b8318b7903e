-- Which failures are being sent at this moment. Aside from the history, because a claim on the failure's own row would
-- write that row and all its indexes anew: two thirds of what a claim took. The key is the lock: one claim a failure.
CREATE TABLE retry_claim (
  failure_id BIGINT PRIMARY KEY,
  claimed_at TIMESTAMPTZ NOT NULL
);

COMMENT ON COLUMN retry_claim.failure_id IS 'event_tracker.id of the failure';

COMMENT ON COLUMN retry_claim.claimed_at IS 'When a run of retry took it to send it; nobody else takes it until the lease is over. The failure''s next_retry_at stays: it says since when it is due';

GRANT DELETE ON retry_claim TO pagw_writer;

INSERT INTO retry_claim (failure_id, claimed_at)
SELECT id, retry_claimed_at
FROM event_tracker
WHERE next_retry_at IS NOT NULL AND retry_claimed_at IS NOT NULL;

CREATE OR REPLACE VIEW waiting_failure AS
SELECT
  failed.id, failed.received_on, failed.tenant, failed.stage, failed.pagw_id, failed.sequence_no, failed.attempt,
  failed.error_code, downstream.target_system, failed.created_at AS failed_at,
  failed.next_retry_at, claim.claimed_at AS retry_claimed_at, failed.retry_exhausted_at,
  EXISTS (
    SELECT FROM retry_pause AS pause
    WHERE (pause.tenant IS NULL OR pause.tenant = failed.tenant)
      AND (pause.stage IS NULL OR pause.stage = failed.stage)
      AND (pause.target_system IS NULL OR pause.target_system = downstream.target_system)
  ) AS held
FROM event_tracker AS failed
JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
LEFT JOIN retry_claim AS claim ON claim.failure_id = failed.id
CROSS JOIN LATERAL (
  SELECT coalesce(failed.metadata ->> 'targetSystem', request.target_system) AS target_system
) AS downstream
WHERE failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL;

DROP FUNCTION claim_due_retries(timestamptz, interval, int, json, json);

-- Takes up to `most` due failures for one sender: what is due longest first, tenants served alike, stages of a tenant
-- alike, whatever their backlogs. Nobody else takes them while their claim stands. `passed` is how far the sender's run
-- has come, an array of {tenant, stage, due_at, id}; it looks at nothing twice, so a run over a backlog costs its length
-- only once. `held_stages`, an array of names, are left alone. Answers CLAIMED, TAKEN for what another sender has taken
-- at this moment, or SUPERSEDED for what had been overtaken behind record_events' back: that is cleared instead.
CREATE FUNCTION claim_due_retries(at timestamptz, most int, passed json, held_stages json)
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
      request.completed_at IS NOT NULL OR EXISTS (
        SELECT FROM event_tracker AS later
        WHERE later.pagw_id = due.pagw_id
          AND later.received_on = due.received_on
          AND later.sequence_no > due.sequence_no
          AND later.stage = due.stage
      ) AS superseded
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

-- Notes that retry commands were sent: a RETRY_SCHEDULED event for each, which clears its failure, and the claim's end.
-- `batch` is what record_events takes, each event with the failure_id, received_on and failed_sequence_no of its
-- failure. A failure that something overtook while its command was on its way is left as it is (answer OVERTAKEN): an
-- event after its own outcome would hide where the request stands, and clear the retry of the attempt that failed in
-- the meantime.
CREATE OR REPLACE FUNCTION settle_retries(batch json, recorded_at timestamptz)
RETURNS TABLE (ordinal int, outcome text)
LANGUAGE plpgsql
-- Nothing about joins: what is set here also holds in record_events, which hashes its batch.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  -- Whoever records an event of these requests waits here or is done, so what is read next stays true.
  PERFORM FROM request_tracker
  WHERE pagw_id IN (SELECT event ->> 'pagw_id' FROM json_array_elements(batch) AS event)
  ORDER BY pagw_id
  FOR UPDATE;

  RETURN QUERY
  WITH sent AS MATERIALIZED (
    SELECT event, (event ->> 'ordinal')::int AS ordinal, failed.next_retry_at IS NOT NULL AS stands
    FROM json_array_elements(batch) AS event
    LEFT JOIN event_tracker AS failed
      ON failed.pagw_id = event ->> 'pagw_id'
      AND failed.sequence_no = (event ->> 'failed_sequence_no')::bigint
      AND failed.received_on = (event ->> 'received_on')::date
  ),
  settled AS (
    DELETE FROM retry_claim AS claim
    USING sent
    WHERE claim.failure_id = (sent.event ->> 'failure_id')::bigint
  )
  SELECT ordinal, 'OVERTAKEN' FROM sent WHERE NOT stands
  UNION ALL
  SELECT recorded.ordinal, recorded.outcome
  FROM record_events((SELECT coalesce(json_agg(event), '[]') FROM sent WHERE stands), recorded_at) AS recorded;
END
$$;

ALTER TABLE event_tracker DROP COLUMN retry_claimed_at;
