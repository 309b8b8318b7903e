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
 * Takes unsent notifications, the oldest of each tenant before any tenant's second, for `leaseSeconds`: nobody else sends them meanwhile, and a run that dies
 * leaves them to a later one.
 */
export async function claimNotifications(
  database: Database,
  limit: number,
  leaseSeconds: number,
  now: Date,
): Promise<ClaimedNotification[]> {
  const { rows } = await database.execute<ClaimedNotification>(
    `WITH turn AS MATERIALIZED (
       SELECT notification.id, row_number() OVER (PARTITION BY incident.tenant ORDER BY notification.id) AS place
       FROM incident_notification AS notification
       JOIN incident ON incident.id = notification.incident_id
       WHERE sent_at IS NULL
         AND superseded_at IS NULL
         AND (claimed_until IS NULL OR claimed_until <= :now::timestamptz)
     ),
     unsent AS MATERIALIZED (
       SELECT notification.id, turn.place
       FROM turn
       JOIN incident_notification AS notification ON notification.id = turn.id
       -- Once more: what another run has taken meanwhile is its own.
       WHERE sent_at IS NULL
         AND superseded_at IS NULL
         AND (claimed_until IS NULL OR claimed_until <= :now::timestamptz)
       ORDER BY turn.place, notification.id
       LIMIT :limit
       FOR UPDATE OF notification SKIP LOCKED
     ),
     claimed AS (
       UPDATE incident_notification AS notification
       SET claimed_until = :now::timestamptz + :lease_seconds * interval '1 second'
       FROM unsent
       WHERE notification.id = unsent.id
       RETURNING notification.*, unsent.place
     )
     SELECT
       claimed.id, claimed.incident_id, incident.key, incident.tenant, incident.stage, incident.reason, claimed.kind,
       claimed.level, claimed.subject, claimed.body
     FROM claimed
     JOIN incident ON incident.id = claimed.incident_id
     ORDER BY claimed.place, claimed.id`,
    { now, limit, lease_seconds: leaseSeconds },
  );
  return rows;
}
