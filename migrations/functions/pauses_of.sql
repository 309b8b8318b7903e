-- The pauses that hold back a tenant's retries of a stage at a downstream; without a downstream, those of any. Answers rows, as
-- a query that asks within EXISTS takes this one in, where a function of a boolean would be called for each row.
-- Called by claim_due_retries, claim_resends, take_watched_requests, waiting_failure and lib/data-access/due-retries.ts.
CREATE OR REPLACE FUNCTION pauses_of(of_tenant text, of_stage text, of_target_system text) RETURNS SETOF retry_pause
LANGUAGE sql
STABLE
AS $$
  SELECT pause.*
  FROM retry_pause AS pause
  WHERE (pause.tenant IS NULL OR pause.tenant = of_tenant)
    AND (pause.stage IS NULL OR pause.stage = of_stage)
    AND (pause.target_system IS NULL OR pause.target_system = of_target_system)
$$;

REVOKE EXECUTE ON FUNCTION pauses_of(text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION pauses_of(text, text, text) TO pagw_reader, pagw_writer, pagw_maintainer;
