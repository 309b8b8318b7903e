-- What retry works from: every failure that waits for its next attempt, by tenant and stage, soonest first. Rows leave
-- it once they are sent or overtaken, so a claim costs the same whatever the history holds.
CREATE INDEX ix_event_tracker_due
  ON event_tracker (tenant, stage, next_retry_at, id)
  WHERE next_retry_at IS NOT NULL;

CREATE INDEX ix_event_tracker_exhausted
  ON event_tracker (tenant, stage, id)
  WHERE retry_exhausted_at IS NOT NULL;

-- What an operator holds back. A null column stands for all; a tenant, a stage or a downstream must be named.
CREATE TABLE retry_pause (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        VARCHAR(64) COLLATE "C",
  stage         VARCHAR(64) COLLATE "C",
  target_system VARCHAR(64) COLLATE "C",
  reason        TEXT NOT NULL CHECK (reason <> ''),
  paused_by     VARCHAR(128) NOT NULL,
  paused_at     TIMESTAMPTZ NOT NULL,
  CONSTRAINT ux_retry_pause UNIQUE NULLS NOT DISTINCT (tenant, stage, target_system),
  CONSTRAINT ck_retry_pause_names CHECK (num_nonnulls(tenant, stage, target_system) > 0)
);

-- A run over many failures that an operator asked for; retry carries it out, a bounded step a run.
CREATE TABLE retry_batch (
  id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  filter          JSONB NOT NULL,
  reason          TEXT NOT NULL CHECK (reason <> ''),
  requested_by    VARCHAR(128) NOT NULL,
  requested_at    TIMESTAMPTZ NOT NULL,
  rate_per_minute INT NOT NULL CHECK (rate_per_minute > 0),
  matched         INT NOT NULL CHECK (matched >= 0),
  done            INT NOT NULL DEFAULT 0 CHECK (done >= 0),
  after_id        BIGINT NOT NULL DEFAULT 0,
  stepped_at      TIMESTAMPTZ,
  state           VARCHAR(16) NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'DONE', 'CANCELLED')),
  finished_at     TIMESTAMPTZ,
  CONSTRAINT ck_retry_batch_finished CHECK ((state = 'RUNNING') = (finished_at IS NULL))
);

CREATE INDEX ix_retry_batch_running ON retry_batch (id) WHERE state = 'RUNNING';

-- Who did what by hand, when and why: one row a deed, never changed.
CREATE TABLE operator_action (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action   VARCHAR(64) NOT NULL,
  filter   JSONB NOT NULL DEFAULT '{}',
  reason   TEXT NOT NULL CHECK (reason <> ''),
  acted_by VARCHAR(128) NOT NULL,
  acted_at TIMESTAMPTZ NOT NULL,
  affected INT NOT NULL DEFAULT 0 CHECK (affected >= 0)
);

CREATE INDEX ix_operator_action_acted ON operator_action (acted_at DESC);

COMMENT ON COLUMN event_tracker.retry_claimed_at IS 'When retry last took the failure to send it; nobody else takes it until its lease is over. next_retry_at stays: it says since when it is due';
COMMENT ON COLUMN retry_batch.matched IS 'Failures that matched the filter when it was asked for';
COMMENT ON COLUMN retry_batch.after_id IS 'event_tracker.id up to which the batch has been carried out';
COMMENT ON COLUMN operator_action.affected IS 'How many failures, requests or incidents the deed touched';

-- Every failure that waits for its next attempt or has used them up. `held`: an operator's pause covers it.
CREATE VIEW waiting_failure AS
SELECT
  failed.id, failed.received_on, failed.tenant, failed.stage, failed.pagw_id, failed.sequence_no, failed.attempt,
  failed.error_code, downstream.target_system, failed.created_at AS failed_at,
  failed.next_retry_at, failed.retry_claimed_at, failed.retry_exhausted_at,
  EXISTS (
    SELECT FROM retry_pause AS pause
    WHERE (pause.tenant IS NULL OR pause.tenant = failed.tenant)
      AND (pause.stage IS NULL OR pause.stage = failed.stage)
      AND (pause.target_system IS NULL OR pause.target_system = downstream.target_system)
  ) AS held
FROM event_tracker AS failed
JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
CROSS JOIN LATERAL (
  SELECT coalesce(failed.metadata ->> 'targetSystem', request.target_system) AS target_system
) AS downstream
WHERE failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL;

