import type { IncidentLevel, NotificationKind } from '../../domain/incident-rules.ts';
import type { Database } from '../database.ts';

export interface ClaimedNotification {
  id: number;
  incidentId: number;
  key: string;
  tenant: string;
  stage: string;
  reason: string;
  kind: NotificationKind;
  level: IncidentLevel;
  subject: string;
  body: string;
}

/**
 * Takes unsent notifications, oldest first, for `leaseSeconds`: nobody else sends them meanwhile, and a run that dies
 * leaves them to a later one.
 */
export async function claimNotifications(
  database: Database,
  limit: number,
  leaseSeconds: number,
  now: Date,
): Promise<ClaimedNotification[]> {
  const { rows } = await database.execute<ClaimedNotification>(
    `WITH unsent AS MATERIALIZED (
       SELECT id
       FROM incident_notification
       WHERE sent_at IS NULL
         AND superseded_at IS NULL
         AND (claimed_until IS NULL OR claimed_until <= :now::timestamptz)
       ORDER BY id
       LIMIT :limit
       FOR UPDATE SKIP LOCKED
     ),
     claimed AS (
       UPDATE incident_notification AS notification
       SET claimed_until = :now::timestamptz + :lease_seconds * interval '1 second'
       FROM unsent
       WHERE notification.id = unsent.id
       RETURNING notification.*
     )
     SELECT
       claimed.id, claimed.incident_id, incident.key, incident.tenant, incident.stage, incident.reason, claimed.kind,
       claimed.level, claimed.subject, claimed.body
     FROM claimed
     JOIN incident ON incident.id = claimed.incident_id
     ORDER BY claimed.id`,
    { now, limit, lease_seconds: leaseSeconds },
  );
  return rows;
}
