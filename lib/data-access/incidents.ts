import type { IncidentCause, OpenIncident } from '../domain/incident-rules.ts';
import type { NotificationText } from '../domain/incident-text.ts';
import type { IncidentLevel, NotificationKind } from '../domain/words.ts';
import type { Database } from './database.ts';
import { readBounded, readWhole } from './page.ts';

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
