-- Every failure that waits for its next attempt or has used them up. `paused`: an operator's pause covers it. Without
-- security_invoker a view asks with the rights of its owner, who is limited to nothing.
-- Read by request_retry_batch, resume_retries, retry_now, step_retry_batches and lib/data-access/waiting-failures.ts.
CREATE OR REPLACE VIEW waiting_failure WITH (security_invoker = true) AS
SELECT
  failed.id, failed.received_on, failed.tenant, failed.stage, failed.pagw_id, failed.sequence_no, failed.attempt,
  failed.error_code, downstream.target_system, failed.created_at AS failed_at,
  failed.next_retry_at, claim.claimed_at AS retry_claimed_at, failed.retry_exhausted_at,
  EXISTS (SELECT FROM pauses_of(failed.tenant, failed.stage, downstream.target_system)) AS paused
FROM event_tracker AS failed
JOIN request_tracker AS request ON request.pagw_id = failed.pagw_id
LEFT JOIN retry_claim AS claim ON claim.failure_id = failed.id
CROSS JOIN LATERAL (
  SELECT coalesce(failed.metadata ->> 'targetSystem', request.target_system) AS target_system
) AS downstream
WHERE failed.next_retry_at IS NOT NULL OR failed.retry_exhausted_at IS NOT NULL;
