-- By stage, the highest attempt that failed since the stage last passed: of what is here, and of what is in the archive
-- alone. Null when there is none.
-- Called by note_archived and, for requests of which anything is compacted or archived, by record_events.
CREATE OR REPLACE FUNCTION open_failures(of_pagw_id text, of_received_on date) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  WITH outcome AS (
    SELECT stage, status, attempt, sequence_no
    FROM event_tracker
    WHERE pagw_id = of_pagw_id
      AND received_on = of_received_on
      AND status IN ('FAILED', 'COMPLETED', 'SKIPPED')
    UNION ALL
    SELECT failed.stage, 'FAILED', failed.attempt::int, latest.last_sequence_no
    FROM (
      SELECT last_sequence_no, open_failures
      FROM archived_request
      WHERE pagw_id = of_pagw_id
      ORDER BY last_sequence_no DESC
      LIMIT 1
    ) AS latest
    CROSS JOIN LATERAL jsonb_each_text(latest.open_failures) AS failed (stage, attempt)
  ),
  in_passes AS (
    SELECT
      stage, status, attempt, sequence_no,
      max(sequence_no) FILTER (WHERE status IN ('COMPLETED', 'SKIPPED')) OVER (PARTITION BY stage) AS passed_no
    FROM outcome
  ),
  failed AS (
    SELECT stage, max(attempt) AS attempt
    FROM in_passes
    WHERE status = 'FAILED' AND sequence_no > coalesce(passed_no, 0)
    GROUP BY stage
  )
  SELECT jsonb_object_agg(stage, attempt) FROM failed
$$;
