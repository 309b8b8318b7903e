import type { KeptIncident } from '../../data-access/incidents.ts';
import type { IncidentGroup } from '../../data-access/stuck-requests.ts';
import { incidentKey, isSnoozed, outageOf } from '../../domain/incident-rules.ts';

/** An incident in a run: as it was kept, and what the run counted of it; one of the two at least. */
export interface Member {
  key: string;
  incident: KeptIncident | undefined;
  group: IncidentGroup | undefined;
}

/** Incidents of one stage and cause, of a tenant each, that one notification covers: under the key of the first. */
export interface Outage {
  lead: Member;
  followers: Member[];
}

/**
 * Puts together what one notification covers. A new incident joins the oldest open one of its stage and cause; where somebody
 * asked for silence about that one, it is news, and has notifications of its own.
 */
export function formOutages(
  groups: readonly IncidentGroup[],
  known: readonly KeptIncident[],
  now: Date,
): Outage[] {
  const seen = byKey(groups);
  const outages = new Map<string, Outage>();
  const toJoin = new Map<string, string>();
  const isOpen = new Set(known.map(({ key }) => key));
  const isLed = ({ leadKey }: KeptIncident) => leadKey !== null && isOpen.has(leadKey);
  for (const incident of known.filter((one) => !isLed(one))) {
    const { key } = incident;
    outages.set(key, { lead: { key, incident, group: seen.get(key) }, followers: [] });
    const outage = outageOf(incident);
    if (!toJoin.has(outage) && !isSnoozed(incident, now)) toJoin.set(outage, key);
  }
  for (const incident of known.filter(isLed)) {
    const { key, leadKey } = incident;
    outages.get(leadKey ?? key)?.followers.push({ key, incident, group: seen.get(key) });
  }
  for (const [key, group] of seen) {
    // What only waits for an outcome opens nothing.
    if (isOpen.has(key) || group.awaited === group.count) continue;
    const outage = outageOf({ key, tenant: group.tenant });
    const member = { key, incident: undefined, group };
    const joined = outages.get(toJoin.get(outage) ?? '');
    if (joined !== undefined) joined.followers.push(member);
    else {
      outages.set(key, { lead: member, followers: [] });
      toJoin.set(outage, key);
    }
  }
  return [...outages.values()];
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

/** What the run counted of all of an outage; undefined where it saw nothing of it. */
export function totalOf({ lead, followers }: Outage): IncidentGroup | undefined {
  const groups = [lead, ...followers].flatMap(({ group }) => group ?? []);
  return groups.length === 0 ? undefined : groups.reduce(merge);
}

function merge(left: IncidentGroup, right: IncidentGroup): IncidentGroup {
  return {
    ...left,
    reason: worseReason(left, right),
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

/** A decision overdue before one at risk; else the reason of most that are stuck. */
function worseReason(left: IncidentGroup, right: IncidentGroup): IncidentGroup['reason'] {
  if ([left.reason, right.reason].includes('deadline-breached')) return 'deadline-breached';
  return right.count - right.awaited > left.count - left.awaited ? right.reason : left.reason;
}

function earlier(left: Date, right: Date): Date {
  return left < right ? left : right;
}
