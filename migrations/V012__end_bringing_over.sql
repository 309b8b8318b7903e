-- Failures that a later event of their stage, or the end of their request, has overtaken are not due any more.
UPDATE event_tracker AS failed
SET next_retry_at = NULL
FROM request_tracker AS request
WHERE failed.next_retry_at IS NOT NULL
  AND request.pagw_id = failed.pagw_id
  AND (
    request.completed_at IS NOT NULL
    OR EXISTS (
      SELECT FROM event_tracker AS later
      WHERE later.pagw_id = failed.pagw_id
        AND later.received_on = failed.received_on
        AND later.stage = failed.stage
        AND later.sequence_no > failed.sequence_no
    )
  );

-- Whatever fell silent long before there was a detector is nobody's alarm. Its next event puts it on the list.
UPDATE request_tracker
SET watch_at = NULL
WHERE coalesce(last_event_at, created_at) < now() - interval '30 days';

DROP TABLE event_tracker_unpartitioned;
