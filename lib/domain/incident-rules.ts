import { createHash } from 'node:crypto';
import { CLOCK_SKEW_SECONDS } from './stated-time.ts';
import { type IncidentLevel, incidentLevels, type NotificationKind, type StuckReason } from './words.ts';

/** What makes requests one incident: they stand at one stage for one cause. */
export interface IncidentCause {
  tenant: string;
  stage: string;
  reason: StuckReason;
  errorCode: string | null;
  targetSystem: string | null;
}

/** One trouble, however far its retries are: a failure that waits, whose retry is overdue or whose attempts are used up. */
const failureReasons: readonly StuckReason[] = ['failed', 'retries-exhausted', 'retry-overdue'];

/**
 * The incident's key, `stuck/anthem/API_CONNECTOR/9f2c41aa`. Numbers and hex ids within an error code count as one:
 * a producer that puts an id into its codes must not open an incident for each.
 */
export function incidentKey({ tenant, stage, reason, errorCode, targetSystem }: IncidentCause): string {
  const code = errorCode?.toUpperCase().replace(/[0-9A-F]*\d[0-9A-F]*/g, '#') ?? '';
  // A decision at risk and one overdue are one incident, which worsens.
  const family = failureReasons.includes(reason) ? 'failure' : reason;
  const kind = isDeadline(reason) ? 'deadline' : family;
  const cause = [kind, code, targetSystem?.toLowerCase() ?? ''].join('|');
  const fingerprint = createHash('sha256').update(cause).digest('hex').slice(0, 8);
  return `stuck/${tenant}/${stage}/${fingerprint}`;
}

/** What the keys of one cause at one stage have in common, whatever the tenant: `API_CONNECTOR/9f2c41aa`. */
export function outageOf({ key, tenant }: { key: string; tenant: string }): string {
  return key.slice(`stuck/${tenant}/`.length);
}

export function isDeadline(reason: StuckReason): boolean {
  return reason.startsWith('deadline-');
}

