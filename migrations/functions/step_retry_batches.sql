-- Carries the running batches on by one step each: brings up to a minute's worth of their failures forward, so that
-- they are claimed like any other. A failure that somebody holds locked is being sent or overtaken at this moment.
-- Called by retry: lib/data-access/retry.ts.
CREATE OR REPLACE FUNCTION step_retry_batches(at timestamptz, most int)
RETURNS TABLE (batch_id bigint, made_due int, state text)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  batch retry_batch;
  allowed int;
  made_due_ids bigint[];
BEGIN
  FOR batch IN SELECT * FROM retry_batch WHERE state = 'RUNNING' ORDER BY id FOR UPDATE SKIP LOCKED LOOP
    -- A step by a clock far ahead counts for none: the next would wait until its time has come.
    IF batch.stepped_at > greatest(at + interval '1 minute', statement_timestamp()) THEN
      batch.stepped_at := NULL;
    END IF;
    allowed := least(
      most,
      floor(batch.rate_per_minute * least(1, extract(epoch FROM at - coalesce(batch.stepped_at, at - interval '1 minute')) / 60))
    );
    CONTINUE WHEN allowed < 1;

    WITH picked AS MATERIALIZED (
      SELECT failed.id, failed.received_on, failed.pagw_id, failed.tenant, failed.stage, failed.sequence_no
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
    made_due AS (
      UPDATE event_tracker AS failed
      SET next_retry_at = least(failed.next_retry_at, at, statement_timestamp()), retry_exhausted_at = NULL
      FROM picked
      WHERE failed.id = picked.id AND failed.received_on = picked.received_on
    ),
    noted AS (
      INSERT INTO retry_batch_failure (batch_id, pagw_id, tenant, stage, sequence_no)
      SELECT batch.id, pagw_id, tenant, stage, sequence_no FROM picked
      ON CONFLICT DO NOTHING
    )
    SELECT array_agg(id ORDER BY id) INTO made_due_ids FROM picked;

    UPDATE retry_batch AS stepped
    SET done = done + coalesce(cardinality(made_due_ids), 0),
        after_id = coalesce(made_due_ids[cardinality(made_due_ids)], after_id),
        stepped_at = at,
        state = CASE WHEN coalesce(cardinality(made_due_ids), 0) < allowed THEN 'DONE' ELSE state END,
        finished_at = CASE WHEN coalesce(cardinality(made_due_ids), 0) < allowed THEN at END
    WHERE stepped.id = batch.id
    RETURNING id, coalesce(cardinality(made_due_ids), 0), state::text INTO batch_id, made_due, state;
    RETURN NEXT;
  END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION step_retry_batches(timestamptz, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION step_retry_batches(timestamptz, int) TO pagw_writer;
