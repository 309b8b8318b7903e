import type { Database } from '../../data-access/database.ts';
import {
  type IncidentChange,
  type KeptIncident,
  listOpenIncidents,
  saveIncidents,
} from '../../data-access/incidents.ts';
import { inParts } from '../../data-access/page.ts';
import type { IncidentGroup } from '../../data-access/stuck-requests.ts';
import {
  incidentLevel,
  isOver,
  isTrendOver,
  notificationDue,
  notifiesEnd,
  remindersDue,
  tenantsNamed,
} from '../../domain/incident-rules.ts';
import { type IncidentReport, incidentText, type Leads } from '../../domain/incident-text.ts';
import { coveringPause, type RetryPause } from '../../domain/retry-orders.ts';
import type { NotificationKind } from '../../domain/words.ts';
import { formOutages, type Member, type Outage, totalOf } from './form-outages.ts';

export interface IncidentCounts {
  open: number;
  /** Notifications written, to be sent. */
  notified: number;
}

export interface NotifyOptions extends Leads {
  /** What operators hold back. */
  pauses?: readonly RetryPause[];
}

/** Updates the incidents to what a run found, and writes down the notifications due: one for an outage, whatever its tenants. */
export async function keepIncidents(
  database: Database,
  groups: readonly IncidentGroup[],
  now: Date,
  options: NotifyOptions = {},
): Promise<IncidentCounts> {
  const outages = formOutages(groups, await listOpenIncidents(database), now);
  const stuckAt = countByStage(groups);
  const changes = outages.flatMap((outage) => changesOf(outage, now, stuckAt, options));
  let notified = 0;
  for (const leads of [true, false])
    for (const part of inParts(changes.filter(({ leadKey }) => (leadKey === null) === leads)))
      notified += await saveIncidents(database, part, now);
  const members = outages.flatMap(({ lead, followers }) => [lead, ...followers]);
  return { open: members.filter(({ group }) => group !== undefined).length, notified };
}

type StuckAt = ReadonlyMap<string, number>;

/** By tenant and stage, whatever the cause. */
function countByStage(groups: readonly IncidentGroup[]): StuckAt {
  const counts = new Map<string, number>();
  for (const { tenant, stage, count, awaited } of groups) {
    const key = `${tenant}\n${stage}`;
    counts.set(key, (counts.get(key) ?? 0) + count - awaited);
  }
  return counts;
}

function changesOf(outage: Outage, now: Date, stuckAt: StuckAt, options: NotifyOptions): IncidentChange[] {
  const { lead, followers } = outage;
  const total = totalOf(outage);
  const led = followers.flatMap((member) => followerChange(member, lead.key, now) ?? []);
  if (total === undefined) {
    const { incident } = lead;
    if (incident !== undefined && isOver(incident, now)) return [closing(incident, now, options), ...led];
    return [...quieted(incident), ...led];
  }
  return [leadChange(outage, total, now, stuckAt, options), ...led];
}

/** Those that another's notifications cover come and go in silence. */
function followerChange(
  { key, incident, group }: Member,
  leadKey: string,
  now: Date,
): IncidentChange | undefined {
  if (group !== undefined) return { ...standing(key, incident, group, now), leadKey };
  if (incident === undefined) return undefined;
  if (!isOver(incident, now)) return quieted(incident)[0];
  return { ...ended(incident), leadKey, notification: null };
}

/** None is left of it; it may come back within the minutes until it is over. */
function quieted(incident: KeptIncident | undefined): IncidentChange[] {
  return incident === undefined || incident.count === 0 ? [] : [{ ...ended(incident), closed: false }];
}

function leadChange(
  outage: Outage,
  total: IncidentGroup,
  now: Date,
  stuckAt: StuckAt,
  options: NotifyOptions,
): IncidentChange {
  const { key, incident, group } = outage.lead;
  const change =
    group !== undefined
      ? standing(key, incident, group, now)
      : // None of its own, but of those it covers: it stays open for them.
        { ...ended(incident as KeptIncident), closed: false, seenAt: now };
  const tenants = tenantCounts(outage);
  const names = tenants.map(({ tenant }) => tenant);
  const kind =
    incident === undefined ? 'opened' : notificationDue(incident, { ...total, tenants: names }, now);
  const trend = trendOf(incident, total.count, now);
  const outagePeak = Math.max(incident?.outagePeak ?? 0, total.count);
  const changed = { ...change, ...trend, outagePeak };
  if (kind === null) return changed;
  const isAwaited = total.awaited === total.count;
  const report = {
    ...reportOf(total, now),
    ...causeOf(change),
    key,
    tenants,
    reason: isAwaited ? change.reason : total.reason,
    oldestSince: isAwaited ? change.oldestSince : total.oldestSince,
    level: incidentLevel(total),
    stageCount: outageMembers(outage).reduce((sum, one) => sum + (stuckAt.get(stageKey(one)) ?? 0), 0),
    peakCount: outagePeak,
    openedAt: incident?.openedAt ?? now,
    trendCount: incident?.outageTrend ?? total.count,
    trendAt: incident?.trendAt ?? now,
  };
  return {
    ...changed,
    // Whatever is notified reminds; and what came due in silence is not made up for.
    remindersSent: remindersDue(report.openedAt, now),
    notifiedTenants: tenantsNamed(incident?.notifiedTenants ?? [], names),
    notifiedCount: total.count,
    notification: notificationOf(kind, report, now, options),
  };
}

