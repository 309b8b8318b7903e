import type { Database } from '../../data-access/database.ts';
import {
  type IncidentChange,
  type KeptIncident,
  listOpenIncidents,
  saveIncidents,
} from '../../data-access/incidents.ts';
import { inParts } from '../../data-access/page.ts';
import type { StuckGroup } from '../../data-access/stuck-requests.ts';
import { incidentKey } from '../../domain/incident-cause.ts';
import {
  incidentLevel,
  isOver,
  type NotificationKind,
  nextTrend,
  remindersDue,
  tellingOf,
  tellsEnd,
} from '../../domain/incident-rules.ts';
import { type IncidentReport, incidentText } from '../../domain/incident-text.ts';

export interface IncidentCounts {
  open: number;
  /** Notifications written, to be sent. */
  told: number;
}

/** Brings the incidents up to what a run found, and writes down what there is to tell. */
export async function keepIncidents(
  database: Database,
  groups: readonly StuckGroup[],
  now: Date,
  runbookUrl?: string,
): Promise<IncidentCounts> {
  const seen = byKey(groups);
  const stageCounts = countByStage(groups);
  const stageCount = ({ tenant, stage }: StuckGroup) => stageCounts.get(`${tenant}\n${stage}`) ?? 0;
  const known = await listOpenIncidents(database);
  const knownKeys = new Set(known.map(({ key }) => key));
  const changes: IncidentChange[] = [];
  for (const [key, group] of seen)
    if (!knownKeys.has(key)) changes.push(opening(key, group, stageCount(group), now, runbookUrl));
  for (const incident of known) {
    const group = seen.get(incident.key);
    if (group !== undefined) changes.push(continuing(incident, group, stageCount(group), now, runbookUrl));
    else if (isOver(incident, now)) changes.push(closing(incident, now, runbookUrl));
  }
  let told = 0;
  for (const part of inParts(changes)) told += await saveIncidents(database, part, now);
  return { open: seen.size, told };
}

/** Groups whose causes have one fingerprint are one incident. */
function byKey(groups: readonly StuckGroup[]): Map<string, StuckGroup> {
  const merged = new Map<string, StuckGroup>();
  for (const group of groups) {
    const key = incidentKey(group);
    const other = merged.get(key);
    merged.set(key, other === undefined ? group : merge(other, group));
  }
  return merged;
}

function merge(left: StuckGroup, right: StuckGroup): StuckGroup {
  return {
    ...left,
    // Only deadlines at risk and overdue have one key for two reasons.
    reason: left.reason === 'deadline-breached' ? left.reason : right.reason,
    count: left.count + right.count,
    oldestSince: earlier(left.oldestSince, right.oldestSince),
    maxAttempt: Math.max(left.maxAttempt ?? 0, right.maxAttempt ?? 0) || null,
    atRisk: left.atRisk + right.atRisk,
    urgent: left.urgent + right.urgent,
    breached: left.breached + right.breached,
    nextDueAt:
      left.nextDueAt === null || right.nextDueAt === null
        ? (left.nextDueAt ?? right.nextDueAt)
        : earlier(left.nextDueAt, right.nextDueAt),
    sampleIds: left.sampleIds,
  };
}

/** By tenant and stage, whatever the cause. */
function countByStage(groups: readonly StuckGroup[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tenant, stage, count } of groups) {
    const key = `${tenant}\n${stage}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}

function opening(
  key: string,
  group: StuckGroup,
  stageCount: number,
  now: Date,
  runbookUrl: string | undefined,
): IncidentChange {
  const level = incidentLevel(group);
  const trend = { trendCount: group.count, trendAt: now };
  const peakCount = group.count;
  const report = { ...reportOf(group, now), ...trend, key, level, stageCount, peakCount, openedAt: now };
  return {
    ...causeOf(group),
    key,
    version: null,
    closed: false,
    seenAt: now,
    level,
    count: group.count,
    oldestSince: group.oldestSince,
    ...trend,
    remindersTold: 0,
    telling: telling(report, 'opened', now, runbookUrl),
  };
}

function continuing(
  incident: KeptIncident,
  group: StuckGroup,
  stageCount: number,
  now: Date,
  runbookUrl: string | undefined,
): IncidentChange {
  const level = incidentLevel(group);
  const kind = tellingOf(incident, group, now);
  const peakCount = Math.max(incident.peakCount, group.count);
  const cause = { ...causeOf(incident), reason: group.reason };
  const report = { ...reportOf(group, now), ...incident, ...cause, level, stageCount, peakCount };
  return {
    ...cause,
    key: incident.key,
    version: incident.version,
    closed: false,
    seenAt: now,
    level,
    count: group.count,
    oldestSince: group.oldestSince,
    ...nextTrend(incident, group.count, now),
    // Whatever is told reminds; and what came due in silence is not made up for.
    remindersTold: kind === null ? incident.remindersTold : remindersDue(incident.openedAt, now),
    telling:
      kind &&
      telling({ ...report, count: group.count, oldestSince: group.oldestSince }, kind, now, runbookUrl),
  };
}

function closing(incident: KeptIncident, now: Date, runbookUrl: string | undefined): IncidentChange {
  const nothing = { maxAttempt: null, atRisk: 0, breached: 0, nextDueAt: null };
  const report = { ...incident, ...nothing, count: 0, stageCount: 0 };
  return {
    ...causeOf(incident),
    key: incident.key,
    version: incident.version,
    closed: true,
    seenAt: incident.seenAt,
    level: incident.level,
    count: 0,
    oldestSince: incident.oldestSince,
    trendCount: incident.trendCount,
    trendAt: incident.trendAt,
    remindersTold: incident.remindersTold,
    telling: tellsEnd(incident, now) ? telling(report, 'closed', now, runbookUrl) : null,
  };
}

function telling(
  report: Omit<IncidentReport, 'kind'>,
  kind: NotificationKind,
  now: Date,
  runbookUrl: string | undefined,
): IncidentChange['telling'] {
  return { kind, ...incidentText({ ...report, kind }, now, runbookUrl) };
}

function reportOf(group: StuckGroup, now: Date) {
  return {
    ...group,
    atRisk: group.atRisk + group.urgent,
    nextDueAt: group.nextDueAt !== null && group.nextDueAt > now ? group.nextDueAt : null,
  };
}

function causeOf({ tenant, stage, reason, errorCode, targetSystem }: StuckGroup | KeptIncident) {
  return { tenant, stage, reason, errorCode, targetSystem };
}

function earlier(left: Date, right: Date): Date {
  return left < right ? left : right;
}