-- Takes up to `most` due failures for one sender: what is due longest first, tenants served alike, stages of a tenant
-- alike, whatever their backlogs. Nobody else takes them before `lease` is over. `passed` is how far the sender's run
-- has come, an array of {tenant, stage, due_at, id}; it looks at nothing twice, so a run over a backlog costs its length
-- only once. `held_stages`, an array of names, are left alone. Answers CLAIMED, or SUPERSEDED for what had been
-- overtaken behind record_events' back: that is cleared instead.
CREATE FUNCTION claim_due_retries(at timestamptz, lease interval, most int, passed json, held_stages json)
RETURNS TABLE (
  outcome text, id bigint, received_on date, due_at text, tenant text, stage text, pagw_id text, sequence_no bigint,
  attempt int, error_code text, correlation_id text, payload_bucket text, payload_key text
)
LANGUAGE plpgsql
-- The few rows in hand are always to be fetched by their index; a plan made when the tables were empty must not scan.
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
        AND (failed.retry_claimed_at IS NULL OR failed.retry_claimed_at <= at - lease)
        AND NOT EXISTS (
          SELECT
          FROM retry_pause AS pause
          JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
          WHERE pause.target_system = coalesce(failed.metadata ->> 'targetSystem', request.target_system)
            AND (pause.tenant IS NULL OR pause.tenant = failed.tenant)
            AND (pause.stage IS NULL OR pause.stage = failed.stage)
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
  taken AS (
    -- next_retry_at of what is claimed stays as it is: it tells since when the failure is due, and is indexed.
    UPDATE event_tracker AS failed
    SET retry_claimed_at = CASE WHEN judged.superseded THEN failed.retry_claimed_at ELSE at END,
        next_retry_at = CASE WHEN NOT judged.superseded THEN failed.next_retry_at END
    FROM judged
    WHERE failed.id = judged.id AND failed.received_on = judged.received_on
  )
  SELECT
    CASE WHEN superseded THEN 'SUPERSEDED' ELSE 'CLAIMED' END, id, received_on, next_retry_at::text,
    tenant::text, stage::text, pagw_id::text, sequence_no, attempt, error_code::text,
    correlation_id::text, payload_bucket::text, payload_key::text
  FROM judged
  ORDER BY next_retry_at, id;
END
$$;

-- Notes that retry commands were sent: a RETRY_SCHEDULED event for each, which clears its failure. `batch` is what
-- record_events takes, each event with the received_on and failed_sequence_no of its failure. A failure that something
-- overtook while its command was on its way is left as it is (answer OVERTAKEN): an event after its own outcome would
-- hide where the request stands, and clear the retry of the attempt that failed in the meantime.
CREATE FUNCTION settle_retries(batch json, recorded_at timestamptz)
RETURNS TABLE (ordinal int, outcome text)
LANGUAGE plpgsql
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
  )
  SELECT ordinal, 'OVERTAKEN' FROM sent WHERE NOT stands
  UNION ALL
  SELECT recorded.ordinal, recorded.outcome
  FROM record_events((SELECT coalesce(json_agg(event), '[]') FROM sent WHERE stands), recorded_at) AS recorded;
END
$$;

-- Carries the running batches on by one step each: brings up to a minute's worth of their failures forward, so that
-- they are claimed like any other. A failure that somebody holds locked is being sent or overtaken at this moment.
CREATE FUNCTION step_retry_batches(at timestamptz, most int)
RETURNS TABLE (batch_id bigint, brought int, state text)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  batch retry_batch;
  allowed int;
  brought_ids bigint[];
BEGIN
  FOR batch IN SELECT * FROM retry_batch WHERE state = 'RUNNING' ORDER BY id FOR UPDATE SKIP LOCKED LOOP
    allowed := least(
      most,
      floor(batch.rate_per_minute * least(1, extract(epoch FROM at - coalesce(batch.stepped_at, at - interval '1 minute')) / 60))
    );
    CONTINUE WHEN allowed < 1;

    WITH picked AS MATERIALIZED (
      SELECT failed.id, failed.received_on
      FROM event_tracker AS failed
      JOIN waiting_failure AS waiting ON waiting.id = failed.id AND waiting.received_on = failed.received_on
      WHERE waiting.id > batch.after_id
        AND waiting.failed_at <= batch.requested_at
        AND (batch.filter ->> 'tenant' IS NULL OR waiting.tenant = batch.filter ->> 'tenant')
        AND (batch.filter ->> 'stage' IS NULL OR waiting.stage = batch.filter ->> 'stage')
        AND (batch.filter ->> 'errorCode' IS NULL OR waiting.error_code = batch.filter ->> 'errorCode')
        AND (batch.filter ->> 'downstream' IS NULL OR waiting.target_system = batch.filter ->> 'downstream')
        AND (batch.filter ->> 'failedBefore' IS NULL OR waiting.failed_at <= (batch.filter ->> 'failedBefore')::timestamptz)
      ORDER BY failed.id
      LIMIT allowed
      FOR UPDATE OF failed SKIP LOCKED
    ),
    brought AS (
      UPDATE event_tracker AS failed
      SET next_retry_at = least(failed.next_retry_at, at), retry_exhausted_at = NULL
      FROM picked
      WHERE failed.id = picked.id AND failed.received_on = picked.received_on
    )
    SELECT array_agg(id ORDER BY id) INTO brought_ids FROM picked;

    UPDATE retry_batch AS stepped
    SET done = done + coalesce(cardinality(brought_ids), 0),
        after_id = coalesce(brought_ids[cardinality(brought_ids)], after_id),
        stepped_at = at,
        state = CASE WHEN coalesce(cardinality(brought_ids), 0) < allowed THEN 'DONE' ELSE state END,
        finished_at = CASE WHEN coalesce(cardinality(brought_ids), 0) < allowed THEN at END
    WHERE stepped.id = batch.id
    RETURNING id, coalesce(cardinality(brought_ids), 0), state::text INTO batch_id, brought, state;
    RETURN NEXT;
  END LOOP;
END
$$;
