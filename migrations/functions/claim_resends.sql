-- Takes up to `most` resends for one sender, the longest asked for first; what is claimed since `lease_start` is another's,
-- whose clock may be a minute ahead.
-- What has been overtaken by a later main-lane event, or by the end of its request, is noted so and not answered. Pauses hold
-- back resends as they hold back retries; `skipped_stages`, an array of names, are left alone.
-- Called by retry: lib/data-access/retry.ts.
CREATE OR REPLACE FUNCTION claim_resends(at timestamptz, lease_start timestamptz, most int, skipped_stages json)
RETURNS TABLE (
  id bigint, tenant text, stage text, pagw_id text, sequence_no bigint, attempt int, cause text,
  correlation_id text, payload_bucket text, payload_key text, external_reference text
)
LANGUAGE sql
AS $$
  WITH waiting AS MATERIALIZED (
    SELECT
      resend.id,
      request.completed_at IS NOT NULL OR request.main_sequence_no IS DISTINCT FROM resend.after_sequence_no AS overtaken
    FROM resend
    JOIN request_tracker AS request ON request.pagw_id = resend.pagw_id
    WHERE resend.state = 'WAITING'
      AND (resend.claimed_at IS NULL OR resend.claimed_at <= lease_start OR resend.claimed_at > greatest(at + interval '1 minute', statement_timestamp()))
      AND resend.stage NOT IN (SELECT json_array_elements_text(skipped_stages))
      AND NOT EXISTS (SELECT FROM pauses_of(resend.tenant, resend.stage, request.target_system))
    ORDER BY resend.id
    LIMIT most
    FOR UPDATE OF resend SKIP LOCKED
  ),
  taken AS (
    UPDATE resend
    SET claimed_at = at,
        state = CASE WHEN waiting.overtaken THEN 'OVERTAKEN' ELSE 'WAITING' END,
        finished_at = CASE WHEN waiting.overtaken THEN at END
    FROM waiting
    WHERE resend.id = waiting.id
    RETURNING resend.*
  )
  SELECT
    taken.id, taken.tenant::text, taken.stage::text, taken.pagw_id::text, taken.after_sequence_no, taken.attempt,
    taken.cause::text, request.correlation_id::text, request.payload_bucket::text, request.payload_key::text,
    request.external_reference_id::text
  FROM taken
  JOIN request_tracker AS request ON request.pagw_id = taken.pagw_id
  WHERE taken.state = 'WAITING'
  ORDER BY taken.id
$$;

REVOKE EXECUTE ON FUNCTION claim_resends(timestamptz, timestamptz, int, json) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION claim_resends(timestamptz, timestamptz, int, json) TO pagw_writer;
