import type { IncidentCause } from './incident-rules.ts';
import { maskErrorMessage } from './mask-error-message.ts';
import { groupCommands, isAwaited, nextStepOfGroup } from './next-step.ts';
import { pagwCommand, printable, toTracker } from './printable-text.ts';
import {
  durationText,
  type IncidentLevel,
  instantText,
  type NotificationKind,
  notificationTexts,
  OTHER,
  reasonText,
  runbookSection,
} from './words.ts';

/** What a notification says. */
export interface IncidentReport extends IncidentCause {
  key: string;
  kind: NotificationKind;
  level: IncidentLevel;
  /** The tenants it is of, most requests first. */
  tenants: readonly { tenant: string; count: number }[];
  count: number;
  /** Of count, those that are not stuck but wait for an outcome: a retry was sent, or is planned. */
  awaited: number;
  /** Stuck at the stage for any cause. */
  stageCount: number;
  peakCount: number;
  openedAt: Date;
  oldestSince: Date;
  maxAttempt: number | null;
  /** Undecided ones not yet overdue but past 75 % of their time, and overdue ones. */
  atRisk: number;
  breached: number;
  nextDueAt: Date | null;
  trendCount: number;
  trendAt: Date;
  /** What an operator holds back of it. */
  pause?: Pause | undefined;
}

export interface Pause {
  pausedBy: string;
  pausedAt: Date;
  reason: string;
}

