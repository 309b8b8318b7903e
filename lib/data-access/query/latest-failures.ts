/**
 * The failures of a span, the latest `:max_failures`, of each_tenant: each tenant's come by the index of its failures.
 * Its values are those of a ReportSpan.
 */
export const LATEST_FAILURES = `SELECT failed.*
       FROM each_tenant
       CROSS JOIN LATERAL (
         SELECT id, pagw_id, stage, error_code, metadata ->> 'targetSystem' AS target_system, created_at
         FROM event_tracker
         WHERE event_tracker.tenant = each_tenant.tenant
           AND status = 'FAILED'
           AND created_at >= :since::timestamptz
           AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
         ORDER BY created_at DESC, id DESC
         LIMIT :max_failures
       ) AS failed
       ORDER BY created_at DESC, id DESC
       LIMIT :max_failures`;
