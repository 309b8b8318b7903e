-- What has become of something that was done by hand, in a few words; null where there is nothing more to say than that it
-- was done. Read with the rights of who asks. Called by listActs: lib/data-access/operate.ts.
CREATE OR REPLACE FUNCTION act_outcome(act operator_action) RETURNS text
LANGUAGE sql
STABLE
AS $$
  SELECT CASE act.action
    WHEN 'retry.pause' THEN
      CASE
        WHEN act.affected = 0 THEN 'was paused already'
        WHEN EXISTS (
          SELECT FROM retry_pause AS pause
          WHERE pause.paused_at = act.acted_at
            AND pause.tenant IS NOT DISTINCT FROM act.filter ->> 'tenant'
            AND pause.stage IS NOT DISTINCT FROM act.filter ->> 'stage'
            AND pause.target_system IS NOT DISTINCT FROM act.filter ->> 'downstream'
        ) THEN 'held back'
        ELSE 'resumed since'
      END
    WHEN 'retry.run' THEN (
      SELECT CASE
          WHEN request.completed_at IS NOT NULL THEN 'ended since'
          ELSE CASE later.status WHEN 'COMPLETED' THEN 'recovered' WHEN 'SKIPPED' THEN 'recovered' WHEN 'FAILED' THEN 'failed again'
            WHEN 'STARTED' THEN 'begun' WHEN 'RETRY_SCHEDULED' THEN 'sent, outcome awaited' ELSE 'waits to be sent' END
        END
      FROM request_tracker AS request
      LEFT JOIN LATERAL (
        SELECT event.status
        FROM event_tracker AS event
        WHERE event.pagw_id = request.pagw_id
          AND event.received_on = request.received_on
          AND event.created_at >= act.acted_at
          AND event.stage = coalesce(act.filter ->> 'stage', event.stage)
          AND event.event_type <> 'REQUEST_CLOSED'
        -- Its first outcome; before there is one, the latest event.
        ORDER BY
          event.status NOT IN ('COMPLETED', 'SKIPPED', 'FAILED'),
          CASE WHEN event.status IN ('COMPLETED', 'SKIPPED', 'FAILED') THEN event.sequence_no ELSE -event.sequence_no END
        LIMIT 1
      ) AS later ON true
      WHERE request.pagw_id = act.filter ->> 'pagwId'
    )
    WHEN 'request.resend' THEN (
      SELECT CASE resend.state
          WHEN 'WAITING' THEN 'waits to be sent'
          WHEN 'OVERTAKEN' THEN 'not sent: an event came first'
          ELSE CASE
            WHEN request.completed_at IS NOT NULL THEN 'ended since'
            WHEN request.main_status = 'RETRY_SCHEDULED' THEN 'sent, outcome awaited'
            ELSE 'sent, and taken up'
          END
        END
      FROM resend
      JOIN request_tracker AS request ON request.pagw_id = resend.pagw_id
      WHERE resend.pagw_id = act.filter ->> 'pagwId'
        AND resend.after_sequence_no = (act.filter ->> 'afterSequenceNo')::bigint
    )
    WHEN 'retry.batch' THEN (
      SELECT concat_ws(
        ', ',
        CASE batch.state WHEN 'RUNNING' THEN 'running' WHEN 'DONE' THEN 'done' ELSE 'cancelled' END,
        nullif(counts.recovered, 0) || ' recovered',
        nullif(counts.failed, 0) || ' failed again',
        nullif(counts.awaited, 0) || ' awaited',
        CASE WHEN batch.done > 2000 THEN 'of the first 2,000' END
      )
      FROM retry_batch AS batch
      CROSS JOIN LATERAL (
        SELECT
          count(*) FILTER (WHERE later.status IN ('COMPLETED', 'SKIPPED')) AS recovered,
          count(*) FILTER (WHERE later.status = 'FAILED') AS failed,
          count(*) FILTER (WHERE later.status IS NULL) AS awaited
        FROM (SELECT * FROM retry_batch_failure WHERE batch_id = batch.id LIMIT 2000) AS failure
        JOIN request_tracker AS request ON request.pagw_id = failure.pagw_id
        LEFT JOIN LATERAL (
          SELECT event.status
          FROM event_tracker AS event
          WHERE event.pagw_id = failure.pagw_id
            AND event.received_on = request.received_on
            AND event.stage = failure.stage
            AND event.sequence_no > failure.sequence_no
            AND event.status IN ('COMPLETED', 'SKIPPED', 'FAILED')
          ORDER BY event.sequence_no
          LIMIT 1
        ) AS later ON true
      ) AS counts
      WHERE batch.id = (act.filter ->> 'batch')::bigint
    )
  END
$$;

REVOKE EXECUTE ON FUNCTION act_outcome(operator_action) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION act_outcome(operator_action) TO pagw_reader, pagw_writer, pagw_maintainer;
