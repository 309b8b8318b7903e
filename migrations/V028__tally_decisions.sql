-- How many requests were decided, by how long it took, by UTC month and by year: what CMS-0057-F has a payer publish is
-- read from here instead of from every request of the year. A bucket is named by its upper bound, and each whole hour is
-- the bound of one, so how many were decided within a time that comes to whole hours is exact. So is the sum of `seconds`.
CREATE TABLE decision_tally (
  period        VARCHAR(8) NOT NULL CHECK (period IN ('month', 'year')),
  starts_at     TIMESTAMPTZ NOT NULL CHECK (starts_at = date_trunc(period, starts_at, 'UTC')),
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  priority      VARCHAR(16) NOT NULL,
  up_to_seconds BIGINT NOT NULL,
  decided       BIGINT NOT NULL,
  approved      BIGINT NOT NULL,
  denied        BIGINT NOT NULL,
  seconds       NUMERIC NOT NULL,
  PRIMARY KEY (period, starts_at, tenant, priority, up_to_seconds)
);

-- What the tally does not hold yet: the truth is both together. Changes are appended here because a row of the tally is
-- shared by many requests: batches that changed it themselves would wait for one another, and deadlock.
CREATE TABLE decision_change (
  month         TIMESTAMPTZ NOT NULL,
  tenant        VARCHAR(64) COLLATE "C" NOT NULL,
  priority      VARCHAR(16) NOT NULL,
  up_to_seconds BIGINT NOT NULL,
  decided       BIGINT NOT NULL,
  approved      BIGINT NOT NULL,
  denied        BIGINT NOT NULL,
  seconds       NUMERIC NOT NULL
);

-- How a request counts: one row when it is decided, none otherwise; `times` is -1 to take it back.
CREATE FUNCTION decision_counts(request request_tracker, times int) RETURNS SETOF decision_change
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
    CASE WHEN request.status = 'APPROVED' THEN times ELSE 0 END,
    CASE WHEN request.status = 'DENIED' THEN times ELSE 0 END,
    times * taken
  FROM (SELECT extract(epoch FROM request.decided_at - request.received_at) AS taken) AS time
  WHERE request.decided_at IS NOT NULL
$$;

-- OLD is null when a request is new, NEW when it is deleted: then that one counts nothing.
CREATE FUNCTION note_decision_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO decision_change
  SELECT * FROM decision_counts(OLD, -1)
  UNION ALL
  SELECT * FROM decision_counts(NEW, 1);
  RETURN NULL;
END
$$;

CREATE TRIGGER note_new_decision
  AFTER INSERT ON request_tracker
  FOR EACH ROW
  WHEN (NEW.decided_at IS NOT NULL)
  EXECUTE FUNCTION note_decision_change();

-- False for all but one of a request's updates, or two.
CREATE TRIGGER note_changed_decision
  AFTER UPDATE ON request_tracker
  FOR EACH ROW
  WHEN (
    (OLD.decided_at IS NOT NULL OR NEW.decided_at IS NOT NULL)
    AND (OLD.decided_at, OLD.received_at, OLD.status, OLD.priority, OLD.tenant)
      IS DISTINCT FROM (NEW.decided_at, NEW.received_at, NEW.status, NEW.priority, NEW.tenant)
  )
  EXECUTE FUNCTION note_decision_change();

CREATE TRIGGER note_deleted_decision
  AFTER DELETE ON request_tracker
  FOR EACH ROW
  WHEN (OLD.decided_at IS NOT NULL)
  EXECUTE FUNCTION note_decision_change();

CREATE FUNCTION clear_decision_tally() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  TRUNCATE decision_tally, decision_change;
  RETURN NULL;
END
$$;

CREATE TRIGGER clear_decision_tally
  AFTER TRUNCATE ON request_tracker
  FOR EACH STATEMENT
  EXECUTE FUNCTION clear_decision_tally();

-- Making the triggers has locked out every writer until the migration commits: what is counted here is what was decided
-- before, and only that.
INSERT INTO decision_tally
SELECT
  period, date_trunc(period, month, 'UTC') AS starts_at, counts.tenant, counts.priority, up_to_seconds,
  sum(decided), sum(approved), sum(denied), sum(seconds)
FROM request_tracker AS request
CROSS JOIN LATERAL decision_counts(request, 1) AS counts
CROSS JOIN (VALUES ('month'), ('year')) AS of_each (period)
WHERE request.decided_at IS NOT NULL
GROUP BY period, starts_at, counts.tenant, counts.priority, up_to_seconds;

-- Moves at most `most` changes into the tally, in one transaction: answers how many. One at a time, as MERGE does not
-- wait for a row that somebody else inserts; whoever comes second has nothing to do. Changes are taken in no order, so a
-- row may stand below zero until the rest follows.
CREATE FUNCTION fold_decision_changes(most int) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  folded bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('fold_decision_changes')) THEN
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

-- The tally is the owner's to write, who runs maintain; the writer appends changes and alters none.
REVOKE INSERT, UPDATE ON decision_tally FROM pagw_writer;

REVOKE UPDATE ON decision_change FROM pagw_writer;

REVOKE EXECUTE ON FUNCTION fold_decision_changes(int) FROM PUBLIC;

COMMENT ON TABLE decision_tally IS 'Decided requests counted by UTC month and year of the decision and by the time it took, without what stands in decision_change';
COMMENT ON COLUMN decision_tally.up_to_seconds IS 'Upper bound of the time from receipt to decision, itself included: whole seconds up to a minute, minutes up to 10 hours, ten minutes up to 100 hours, hours beyond; 0 is no time, or less';
COMMENT ON COLUMN decision_tally.seconds IS 'Sum of the times from receipt to decision';
COMMENT ON TABLE decision_change IS 'Changes of decided requests that maintain has yet to add to decision_tally: what came, and (negative) what no longer holds';
