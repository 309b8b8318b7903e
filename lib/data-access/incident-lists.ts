import type { IncidentCause } from '../domain/incident-rules.ts';
import type { IncidentLevel, NotificationKind } from '../domain/words.ts';
import type { Database } from './database.ts';
import { type Page, readBounded, readPage, readPosition } from './page.ts';
import type { ListedRequest } from './requests.ts';

export interface ListedIncident extends IncidentCause {
  id: number;
  key: string;
  level: IncidentLevel;
  count: number;
  awaited: number;
  peakCount: number;
  openedAt: Date;
  closedAt: Date | null;
  oldestSince: Date;
  snoozedUntil: Date | null;
  /** The latest notification: its kind, and when it went out; null while it waits to be sent. */
  lastKind: NotificationKind | null;
  lastSentAt: Date | null;
  notifiedAt: Date | null;
  /** The incident whose notifications cover this one; null: it has its own. */
  leadKey: string | null;
  trendCount: number;
  trendAt: Date;
}

export interface FoundIncident
  extends Omit<ListedIncident, 'lastKind' | 'lastSentAt' | 'notifiedAt' | 'trendCount' | 'trendAt'> {
  /** When the detector last counted a request of it. */
  seenAt: Date;
  snoozedBy: string | null;
}

export interface IncidentFilter {
  tenant?: string | undefined;
  /** Closed ones, too. */
  closed?: boolean | undefined;
}

/** The incident of this id; or the open one of this key, else the latest. Undefined when there is none. */
export async function findIncident(
  database: Database,
  { id = null, key = null }: { id?: number | null; key?: string | null },
): Promise<FoundIncident | undefined> {
  const { rows } = await database.execute<FoundIncident>(
    `SELECT
       incident.id, incident.key, incident.tenant, incident.stage, incident.reason, incident.error_code,
       incident.target_system, incident.level, incident.count, incident.awaited, incident.peak_count, incident.opened_at,
       incident.closed_at, incident.oldest_since, incident.seen_at, incident.snoozed_until, incident.snoozed_by,
       lead.key AS lead_key
     FROM incident
     LEFT JOIN incident AS lead ON lead.id = incident.lead_id
     WHERE incident.id = :id::bigint OR incident.key = :key::text
     ORDER BY incident.id DESC
     LIMIT 1`,
    { id, key },
  );
  return rows[0];
}

const LIST = 'incidents';

/** Open before closed, the worst level first, of these the largest; closed ones latest first. Digits, so that it is a text to go on from. */
const WORST_FIRST = `CASE
    WHEN incident.closed_at IS NULL
    THEN '1' || CASE incident.level WHEN 'breach' THEN '3' WHEN 'page' THEN '2' ELSE '1' END || lpad(incident.count::text, 10, '0')
    ELSE '000000000000'
  END || lpad(incident.id::text, 18, '0')`;

/** Incidents, worst first; open ones only unless closed ones are asked for. @throws PagePositionError */
export async function listIncidents(
  database: Database,
  { tenant, closed = false }: IncidentFilter,
  limit: number,
  position?: string,
): Promise<Page<ListedIncident>> {
  const after = readPosition(LIST, position, 'text');
  return readPage<ListedIncident>(database, {
    list: LIST,
    limit,
    sql: `SELECT
       incident.id, incident.key, incident.tenant, incident.stage, incident.reason, incident.error_code,
       incident.target_system, incident.level, incident.count, incident.awaited,
       incident.peak_count, incident.opened_at,
       incident.closed_at, incident.oldest_since, incident.snoozed_until, latest.kind AS last_kind,
       latest.sent_at AS last_sent_at, incident.trend_count, incident.trend_at,
       coalesce(lead.notified_at, incident.notified_at) AS notified_at, lead.key AS lead_key,
       incident.opened_at::text AS page_at, ${WORST_FIRST} AS page_id
     FROM incident
     LEFT JOIN incident AS lead ON lead.id = incident.lead_id
     LEFT JOIN LATERAL (
       SELECT notification.kind, notification.sent_at
       FROM incident_notification AS notification
       WHERE notification.incident_id = coalesce(incident.lead_id, incident.id) AND notification.superseded_at IS NULL
       ORDER BY notification.id DESC
       LIMIT 1
     ) AS latest ON true
     WHERE (:closed OR incident.closed_at IS NULL)
       AND (:tenant::text IS NULL OR incident.tenant = :tenant)
       AND (:after_id::text IS NULL OR ${WORST_FIRST} COLLATE "C" < :after_id)
     ORDER BY ${WORST_FIRST} COLLATE "C" DESC
     LIMIT :limit`,
    values: { tenant: tenant ?? null, closed, after_id: after?.id ?? null },
  });
}

/** Requests of open incidents that are not stuck at this moment, but wait for the outcome of a retry. */
export async function countAwaited(database: Database, tenant: string | null): Promise<number> {
  const { rows } = await database.execute<{ awaited: number }>(
    `SELECT coalesce(sum(awaited), 0)::bigint AS awaited
     FROM incident
     WHERE closed_at IS NULL AND (:tenant::text IS NULL OR tenant = :tenant)`,
    { tenant },
  );
  return rows[0]?.awaited ?? 0;
}

/** An incident of an outage: the same cause at another tenant. */
export type OutageMember = Pick<
  FoundIncident,
  'id' | 'key' | 'tenant' | 'level' | 'count' | 'awaited' | 'peakCount' | 'openedAt' | 'closedAt' | 'leadKey'
>;

/** The incidents that the same notifications cover as this one, largest first; none where it is alone. */
export async function listOutage(
  database: Database,
  incidentId: number,
  limit: number,
): Promise<OutageMember[]> {
  const { rows } = await readBounded<OutageMember>(
    database,
    `WITH covering AS (
       SELECT coalesce(lead_id, id) AS lead_id FROM incident WHERE id = :incident_id
     )
     SELECT
       member.id, member.key, member.tenant, member.level, member.count, member.awaited, member.peak_count,
       member.opened_at, member.closed_at, lead.key AS lead_key
     FROM covering
     JOIN incident AS member ON member.id = covering.lead_id OR member.lead_id = covering.lead_id
     LEFT JOIN incident AS lead ON lead.id = member.lead_id
     ORDER BY member.closed_at IS NOT NULL, member.count DESC, member.peak_count DESC, member.id
     LIMIT :limit`,
    { incident_id: incidentId, limit },
  );
  return rows.length > 1 ? rows : [];
}

/** The requests that are part of an open incident, longest stuck first. */
export async function listMembers(database: Database, key: string, limit: number): Promise<ListedRequest[]> {
  const { rows } = await readBounded<ListedRequest>(
    database,
    `SELECT
       pagw_id, tenant, request_type, priority, status::text AS status, coalesce(main_stage, last_stage) AS stage,
       main_event_type AS event_type, main_status::text AS event_status, main_attempt AS attempt,
       last_sequence_no AS events, failure_count AS failures, last_error_code AS error_code, stuck_reason,
       received_at, last_event_at, completed_at, created_at
     FROM request_tracker
     WHERE incident_key = :key
     ORDER BY stuck_since NULLS LAST, pagw_id
     LIMIT :limit`,
    { key, limit },
  );
  return rows;
}