export interface NotificationText {
  /** ASCII on one line, less than 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
  subject: string;
  body: string;
}

/** What the text leads to. */
export interface Leads {
  /** Of the whole runbook: the text adds the section. */
  runbookUrl?: string | undefined;
  /** Options by which commands find the tracker, such as `--stack NAME`; absent where they find it by themselves. */
  tracker?: string | undefined;
}

/** What a pager shows without scrolling far; the page of the incident has them all. */
const TENANTS_NAMED = 40;
const GAP = '     ';

/** The text of a notification: counts, codes and names only, no request's data. */
export function incidentText(
  report: IncidentReport,
  now: Date,
  { runbookUrl, tracker = '' }: Leads = {},
): NotificationText {
  const { kind, level, count, awaited, key } = report;
  const who = isOfMany(report) ? `${report.tenants.length} tenants` : printable(report.tenant);
  const stage = printable(report.stage);
  const label = kind === 'closed' ? 'OVER' : level.toUpperCase();
  const headline = kind === 'closed' ? headlineOfEnd(report, now) : headlineOf(report, now);
  const lines = [
    `[${label}] ${who} · ${stage} · ${headline}`,
    `Cause: ${causeSentence(report)}${shareText(report)}. Began ${instantText(beginning(report), now)}. ${notificationTexts[kind]}${growthText(report, now)}`,
  ];
  if (isOfMany(report)) lines.push(`Tenants: ${tenantsText(report)}`);
  if (kind !== 'closed') lines.push(`Automatic: ${automaticText(report, now)}${deadlineText(report, now)}`);
  const leads = [
    kind === 'closed' ? null : `Do: ${doText(report, tracker)}`,
    runbookUrl === undefined ? null : `Runbook: ${sectionUrl(runbookUrl, report.reason)}`,
    `Incident: ${toTracker(pagwCommand('incident show', [key]), tracker)}`,
  ];
  lines.push(leads.filter((lead) => lead !== null).join(GAP));
  const subject = `[${label}] ${who} - ${stage} - ${kind === 'closed' ? 'no longer stuck' : subjectCount(count, awaited)}`;
  return { subject: asciiSubject(subject), body: lines.join('\n') };
}

function isOfMany({ tenants }: IncidentReport): boolean {
  return tenants.length > 1;
}

/** `anthem 41, elevance 30 and 18 more`. */
function tenantsText({ kind, tenants }: IncidentReport): string {
  const named = tenants
    .slice(0, TENANTS_NAMED)
    .map(({ tenant, count }) => (kind === 'closed' ? printable(tenant) : `${printable(tenant)} ${count}`));
  const others = tenants.length - named.length;
  return `${named.join(', ')}${others === 0 ? '' : ` and ${others} more`}`;
}

/** The next step and its commands, each of which works where it is pasted. */
function doText(report: IncidentReport, tracker: string): string {
  const { key, stage, pause } = report;
  const tenant = isOfMany(report) ? null : report.tenant;
  // Causes folded together have no step in common; and what only waits for an outcome needs none.
  if (stage === OTHER) return toTracker(pagwCommand('stuck', [], tenant === null ? {} : { tenant }), tracker);
  const toIncident = pagwCommand('incident show', [key]);
  if (isAwaited(report) && pause === undefined) return toTracker(toIncident, tracker);
  const step = nextStepOfGroup(report, pause !== undefined);
  // A command with a masked name would find nothing, and one with the name itself would reveal what is masked.
  const masked = [report.errorCode, report.targetSystem].some(
    (name) => name !== null && maskErrorMessage(name) !== name,
  );
  const commands = masked ? [toIncident] : groupCommands(step, { ...report, tenant });
  return `${printable(step.say)} ${commands.map((command) => toTracker(command, tracker)).join(`${GAP}Then: `)}`;
}

function sectionUrl(runbookUrl: string, reason: string): string {
  const url = new URL(runbookUrl);
  url.hash = runbookSection(reason);
  return url.href;
}

/** `paused by maria since 02:10Z because carelon is down`. */
export function pauseText({ pausedBy, pausedAt, reason }: Pause, now: Date): string {
  return `paused by ${producersText(pausedBy)} since ${instantText(pausedAt, now)} because ${producersText(reason)}`;
}

/** `API_TIMEOUT from carelon`, `begun, and no result`: the cause in a few words, on one line. */
export function causeText({ stage, reason, errorCode, targetSystem }: IncidentCause): string {
  if (stage === OTHER && errorCode === null) return `other causes; ${reasonText(reason)}`;
  const code = errorCode === null ? null : producersText(errorCode);
  const system = targetSystem === null ? null : producersText(targetSystem);
  if (code === null) return `${reasonText(reason)}${system === null ? '' : ` (${system})`}`;
  return `${code}${system === null ? '' : ` from ${system}`}; ${reasonText(reason)}`;
}

/** The same as a sentence of its own: `ENRICHMENT is done, but the next stage never began`. */
export function causeSentence(cause: IncidentCause): string {
  const subject = cause.errorCode === null && cause.stage !== OTHER ? `${printable(cause.stage)} ` : '';
  return `${subject}${causeText(cause)}`;
}

function producersText(text: string): string {
  return printable(maskErrorMessage(text));
}

function headlineOfEnd({ openedAt, peakCount }: IncidentReport, now: Date): string {
  return `no longer stuck, after ${durationText(now.getTime() - openedAt.getTime())} (at most ${peakCount})`;
}

/** Re-sent is not recovered: what waits for its outcome is counted apart from what is stuck. */
function headlineOf(report: IncidentReport, now: Date): string {
  const { count, awaited } = report;
  const stuck = count - awaited;
  const waiting = `${awaited} with a retry sent or planned, outcome awaited`;
  if (stuck === 0) return waiting;
  return `${stuck} stuck (oldest ${age(report, now)})${awaited === 0 ? '' : `, ${waiting}`}`;
}

function subjectCount(count: number, awaited: number): string {
  return count === awaited ? `${awaited} retried - outcome awaited` : `${count - awaited} stuck`;
}

/** When it began to go wrong; the detector saw it later. */
function beginning({ openedAt, oldestSince }: IncidentReport): Date {
  return oldestSince < openedAt ? oldestSince : openedAt;
}

/** How many of all that are stuck at the stage have this cause. */
function shareText({ kind, count, awaited, stageCount }: IncidentReport): string {
  return kind === 'closed' || count === awaited ? '' : ` (${count - awaited} of ${stageCount})`;
}

function age({ oldestSince }: IncidentReport, now: Date): string {
  return durationText(now.getTime() - oldestSince.getTime());
}

function growthText({ kind, count, trendCount, trendAt }: IncidentReport, now: Date): string {
  const elapsed = now.getTime() - trendAt.getTime();
  if (kind === 'opened' || kind === 'closed' || elapsed < 60_000 || count === trendCount) return '';
  const change = count - trendCount;
  return ` ${change > 0 ? 'Growing +' : 'Shrinking '}${change} in ${durationText(elapsed)}.`;
}

function automaticText(report: IncidentReport, now: Date): string {
  const { reason, maxAttempt, oldestSince, pause, count, awaited } = report;
  if (pause !== undefined) return `retries are ${pauseText(pause, now)}.`;
  if (count === awaited) return 'a retry was sent or is planned; over when its outcome is recorded.';
  const attempt = maxAttempt === null ? '' : `, attempt ${maxAttempt}`;
  if (reason === 'retry-overdue')
    return `retry was due ${instantText(oldestSince, now)}${attempt}; not heard of since.`;
  if (reason === 'retries-exhausted')
    return `none; all ${maxAttempt ?? ''} attempts are used up.`.replace('  ', ' ');
  return 'none.';
}

function deadlineText({ atRisk, breached, nextDueAt }: IncidentReport, now: Date): string {
  const parts: string[] = [];
  if (breached > 0) parts.push(`${breached} breached`);
  if (atRisk > 0 && nextDueAt !== null)
    parts.push(
      `${atRisk} at risk, the first breaches in ${durationText(nextDueAt.getTime() - now.getTime())}`,
    );
  return parts.length === 0 ? '' : `${GAP}Deadline: ${parts.join('; ')}.`;
}

function asciiSubject(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 99);
}
