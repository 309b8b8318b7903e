/** The review's own "Requests Stuck in a Stage", word for word; `anthem` and `now()` are its. */
export const reviewStuckQuery = `WITH latest_events AS (
  SELECT DISTINCT ON (pagw_id)
    pagw_id,
    stage,
    event_type,
    status,
    created_at
  FROM event_tracker
  WHERE tenant = 'anthem'
  ORDER BY pagw_id, sequence_no DESC
)
SELECT 
  pagw_id,
  stage,
  event_type,
  status,
  created_at,
  NOW() - created_at as time_stuck
FROM latest_events
WHERE status IN ('STARTED', 'FAILED')
  AND created_at < NOW() - INTERVAL '15 minutes'
ORDER BY created_at;`;
