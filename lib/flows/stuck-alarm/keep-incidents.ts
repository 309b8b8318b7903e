import type { Database } from '../../data-access/database.ts';
import {
  type IncidentChange,
  type KeptIncident,
  listOpenIncidents,
  saveIncidents,
} from '../../data-access/incidents.ts';
import { inParts } from '../../data-access/page.ts';
import type { IncidentGroup } from '../../data-access/stuck-requests.ts';
import { incidentKey } from '../../domain/incident-cause.ts';
import {
  incidentLevel,
  isOver,
  nextTrend,
  remindersDue,
  tellingOf,
  tellsEnd,
} from '../../domain/incident-rules.ts';
import { type IncidentReport, incidentText, type Leads } from '../../domain/incident-text.ts';
import { coveringPause, type RetryPause } from '../../domain/retry-pause.ts';
import type { NotificationKind } from '../../domain/words.ts';

export interface IncidentCounts {
  open: number;
  /** Notifications written, to be sent. */
  notified: number;
}

export interface TellingOptions extends Leads {
  /** What operators hold back. */
  pauses?: readonly RetryPause[];
}

type Tell = (kind: NotificationKind, report: Omit<IncidentReport, 'kind'>) => IncidentChange['telling'];

/** Brings the incidents up to what a run found, and writes down what there is to tell. */
export async function keepIncidents(
  database: Database,
  groups: readonly IncidentGroup[],
  now: Date,
  { pauses = [], ...leads }: TellingOptions = {},
): Promise<IncidentCounts> {
  const tell: Tell = (kind, report) => {
    const pause = kind === 'closed' ? undefined : coveringPause(pauses, report);
    return { kind, ...incidentText({ ...report, kind, ...(pause && { pause }) }, now, leads) };
  };
  const seen = byKey(groups);
  const stageCounts = countByStage(groups);
  const stageCount = ({ tenant, stage }: IncidentGroup) => stageCounts.get(`${tenant}\n${stage}`) ?? 0;
  const known = await listOpenIncidents(database);
  const knownKeys = new Set(known.map(({ key }) => key));
  const changes: IncidentChange[] = [];
  for (const [key, group] of seen)
    if (!knownKeys.has(key) && group.awaited < group.count)
      changes.push(opening(key, group, stageCount(group), now, tell));
  for (const incident of known) {
    const group = seen.get(incident.key);
    if (group !== undefined) changes.push(continuing(incident, group, stageCount(group), now, tell));
    else if (isOver(incident, now)) changes.push(closing(incident, now, tell));
  }
  let notified = 0;
  for (const part of inParts(changes)) notified += await saveIncidents(database, part, now);
  return { open: seen.size, notified };
}

/** Groups whose causes have one fingerprint are one incident. */
function byKey(groups: readonly IncidentGroup[]): Map<string, IncidentGroup> {
  const merged = new Map<string, IncidentGroup>();
  for (const group of groups) {
    const key = group.key ?? incidentKey(group);
    const other = merged.get(key);
    merged.set(key, other === undefined ? group : merge(other, group));
  }
  return merged;
}

function merge(left: IncidentGroup, right: IncidentGroup): IncidentGroup {
  return {
    ...left,
    // Only deadlines at risk and overdue have one key for two reasons.
    reason: left.reason === 'deadline-breached' ? left.reason : right.reason,
    count: left.count + right.count,
    awaited: left.awaited + right.awaited,
    oldestSince: earlier(left.oldestSince, right.oldestSince),
    maxAttempt: Math.max(left.maxAttempt ?? 0, right.maxAttempt ?? 0) || null,
    atRisk: left.atRisk + right.atRisk,
    urgent: left.urgent + right.urgent,
    breached: left.breached + right.breached,
    riskAt:
      left.riskAt === null || (right.riskAt !== null && right.riskAt > left.riskAt)
        ? right.riskAt
        : left.riskAt,
    nextDueAt:
      left.nextDueAt === null || right.nextDueAt === null
        ? (left.nextDueAt ?? right.nextDueAt)
        : earlier(left.nextDueAt, right.nextDueAt),
    sampleIds: left.sampleIds,
  };
}

/** By tenant and stage, whatever the cause. */
function countByStage(groups: readonly IncidentGroup[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tenant, stage, count, awaited } of groups) {
    const key = `${tenant}\n${stage}`;
    counts.set(key, (counts.get(key) ?? 0) + count - awaited);
  }
  return counts;
}

function opening(
  key: string,
  group: IncidentGroup,
  stageCount: number,
  now: Date,
  tell: Tell,
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
    awaited: group.awaited,
    oldestSince: group.oldestSince,
    ...trend,
    remindersSent: 0,
    telling: tell('opened', report),
  };
}

function continuing(
  incident: KeptIncident,
  group: IncidentGroup,
  stageCount: number,
  now: Date,
  tell: Tell,
): IncidentChange {
  const level = incidentLevel(group);
  const kind = tellingOf(incident, group, now);
  const peakCount = Math.max(incident.peakCount, group.count);
  // What is awaited has no reason of its own: the incident keeps the one it was notified for.
  const isAwaited = group.awaited === group.count;
  const cause = { ...causeOf(incident), reason: isAwaited ? incident.reason : group.reason };
  const oldestSince = isAwaited ? incident.oldestSince : group.oldestSince;
  const report = { ...reportOf(group, now), ...incident, ...cause, level, stageCount, peakCount };
  return {
    ...cause,
    key: incident.key,
    version: incident.version,
    closed: false,
    seenAt: now,
    level,
    count: group.count,
    awaited: group.awaited,
    oldestSince,
    ...nextTrend(incident, group.count, now),
    // Whatever is notified reminds; and what came due in silence is not made up for.
    remindersSent: kind === null ? incident.remindersSent : remindersDue(incident.openedAt, now),
    telling: kind && tell(kind, { ...report, count: group.count, awaited: group.awaited, oldestSince }),
  };
}

function closing(incident: KeptIncident, now: Date, tell: Tell): IncidentChange {
  const nothing = { maxAttempt: null, atRisk: 0, breached: 0, nextDueAt: null };
  const report = { ...incident, ...nothing, count: 0, awaited: 0, stageCount: 0 };
  return {
    ...causeOf(incident),
    key: incident.key,
    version: incident.version,
    closed: true,
    seenAt: incident.seenAt,
    level: incident.level,
    count: 0,
    awaited: 0,
    oldestSince: incident.oldestSince,
    trendCount: incident.trendCount,
    trendAt: incident.trendAt,
    remindersSent: incident.remindersSent,
    telling: tellsEnd(incident, now) ? tell('closed', report) : null,
  };
}

function reportOf(group: IncidentGroup, now: Date) {
  return {
    ...group,
    atRisk: group.atRisk + group.urgent,
    nextDueAt: group.nextDueAt !== null && group.nextDueAt > now ? group.nextDueAt : null,
  };
}

function causeOf({ tenant, stage, reason, errorCode, targetSystem }: IncidentGroup | KeptIncident) {
  return { tenant, stage, reason, errorCode, targetSystem };
}

function earlier(left: Date, right: Date): Date {
  return left < right ? left : right;
}
