import type { IncidentCause } from '../../domain/incident-cause.ts';
import type { IncidentLevel, NotificationKind } from '../../domain/incident-rules.ts';
import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';

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

const LIST = 'incidents';

/** Incidents, latest opened first; open ones only unless closed ones are asked for. @throws PagePositionError */
export async function listIncidents(
  database: Database,
  { tenant, closed = false }: IncidentFilter,
  limit: number,
  position?: string,
): Promise<Page<ListedIncident>> {
  const after = readPosition(LIST, position, 'number');
  return readPage(database, {
    list: LIST,
    limit,
    sql: `SELECT
       incident.id, incident.key, incident.tenant, incident.stage, incident.reason, incident.error_code,
       incident.target_system, incident.level, incident.count, incident.peak_count, incident.opened_at,
       incident.closed_at, incident.oldest_since, incident.snoozed_until, latest.kind AS last_kind,
       latest.sent_at AS last_sent_at, incident.opened_at::text AS page_at, incident.id AS page_id
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
       AND (:after_at::timestamptz IS NULL OR (incident.opened_at, incident.id) < (:after_at::timestamptz, :after_id::bigint))
     ORDER BY incident.opened_at DESC, incident.id DESC
     LIMIT :limit`,
    values: { tenant: tenant ?? null, closed, after_at: after?.at ?? null, after_id: after?.id ?? null },
  });
}