/** Whether an incident's key is of this tenant and stage. */
export function isIncidentAt(key: string, tenant: string, stage: string | null): boolean {
  return stage !== null && key.startsWith(`stuck/${tenant}/${stage}/`);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** So many stuck at once wake somebody. */
const PAGE_FROM_COUNT = 10;
/** Notified again from so many times the count last notified. */
const GROWTH_FACTOR = 10;
/** Reminders after an incident opened; from the last on, daily. */
const FIRST_REMINDERS_MS = [HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS] as const;
const DAILY_MS = 24 * HOUR_MS;
/** What was notified within this time is not reminded of. */
const REMINDER_REST_MS = 30 * MINUTE_MS;
/** Clocks that come to a threshold one after the other, in an incident that is snoozed, are notified of together. */
const RISK_REST_MS = 10 * MINUTE_MS;
/** Tenants that an outage spreads to within this time of a notification share the next one. */
const SPREAD_REST_MS = 10 * MINUTE_MS;
/** An incident closes once nothing of it was seen for so long: what comes and goes is notified once. */
const QUIET_MS = 5 * MINUTE_MS;
/** Names of tenants kept of an outage: more than a pager's message has room for, and a bound on made-up ones. */
const MOST_TENANTS_KEPT = 100;
const TREND_MS = 10 * MINUTE_MS;
/** The longest silence that may be asked for; a longer one was asked for by a clock far ahead. */
export const LONGEST_SNOOZE_SECONDS = 14 * 86_400;

/** What a run counted of an incident's requests. */
export interface IncidentCount {
  count: number;
  urgent: number;
  breached: number;
  /** When one of their decision clocks last came to 75 or 90 % of its time, or ran out; null when none has. */
  riskAt: Date | null;
}

/** What a run counted of all that an incident's notifications cover. */
export interface OutageCount extends IncidentCount {
  tenants: readonly string[];
}

/** An open incident as it was before the run. */
export interface OpenIncident {
  openedAt: Date;
  seenAt: Date;
  level: IncidentLevel;
  notifiedAt: Date | null;
  notifiedCount: number;
  notifiedLevel: IncidentLevel | null;
  /** The tenants its notifications named; the first `MOST_TENANTS_KEPT`. */
  notifiedTenants: readonly string[];
  remindersSent: number;
  snoozedUntil: Date | null;
  trendCount: number;
  trendAt: Date;
}

export function incidentLevel({ count, urgent, breached }: IncidentCount): IncidentLevel {
  if (breached > 0) return 'breach';
  return urgent > 0 || count >= PAGE_FROM_COUNT ? 'page' : 'warn';
}

/** The kind of notification due for an open incident of which the run saw requests; null for none. */
export function notificationDue(
  incident: OpenIncident,
  seen: OutageCount,
  now: Date,
): NotificationKind | null {
  const level = incidentLevel(seen);
  // Somebody who asked for silence knows of the stall, not of a decision that has since come to 75 or 90 % of its time, or over it.
  if (isSnoozed(incident, now)) return isNewRisk(incident, seen, now) ? 'worsened' : null;
  if (incident.notifiedAt === null || incident.notifiedLevel === null) return 'opened';
  if (isAbove(level, incident.notifiedLevel)) return 'worsened';
  if (seen.count >= GROWTH_FACTOR * Math.max(1, incident.notifiedCount)) return 'grew';
  if (isSpread(incident, seen, now)) return 'spread';
  const due = remindersDue(incident.openedAt, now) > incident.remindersSent;
  return due && now.getTime() - incident.notifiedAt.getTime() >= REMINDER_REST_MS ? 'reminder' : null;
}

/** A clock that ran on since the incident was last notified of; what follows within minutes of a notification waits for the next one. */
function isNewRisk({ notifiedAt }: OpenIncident, { riskAt }: IncidentCount, now: Date): boolean {
  if (riskAt === null || notifiedAt === null) return riskAt !== null;
  return riskAt > notifiedAt && now.getTime() - notifiedAt.getTime() >= RISK_REST_MS;
}

function isSpread(
  { notifiedAt, notifiedTenants }: OpenIncident,
  { tenants }: OutageCount,
  now: Date,
): boolean {
  if (notifiedAt === null || notifiedTenants.length >= MOST_TENANTS_KEPT) return false;
  const isRested = now.getTime() - notifiedAt.getTime() >= SPREAD_REST_MS;
  return isRested && tenants.some((tenant) => !notifiedTenants.includes(tenant));
}

/** The tenants that notifications have named, with those that they name now. */
export function tenantsNamed(before: readonly string[], now: readonly string[]): string[] {
  return [...new Set([...before, ...now])].slice(0, MOST_TENANTS_KEPT);
}

function isAbove(level: IncidentLevel, notified: IncidentLevel | null): boolean {
  return notified === null || incidentLevels.indexOf(level) > incidentLevels.indexOf(notified);
}

/** How many reminders an incident has had by now if none was missed. */
export function remindersDue(openedAt: Date, now: Date): number {
  const age = now.getTime() - openedAt.getTime();
  const first = FIRST_REMINDERS_MS.filter((after) => age >= after).length;
  const last = FIRST_REMINDERS_MS[FIRST_REMINDERS_MS.length - 1] ?? DAILY_MS;
  return first + Math.max(0, Math.floor((age - last) / DAILY_MS));
}

/** Whether an incident that the run saw nothing of is over. */
export function isOver({ seenAt }: OpenIncident, now: Date): boolean {
  return now.getTime() - seenAt.getTime() >= QUIET_MS;
}

/** Whether its end is notified: only to those who were notified that it began, and did not ask for silence. */
export function notifiesEnd(incident: OpenIncident, now: Date): boolean {
  return incident.notifiedAt !== null && !isSnoozed(incident, now);
}

/** Whether somebody asked for silence until later than now. */
export function isSnoozed({ snoozedUntil }: Pick<OpenIncident, 'snoozedUntil'>, now: Date): boolean {
  if (snoozedUntil === null) return false;
  const leftMs = snoozedUntil.getTime() - now.getTime();
  return leftMs > 0 && leftMs <= (LONGEST_SNOOZE_SECONDS + CLOCK_SKEW_SECONDS) * 1_000;
}

/** Whether the counts to compare with ten minutes from now are to be taken. */
export function isTrendOver({ trendAt }: Pick<OpenIncident, 'trendAt'>, now: Date): boolean {
  return now.getTime() - trendAt.getTime() >= TREND_MS;
}
