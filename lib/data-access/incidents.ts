import type { IncidentCause, OpenIncident } from '../domain/incident-rules.ts';
import type { NotificationText } from '../domain/incident-text.ts';
import type { IncidentLevel, NotificationKind } from '../domain/words.ts';
import type { Database } from './database.ts';
import { type Page, readBounded, readPage, readPosition, readWhole } from './page.ts';
import type { ListedRequest } from './requests.ts';

export interface KeptIncident extends OpenIncident, IncidentCause {
  id: number;
  key: string;
  /** The change it was read at: a later change goes through only if there was none in between. */
  version: number;
  count: number;
  /** Of `count`, those that are not stuck but wait for an outcome. */
  awaited: number;
  peakCount: number;
  oldestSince: Date;
  /** The open incident whose notifications cover this one: the same cause at another tenant. Null: it has its own. */
  leadKey: string | null;
  /** Of all that its notifications cover: most requests at once, and how many at trendAt. */
  outagePeak: number;
  outageTrend: number;
}

const PAGE_INCIDENTS = 1_000;

/** All open incidents, the oldest first. */
export function listOpenIncidents(database: Database): Promise<KeptIncident[]> {
  return readWhole<KeptIncident>(
    (last) =>
      readBounded<KeptIncident>(
        database,
        `SELECT
           incident.id, incident.key, incident.version, incident.tenant, incident.stage, incident.reason,
           incident.error_code, incident.target_system, incident.opened_at, incident.seen_at, incident.level, incident.count,
           incident.awaited, incident.peak_count, incident.oldest_since, incident.notified_at, incident.notified_level,
           incident.reminders_sent, incident.snoozed_until, incident.trend_count, incident.trend_at, lead.key AS lead_key,
           coalesce(outage.notified_count, 0) AS notified_count,
           coalesce(outage.notified_tenants, '{}') AS notified_tenants,
           coalesce(outage.peak_count, 0) AS outage_peak,
           coalesce(outage.trend_count, 0) AS outage_trend
         FROM incident
         LEFT JOIN incident AS lead ON lead.id = incident.lead_id AND lead.closed_at IS NULL
         LEFT JOIN outage ON outage.incident_id = incident.id
         WHERE incident.closed_at IS NULL AND incident.id > :after_id
         ORDER BY incident.id
         LIMIT :limit`,
        { after_id: last?.id ?? 0, limit: PAGE_INCIDENTS },
      ),
    PAGE_INCIDENTS,
  );
}

/** An incident as a run leaves it. */
export interface IncidentChange extends IncidentCause {
  key: string;
  /** The version it was read at; null for one that the run opens. */
  version: number | null;
  leadKey: string | null;
  closed: boolean;
  seenAt: Date;
  level: IncidentLevel;
  count: number;
  awaited: number;
  oldestSince: Date;
  trendCount: number;
  trendAt: Date;
  remindersSent: number;
  notifiedCount: number;
  notifiedTenants: readonly string[];
  outagePeak: number;
  outageTrend: number;
  notification: NewNotification | null;
}

/** A notification to write down, with how many tenants it covers. */
export interface NewNotification extends NotificationText {
  kind: NotificationKind;
  level: IncidentLevel;
  tenants: number;
}

/**
 * Saves what a run found, and in the same statement writes down its notifications: of two runs at once, one's
 * change of an incident goes through, and only its notification is written. Those that lead are saved before those they lead.
 * @returns how many notifications there are to send for it.
 */
