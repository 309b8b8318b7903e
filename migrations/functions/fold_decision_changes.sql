-- Moves at most `most` changes into the tally, in one transaction: answers how many. One at a time, as MERGE does not
-- wait for a row that somebody else inserts; whoever comes second has nothing to do. Changes are taken in no order, so a
-- row may stand below zero until the rest follows.
-- Called by maintain: lib/data-access/decisions.ts.
CREATE OR REPLACE FUNCTION fold_decision_changes(most int) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  folded bigint;
BEGIN
  PERFORM FROM exclusive_task WHERE name = 'fold decisions' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  WITH taken AS (
    DELETE FROM decision_change
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM decision_change LIMIT most))
    RETURNING *
  ),
  summed AS (
    SELECT
      period, date_trunc(period, month, 'UTC') AS starts_at, tenant, priority, up_to_seconds,
      sum(decided) AS decided, sum(approved) AS approved, sum(denied) AS denied, sum(seconds) AS seconds
    FROM taken
    CROSS JOIN (VALUES ('month'), ('year')) AS of_each (period)
    GROUP BY period, starts_at, tenant, priority, up_to_seconds
  ),
  merged AS (
    MERGE INTO decision_tally AS tally
    USING summed AS change
    ON tally.period = change.period
      AND tally.starts_at = change.starts_at
      AND tally.tenant = change.tenant
      AND tally.priority = change.priority
      AND tally.up_to_seconds = change.up_to_seconds
    WHEN MATCHED AND (tally.decided, tally.approved, tally.denied, tally.seconds)
      = (-change.decided, -change.approved, -change.denied, -change.seconds) THEN DELETE
    WHEN MATCHED THEN UPDATE SET
      decided = tally.decided + change.decided,
      approved = tally.approved + change.approved,
      denied = tally.denied + change.denied,
      seconds = tally.seconds + change.seconds
    WHEN NOT MATCHED AND (change.decided, change.approved, change.denied, change.seconds) <> (0, 0, 0, 0) THEN
      INSERT VALUES (
        change.period, change.starts_at, change.tenant, change.priority, change.up_to_seconds,
        change.decided, change.approved, change.denied, change.seconds
      )
  )
  SELECT count(*) INTO folded FROM taken;
  RETURN folded;
END
$$;

REVOKE EXECUTE ON FUNCTION fold_decision_changes(int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION fold_decision_changes(int) TO pagw_maintainer;
