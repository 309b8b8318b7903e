-- Takes up to `most` due failures for one sender: what is due longest first, tenants served alike, stages of a tenant
-- alike, whatever their backlogs. Nobody else takes them while their claim stands. `cursors` is how far the sender's run
-- has come, an array of {tenant, stage, due_at, id}; it looks at nothing twice, so a run over a backlog costs its length
-- only once. `skipped_stages`, an array of names, are left alone. Answers CLAIMED, TAKEN for what another sender has taken
-- at this moment, or SUPERSEDED for what had been overtaken behind append_events' back: that is cleared instead.
-- Called by retry: lib/data-access/retry.ts.
CREATE OR REPLACE FUNCTION claim_due_retries(at timestamptz, most int, cursors json, skipped_stages json)
RETURNS TABLE (
  outcome text, id bigint, received_on date, due_at text, tenant text, stage text, pagw_id text, sequence_no bigint,
  attempt int, error_code text
)
LANGUAGE plpgsql
-- The few rows in hand are always to be fetched by their index; a plan made when the tables were empty must not scan.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- Nor sort all that is due to take the first of it: the index of what is due has it in order, and no other has.
SET enable_sort = off
SET enable_incremental_sort = off
SET enable_bitmapscan = off
-- Reading much of an index is dear, also of one that was empty when the plan was made.
SET enable_material = off
SET cpu_index_tuple_cost = 1
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE pair AS (
    (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL
      ORDER BY tenant, stage, next_retry_at, id
      LIMIT 1
    )
    UNION ALL
    SELECT following.tenant, following.stage
    FROM pair
    CROSS JOIN LATERAL (
      SELECT tenant, stage
      FROM event_tracker
      WHERE next_retry_at IS NOT NULL AND (tenant, stage) > (pair.tenant, pair.stage)
      ORDER BY tenant, stage, next_retry_at, id
      LIMIT 1
    ) AS following
  ),
  due_pair AS MATERIALIZED (
    SELECT pair.tenant, pair.stage, from_here.due_at AS after_due_at, from_here.id AS after_id
    FROM pair
    LEFT JOIN json_to_recordset(cursors) AS mark (tenant text, stage text, due_at timestamptz, id bigint)
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
    WHERE pair.stage NOT IN (SELECT json_array_elements_text(skipped_stages))
      AND NOT EXISTS (SELECT FROM pauses_of(pair.tenant, pair.stage, NULL))
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
            FROM request_tracker AS request
            CROSS JOIN LATERAL pauses_of(
              failed.tenant, failed.stage, coalesce(failed.metadata ->> 'targetSystem', request.target_system)
            )
            WHERE request.pagw_id = failed.pagw_id
          )
        )
      ORDER BY failed.next_retry_at, failed.id
      LIMIT share.places
      FOR UPDATE OF failed SKIP LOCKED
    ) AS failed
  ),
  judged AS MATERIALIZED (
    SELECT
      due.*,
      request.completed_at IS NOT NULL
        OR (request.state -> 'stages' -> due.stage ->> 'waiting')::bigint IS DISTINCT FROM due.sequence_no
        -- What another program wrote past append_events.
        OR (
          SELECT true FROM event_tracker AS later
          WHERE later.pagw_id = due.pagw_id
            AND later.received_on = due.received_on
            AND later.sequence_no > request.last_sequence_no
            AND later.stage = due.stage
          ORDER BY later.sequence_no
          LIMIT 1
        ) IS NOT NULL
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
    CASE WHEN superseded THEN 'SUPERSEDED' WHEN id IN (SELECT failure_id FROM claimed) THEN 'CLAIMED' ELSE 'TAKEN' END,
    id, received_on, next_retry_at::text, tenant::text, stage::text, pagw_id::text, sequence_no, attempt,
    error_code::text
  FROM judged
  ORDER BY next_retry_at, id;
END
$$;

REVOKE EXECUTE ON FUNCTION claim_due_retries(timestamptz, int, json, json) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION claim_due_retries(timestamptz, int, json, json) TO pagw_writer;
