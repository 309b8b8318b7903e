import type { IncidentCause } from '../../domain/incident-cause.ts';
import type { IncidentLevel, NotificationKind } from '../../domain/incident-rules.ts';
import type { Database } from '../database.ts';

export interface ListedIncident extends IncidentCause {
  id: number;
  key: string;
  level: IncidentLevel;
  count: number;
  peakCount: number;
  openedAt: Date;
  closedAt: Date | null;
  oldestSince: Date;
  snoozedUntil: Date | null;
  /** The latest notification: what it told, and when it went out; null while it waits to be sent. */
  lastKind: NotificationKind | null;
  lastSentAt: Date | null;
}

export interface IncidentFilter {
  tenant?: string | undefined;
  /** Closed ones, too. */
  closed?: boolean | undefined;
}

/** Incidents, latest opened first; open ones only unless closed ones are asked for. */
export async function listIncidents(
  database: Database,
  { tenant, closed = false }: IncidentFilter,
  limit: number,
): Promise<ListedIncident[]> {
  const { rows } = await database.execute<ListedIncident>(
    `SELECT
       incident.id, incident.key, incident.tenant, incident.stage, incident.reason, incident.error_code,
       incident.target_system, incident.level, incident.count, incident.peak_count, incident.opened_at,
       incident.closed_at, incident.oldest_since, incident.snoozed_until, latest.kind AS last_kind,
       latest.sent_at AS last_sent_at
     FROM incident
     LEFT JOIN LATERAL (
       SELECT notification.kind, notification.sent_at
       FROM incident_notification AS notification
       WHERE notification.incident_id = incident.id AND notification.superseded_at IS NULL
       ORDER BY notification.id DESC
       LIMIT 1
     ) AS latest ON true
     WHERE (:closed OR incident.closed_at IS NULL)
       AND (:tenant::text IS NULL OR incident.tenant = :tenant)
     ORDER BY incident.opened_at DESC, incident.id DESC
     LIMIT :limit`,
    { tenant: tenant ?? null, closed, limit },
  );
  return rows;
}