export async function saveIncidents(
  database: Database,
  changes: readonly IncidentChange[],
  now: Date,
): Promise<number> {
  if (changes.length === 0) return 0;
  const { rows } = await database.execute<{ written: number }>(
    `WITH change AS MATERIALIZED (
       SELECT *
       FROM json_to_recordset(:changes::json) AS given (
         key text, version int, closed boolean, tenant text, stage text, reason text, error_code text,
         target_system text, seen_at timestamptz, level text, count int, awaited int, oldest_since timestamptz,
         trend_count int, trend_at timestamptz, reminders_sent int, notified_count int,
         notified_tenants text[], lead_key text, outage_peak int, outage_trend int, kind text, notification_level text,
         notification_tenants int, subject text, body text
       )
     ),
     opened AS (
       INSERT INTO incident (
         key, tenant, stage, reason, error_code, target_system, opened_at, seen_at, level, count, awaited,
         peak_count, oldest_since, trend_count, trend_at, notified_at, notified_level, lead_id
       )
       SELECT
         key, tenant, stage, reason, error_code, target_system, :now::timestamptz, seen_at, level, count, awaited,
         count, oldest_since, trend_count, trend_at, CASE WHEN kind IS NOT NULL THEN :now::timestamptz END,
         notification_level, (SELECT lead.id FROM incident AS lead WHERE lead.key = lead_key AND lead.closed_at IS NULL)
       FROM change
       WHERE version IS NULL
       ON CONFLICT (key) WHERE closed_at IS NULL DO NOTHING
       RETURNING id, key
     ),
     moved AS (
       UPDATE incident
       SET version = incident.version + 1,
           closed_at = CASE WHEN change.closed THEN :now::timestamptz END,
           reason = change.reason,
           seen_at = change.seen_at,
           level = change.level,
           count = change.count,
           awaited = change.awaited,
           peak_count = greatest(incident.peak_count, change.count),
           oldest_since = change.oldest_since,
           trend_count = change.trend_count,
           trend_at = change.trend_at,
           reminders_sent = change.reminders_sent,
           lead_id = CASE WHEN change.lead_key IS NOT NULL THEN incident.lead_id END,
           notified_at = CASE WHEN change.kind IS NULL THEN incident.notified_at ELSE :now::timestamptz END,
           notified_level = CASE WHEN change.kind IS NULL THEN incident.notified_level ELSE change.notification_level END
       FROM change
       WHERE incident.key = change.key AND incident.closed_at IS NULL AND incident.version = change.version
       RETURNING incident.id, incident.key
     ),
     saved AS (
       SELECT id, key FROM opened
       UNION ALL
       SELECT id, key FROM moved
     ),
     kept AS (
       INSERT INTO outage (incident_id, notified_tenants, notified_count, peak_count, trend_count)
       SELECT saved.id, change.notified_tenants, change.notified_count, change.outage_peak, change.outage_trend
       FROM saved
       JOIN change ON change.key = saved.key
       WHERE change.lead_key IS NULL
       ON CONFLICT (incident_id) DO UPDATE
       SET notified_tenants = excluded.notified_tenants,
           notified_count = excluded.notified_count,
           peak_count = excluded.peak_count,
           trend_count = excluded.trend_count
     ),
     superseded AS (
       UPDATE incident_notification AS earlier
       SET superseded_at = :now::timestamptz
       FROM saved
       JOIN change ON change.key = saved.key AND change.kind IS NOT NULL
       WHERE earlier.incident_id = saved.id
         AND earlier.sent_at IS NULL
         AND earlier.superseded_at IS NULL
         AND (earlier.claimed_until IS NULL OR earlier.claimed_until <= :now::timestamptz)
     ),
     written AS (
       INSERT INTO incident_notification (incident_id, kind, level, tenants, subject, body, written_at)
       SELECT saved.id, change.kind, change.notification_level, change.notification_tenants, change.subject, change.body, :now::timestamptz
       FROM saved
       JOIN change ON change.key = saved.key
       WHERE change.kind IS NOT NULL
       ORDER BY saved.id
       RETURNING id
     ),
     outgoing AS (
       INSERT INTO outgoing_event (kind, tenant, detail, written_at)
       SELECT
         'incident', change.tenant,
         jsonb_build_object(
           'incidentId', saved.id, 'key', change.key, 'tenant', change.tenant, 'tenants', change.notification_tenants,
           'stage', change.stage, 'reason', change.reason, 'errorCode', change.error_code, 'change', change.kind,
           'level', change.notification_level, 'requests', change.count
         ),
         :now::timestamptz
       FROM saved
       JOIN change ON change.key = saved.key
       WHERE (SELECT is_open FROM event_outlet) AND change.kind IS NOT NULL
     )
     SELECT count(*) AS written FROM written`,
    { changes: JSON.stringify(changes.map(toRecord)), now },
  );
  return rows[0]?.written ?? 0;
}

function toRecord({ notification, ...change }: IncidentChange) {
  return {
    key: change.key,
    version: change.version,
    closed: change.closed,
    tenant: change.tenant,
    stage: change.stage,
    reason: change.reason,
    error_code: change.errorCode,
    target_system: change.targetSystem,
    seen_at: change.seenAt,
    level: change.level,
    count: change.count,
    awaited: change.awaited,
    oldest_since: change.oldestSince,
    trend_count: change.trendCount,
    trend_at: change.trendAt,
    reminders_sent: change.remindersSent,
    notified_count: change.notifiedCount,
    notified_tenants: change.notifiedTenants,
    lead_key: change.leadKey,
    outage_peak: change.outagePeak,
    outage_trend: change.outageTrend,
    kind: notification?.kind,
    notification_level: notification?.level,
    notification_tenants: notification?.tenants,
    subject: notification?.subject,
    body: notification?.body,
  };
}

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
