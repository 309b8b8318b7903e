import type { IncidentCause } from '../../domain/incident-cause.ts';
import type { IncidentLevel, NotificationKind } from '../../domain/incident-rules.ts';
import type { NotificationText } from '../../domain/incident-text.ts';
import type { Database } from '../database.ts';

/** An incident as a run leaves it. */
export interface IncidentChange extends IncidentCause {
  key: string;
  /** The version it was read at; null for one that the run opens. */
  version: number | null;
  closed: boolean;
  seenAt: Date;
  level: IncidentLevel;
  count: number;
  oldestSince: Date;
  trendCount: number;
  trendAt: Date;
  remindersTold: number;
  telling: (NotificationText & { kind: NotificationKind }) | null;
}

/**
 * Saves what a run found, and in the same statement writes down what there is to tell: of two runs at once, one's
 * change of an incident goes through, and only its notification is written.
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
         target_system text, seen_at timestamptz, level text, count int, oldest_since timestamptz, trend_count int,
         trend_at timestamptz, reminders_told int, kind text, subject text, body text
       )
     ),
     opened AS (
       INSERT INTO incident (
         key, tenant, stage, reason, error_code, target_system, opened_at, seen_at, level, count, peak_count,
         oldest_since, trend_count, trend_at, told_at, told_count, told_level
       )
       SELECT
         key, tenant, stage, reason, error_code, target_system, :now::timestamptz, seen_at, level, count, count,
         oldest_since, trend_count, trend_at, :now::timestamptz, count, level
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
           peak_count = greatest(incident.peak_count, change.count),
           oldest_since = change.oldest_since,
           trend_count = change.trend_count,
           trend_at = change.trend_at,
           reminders_told = change.reminders_told,
           told_at = CASE WHEN change.kind IS NULL THEN incident.told_at ELSE :now::timestamptz END,
           told_count = CASE WHEN change.kind IS NULL THEN incident.told_count ELSE change.count END,
           told_level = CASE WHEN change.kind IS NULL THEN incident.told_level ELSE change.level END
       FROM change
       WHERE incident.key = change.key AND incident.closed_at IS NULL AND incident.version = change.version
       RETURNING incident.id, incident.key
     ),
     saved AS (
       SELECT id, key FROM opened
       UNION ALL
       SELECT id, key FROM moved
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
       INSERT INTO incident_notification (incident_id, kind, level, subject, body, written_at)
       SELECT saved.id, change.kind, change.level, change.subject, change.body, :now::timestamptz
       FROM saved
       JOIN change ON change.key = saved.key
       WHERE change.kind IS NOT NULL
       ORDER BY saved.id
       RETURNING id
     )
     SELECT count(*) AS written FROM written`,
    { changes: JSON.stringify(changes.map(toRecord)), now },
  );
  return rows[0]?.written ?? 0;
}

function toRecord({ telling, ...change }: IncidentChange) {
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
    oldest_since: change.oldestSince,
    trend_count: change.trendCount,
    trend_at: change.trendAt,
    reminders_told: change.remindersTold,
    ...telling,
  };
}
