import type { IncidentLevel, NotificationKind } from '../domain/words.ts';
import type { Database } from './database.ts';
import { readBounded } from './page.ts';

export interface ClaimedNotification {
  id: number;
  incidentId: number;
  key: string;
  tenant: string;
  tenants: string[];
  stage: string;
  reason: string;
  kind: NotificationKind;
  level: IncidentLevel;
  subject: string;
  body: string;
}

/** How long a claim lasts: longer than a page takes to send even where each call runs into its time-out. */
export const NOTIFICATION_LEASE_SECONDS = 240;

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
       claimed.id, claimed.incident_id, incident.key, incident.tenant, coalesce(outage.notified_tenants, '{}') AS tenants,
       incident.stage, incident.reason, claimed.kind, claimed.level, claimed.subject, claimed.body
     FROM claimed
     JOIN incident ON incident.id = claimed.incident_id
     LEFT JOIN outage ON outage.incident_id = incident.id
     ORDER BY claimed.place, claimed.id`,
    { now, limit, lease_seconds: leaseSeconds },
  );
  return rows;
}

/** Marks a claimed notification as sent, or, when it could not be sent, gives it free for the next run. */
export async function settleNotification(
  database: Database,
  id: number,
  sent: boolean,
  now: Date,
): Promise<void> {
  await database.execute(
    `UPDATE incident_notification
     SET sent_at = CASE WHEN :sent THEN :now::timestamptz END,
         claimed_until = NULL
     WHERE id = :id AND sent_at IS NULL`,
    { id, sent, now },
  );
}

/** A notification of an incident, as it was written. */
export interface IncidentNotification {
  id: number;
  kind: NotificationKind;
  level: IncidentLevel;
  subject: string;
  body: string;
  writtenAt: Date;
  sentAt: Date | null;
  /** Never sent, because a later one was written first. */
  supersededAt: Date | null;
}

/** The notifications of an incident, alone or with its outage, latest first. */
export async function listNotifications(
  database: Database,
  incidentId: number,
  limit: number,
): Promise<IncidentNotification[]> {
  const { rows } = await readBounded<IncidentNotification>(
    database,
    `SELECT id, kind, level, subject, body, written_at, sent_at, superseded_at
     FROM incident_notification
     WHERE incident_id = (SELECT coalesce(lead_id, id) FROM incident WHERE id = :incident_id)
     ORDER BY id DESC
     LIMIT :limit`,
    { incident_id: incidentId, limit },
  );
  return rows;
}

export interface SentNotification {
  id: number;
  body: string;
  sentAt: Date;
}

/** The notifications sent after `afterId`, in the order they were written. */
export async function listSentNotifications(
  database: Database,
  afterId: number,
  limit: number,
): Promise<SentNotification[]> {
  const { rows } = await readBounded<SentNotification>(
    database,
    `SELECT id, body, sent_at
     FROM incident_notification
     WHERE id > :after_id AND sent_at IS NOT NULL
     ORDER BY id
     LIMIT :limit`,
    { after_id: afterId, limit },
  );
  return rows;
}
