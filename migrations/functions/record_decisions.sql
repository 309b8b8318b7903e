-- Writes the decisions of requests as append_events is given them, an array of {pagw_id, episodes, episodes_left}: what
-- `episodes` holds of each of those that were written, and nothing beyond its `episodes_left`.
-- Makes the next check due where a deadline moved. Tells the event bus of each determination, where somebody listens. Called by append_events.
CREATE OR REPLACE FUNCTION record_decisions(decisions json, written text[], recorded_at timestamptz) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
  WITH request AS MATERIALIZED (
    SELECT one.*, known.tenant
    FROM json_to_recordset(decisions) AS one (pagw_id text, episodes json, episodes_left int)
    -- OFFSET 0 keeps this a look-up per request, as in `former`: as a plain join it is planned as a scan of the whole table.
    CROSS JOIN LATERAL (
      SELECT tracker.tenant FROM request_tracker AS tracker WHERE tracker.pagw_id = one.pagw_id OFFSET 0
    ) AS known
    WHERE one.pagw_id = ANY (written)
  ),
  -- What a late event takes back is written over, or goes.
  undone AS (
    DELETE FROM decision_episode AS former
    WHERE former.pagw_id = ANY (ARRAY (SELECT pagw_id FROM request WHERE episodes_left IS NOT NULL))
      AND former.episode > (SELECT episodes_left FROM request WHERE request.pagw_id = former.pagw_id)
  ),
  -- As it stood before this statement.
  former AS (
    SELECT known.*
    FROM request
    CROSS JOIN LATERAL (
      SELECT episode.*
      FROM decision_episode AS episode
      WHERE episode.pagw_id = request.pagw_id
      OFFSET 0
    ) AS known
  ),
  saved AS (
    INSERT INTO decision_episode AS known (
      pagw_id, episode, tenant, plan, delegate, kind, drugs, priority, requested_priority, priority_since,
      received_at, due_at, extension_days, extended_at, extended_by, resolution, resolved_at, notified_at, reason_given,
      pended_at, pend_reason, appealed_at, appeal_outcome, appeal_decided_at, faults
    )
    SELECT
      request.pagw_id, episode, request.tenant, coalesce(plan, request.tenant), delegate, kind, drugs,
      coalesce(priority, 'STANDARD'), coalesce(requested_priority, 'STANDARD'), priority_since,
      received_at, due_at, extension_days, extended_at, extended_by, resolution, resolved_at, notified_at, reason_given,
      pended_at, pend_reason, appealed_at, appeal_outcome, appeal_decided_at, faults
    FROM request
    CROSS JOIN LATERAL json_to_recordset(request.episodes) AS changed (
      episode int, plan text, delegate text, kind text, drugs text, priority text, requested_priority text,
      priority_since timestamptz, received_at timestamptz, due_at timestamptz, extension_days int, extended_at timestamptz,
      extended_by text, resolution text, resolved_at timestamptz, notified_at timestamptz, reason_given boolean,
      pended_at timestamptz, pend_reason text, appealed_at timestamptz, appeal_outcome text, appeal_decided_at timestamptz, faults text[]
    )
    ON CONFLICT (pagw_id, episode) DO UPDATE SET
      plan = excluded.plan,
      delegate = excluded.delegate,
      kind = excluded.kind,
      drugs = excluded.drugs,
      priority = excluded.priority,
      requested_priority = excluded.requested_priority,
      priority_since = excluded.priority_since,
      received_at = excluded.received_at,
      due_at = excluded.due_at,
      extension_days = excluded.extension_days,
      extended_at = excluded.extended_at,
      extended_by = excluded.extended_by,
      resolution = excluded.resolution,
      resolved_at = excluded.resolved_at,
      notified_at = excluded.notified_at,
      reason_given = excluded.reason_given,
      pended_at = excluded.pended_at,
      pend_reason = excluded.pend_reason,
      appealed_at = excluded.appealed_at,
      appeal_outcome = excluded.appeal_outcome,
      appeal_decided_at = excluded.appeal_decided_at,
      faults = excluded.faults
    RETURNING *
  ),
  -- Of a determination that is taken back, or is another now, the former day as well.
  changed_day AS (
    INSERT INTO decision_changed_day (day)
    SELECT DISTINCT date_trunc('day', resolved_at, 'UTC')
    FROM (SELECT resolved_at FROM saved UNION ALL SELECT resolved_at FROM former) AS touched
    WHERE resolved_at IS NOT NULL
  ),
  -- A deadline that moved may be over by now, or no longer at risk: what take_watched_requests reads of the latest episode is
  -- another. So it is where an episode is the latest again, whose own columns are as they were.
  due_again AS (
    UPDATE request_tracker
    SET watch_at = recorded_at
    WHERE watch_at > recorded_at
      AND pagw_id = ANY (ARRAY (
        SELECT saved.pagw_id
        FROM saved
        LEFT JOIN former ON former.pagw_id = saved.pagw_id AND former.episode = saved.episode
        WHERE saved.resolved_at IS NULL
          AND (
            saved.plan, saved.kind, saved.drugs, saved.priority, saved.requested_priority, saved.priority_since,
            saved.received_at, saved.extension_days, saved.extended_at
          ) IS DISTINCT FROM (
            former.plan, former.kind, former.drugs, former.priority, former.requested_priority, former.priority_since,
            former.received_at, former.extension_days, former.extended_at
          )
        UNION ALL
        SELECT pagw_id FROM request WHERE episodes_left IS NOT NULL
      ))
  )
  INSERT INTO outgoing_event (kind, tenant, detail, written_at)
  SELECT
    'decided', saved.tenant,
    jsonb_build_object(
      'pagwId', saved.pagw_id, 'episode', saved.episode, 'tenant', saved.tenant, 'plan', saved.plan, 'priority', saved.priority,
      'resolution', saved.resolution, 'receivedAt', instant_text(saved.received_at), 'dueAt', instant_text(saved.due_at),
      'decidedAt', instant_text(saved.resolved_at), 'notifiedAt', instant_text(saved.notified_at)
    ),
    recorded_at
  FROM saved
  WHERE (SELECT is_open FROM event_outlet)
    AND saved.resolution IN ('APPROVED', 'PARTIAL', 'DENIED')
    AND NOT EXISTS (
      SELECT FROM former
      WHERE former.pagw_id = saved.pagw_id
        AND former.episode = saved.episode
        AND (former.resolution, former.resolved_at) = (saved.resolution, saved.resolved_at)
    );
END
$$;

REVOKE EXECUTE ON FUNCTION record_decisions(json, text[], timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION record_decisions(json, text[], timestamptz) TO pagw_writer;