/** What a run saw of one incident, as it is kept, without a notification. */
function standing(
  key: string,
  incident: KeptIncident | undefined,
  group: IncidentGroup,
  now: Date,
): IncidentChange {
  const { count, awaited } = group;
  // What is awaited has no reason of its own: the incident keeps the one it was notified for.
  const isAwaited = incident !== undefined && awaited === count;
  return {
    ...causeOf(incident ?? group),
    reason: isAwaited ? incident.reason : group.reason,
    oldestSince: isAwaited ? incident.oldestSince : group.oldestSince,
    key,
    version: incident?.version ?? null,
    leadKey: null,
    closed: false,
    seenAt: now,
    level: incidentLevel(group),
    count,
    awaited,
    trendCount: incident === undefined || isTrendOver(incident, now) ? count : incident.trendCount,
    trendAt: incident === undefined || isTrendOver(incident, now) ? now : incident.trendAt,
    ...keptOfOutage(incident),
    notification: null,
  };
}

function ended(incident: KeptIncident): IncidentChange {
  const { key, version, leadKey, seenAt, level, oldestSince, trendCount, trendAt } = incident;
  return {
    ...causeOf(incident),
    ...{ key, version, leadKey, seenAt, level, oldestSince, trendCount, trendAt },
    ...keptOfOutage(incident),
    closed: true,
    count: 0,
    awaited: 0,
    notification: null,
  };
}

function closing(incident: KeptIncident, now: Date, options: NotifyOptions): IncidentChange {
  if (!notifiesEnd(incident, now)) return { ...ended(incident), leadKey: null };
  const nothing = { maxAttempt: null, atRisk: 0, breached: 0, nextDueAt: null, stageCount: 0 };
  const tenants = incident.notifiedTenants.map((tenant) => ({ tenant, count: 0 }));
  const counts = { count: 0, awaited: 0, peakCount: Math.max(incident.peakCount, incident.outagePeak) };
  // By the level last notified: who asks for pages only hears of their end.
  const level = incident.notifiedLevel ?? incident.level;
  const report = { ...incident, ...nothing, ...counts, level, tenants, trendCount: 0 };
  return {
    ...ended(incident),
    leadKey: null,
    notification: notificationOf('closed', report, now, options),
  };
}

function notificationOf(
  kind: NotificationKind,
  report: Omit<IncidentReport, 'kind'>,
  now: Date,
  { pauses = [], ...leads }: NotifyOptions,
) {
  const pause = kind === 'closed' ? undefined : pauseOfAll(pauses, report);
  const text = incidentText({ ...report, kind, ...(pause && { pause }) }, now, leads);
  return { kind, level: report.level, tenants: Math.max(1, report.tenants.length), ...text };
}

/** The oldest pause that holds all tenants' back. */
function pauseOfAll(pauses: readonly RetryPause[], report: Omit<IncidentReport, 'kind'>) {
  return pauses.find((pause) =>
    report.tenants.every(({ tenant }) => coveringPause([pause], { ...report, tenant }) !== undefined),
  );
}

/** The tenants of what the run saw, most first. */
function tenantCounts(outage: Outage): { tenant: string; count: number }[] {
  return outageMembers(outage)
    .map(({ tenant, count }) => ({ tenant, count }))
    .sort((left, right) => right.count - left.count);
}

function outageMembers({ lead, followers }: Outage): IncidentGroup[] {
  return [lead, ...followers].flatMap(({ group }) => group ?? []);
}

/** The total to compare with ten minutes from now is taken with the incident's own. */
function trendOf(incident: KeptIncident | undefined, count: number, now: Date) {
  if (incident === undefined || isTrendOver(incident, now)) return { outageTrend: count, trendAt: now };
  return { outageTrend: incident.outageTrend, trendAt: incident.trendAt };
}

function keptOfOutage(incident: KeptIncident | undefined) {
  return {
    remindersSent: incident?.remindersSent ?? 0,
    notifiedCount: incident?.notifiedCount ?? 0,
    notifiedTenants: incident?.notifiedTenants ?? [],
    outagePeak: incident?.outagePeak ?? 0,
    outageTrend: incident?.outageTrend ?? 0,
  };
}

function reportOf(group: IncidentGroup, now: Date) {
  return {
    ...group,
    atRisk: group.atRisk + group.urgent,
    nextDueAt: group.nextDueAt !== null && group.nextDueAt > now ? group.nextDueAt : null,
  };
}

function stageKey({ tenant, stage }: IncidentGroup): string {
  return `${tenant}\n${stage}`;
}

function causeOf({
  tenant,
  stage,
  reason,
  errorCode,
  targetSystem,
}: IncidentGroup | IncidentChange | KeptIncident) {
  return { tenant, stage, reason, errorCode, targetSystem };
}
