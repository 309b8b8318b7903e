import type { RejectionFate } from './rejection.ts';
import type { EventStatus } from './tracked-event.ts';

/** How a state looks, whatever shows it. */
export type Tone = 'ok' | 'bad' | 'busy' | 'retry' | 'warn' | 'quiet';

/** A state shows by glyph, word and colour, so that none of them is needed. */
export interface Mark {
  tone: Tone;
  glyph: string;
  word: string;
}

const done = { tone: 'ok', glyph: '✓' } as const;
const failed = { tone: 'bad', glyph: '✗' } as const;
const busy = { tone: 'busy', glyph: '◐' } as const;
const again = { tone: 'retry', glyph: '↻' } as const;
const later = { tone: 'quiet', glyph: '◷' } as const;
const nothing = { tone: 'quiet', glyph: '–' } as const;

export const cautionGlyph = '△';

/** What was asked for: done, or not. */
export const outcomeMarks = { done, failed } as const;

export const eventStatusMarks: Readonly<Record<EventStatus, Mark>> = {
  COMPLETED: { ...done, word: 'COMPLETED' },
  FAILED: { ...failed, word: 'FAILED' },
  STARTED: { ...busy, word: 'STARTED' },
  RETRY_SCHEDULED: { ...again, word: 'RETRY' },
  SKIPPED: { ...nothing, word: 'SKIPPED' },
};

/** A status this program does not know is shown as it is. */
export function eventStatusMark(status: string): Mark {
  const known: Readonly<Record<string, Mark>> = eventStatusMarks;
  return known[status] ?? { tone: 'quiet', glyph: '·', word: status };
}

/** Where a request stands. `answered`: closed, and not decided. */
export const standingMarks = {
  stuck: { ...failed, word: 'stuck' },
  inFlight: { ...busy, word: 'in flight' },
  answered: { ...later, tone: 'warn', word: 'answered' },
  closed: { ...done, word: 'closed' },
} as const satisfies Readonly<Record<string, Mark>>;

/**
 * - `due`: goes out with the next run. `sending`: a run has it in hand. `paused`: due, but an operator holds it back.
 * - `waiting`: its time has not come. `exhausted`: attempts used up.
 */
export const retryStates = ['due', 'sending', 'paused', 'waiting', 'exhausted'] as const;
export type RetryState = (typeof retryStates)[number];

export const retryStateMarks: Readonly<Record<RetryState, Mark>> = {
  due: { ...again, word: 'due' },
  sending: { tone: 'busy', glyph: '→', word: 'sending' },
  paused: { tone: 'warn', glyph: '‖', word: 'paused' },
  waiting: { ...later, word: 'waiting' },
  exhausted: { ...failed, word: 'exhausted' },
};

/** Due for longer than its limit. */
export const overdueRetryMark: Mark = { ...again, tone: 'bad', word: 'overdue' };

/** How far a decision clock has run; `at-risk` from 75 % of its time on, `urgent` from 90 %. */
export const deadlineRisks = ['at-risk', 'urgent', 'breached'] as const;
export type DeadlineRisk = (typeof deadlineRisks)[number];

export const deadlineRiskMarks: Readonly<Record<DeadlineRisk, Mark>> = {
  'at-risk': { ...later, tone: 'warn', word: 'at risk' },
  urgent: { tone: 'bad', glyph: cautionGlyph, word: 'urgent' },
  breached: { ...failed, word: 'breached' },
};

/** Why a request makes no progress: what its stage lacks. */
const stageReasons = [
  'no-result',
  'failed',
  'retries-exhausted',
  'retry-overdue',
  'hand-off-lost',
  'decided-not-delivered',
] as const;
export type StageReason = (typeof stageReasons)[number];
export const stuckReasons = [...stageReasons, 'deadline-at-risk', 'deadline-breached'] as const;
export type StuckReason = (typeof stuckReasons)[number];

/**
 * What is said of a reason: as a predicate of the stage, what happens next by itself, and else what it takes; one of the
 * last two.
 */
interface ReasonWords {
  says: string;
  automatic?: string;
  takes?: string;
  /** Of docs/runbook.md, where the reason has one of its own. */
  section?: string;
}

const reasonWords: Readonly<Record<StuckReason, ReasonWords>> = {
  'no-result': { says: 'began and gave no result', takes: 'the stage has to report' },
  failed: { says: 'failed, and no retry is planned', takes: 'it may not be retried' },
  'retries-exhausted': {
    says: 'failed, and its retries are used up',
    takes: 'retry it by hand',
    section: 'retries-exhausted',
  },
  'retry-overdue': {
    says: 'waits for a retry that is overdue',
    automatic: 'Retry with the next run',
    section: 'retry-overdue',
  },
  'hand-off-lost': { says: 'is done, but the next stage never began', takes: 'hand it on again' },
  'decided-not-delivered': {
    says: 'is done, but the provider has no notice of the decision',
    takes: 'give notice of the decision',
  },
  'deadline-at-risk': {
    says: 'moves, but its decision is due soon',
    automatic: 'An alarm when it is due',
    section: 'deadline-page',
  },
  'deadline-breached': {
    says: 'moves, but its decision is overdue',
    takes: 'a decision is needed',
    section: 'deadline-breached',
  },
};

/** `failed, and no retry is planned`, of its stage; a reason this program does not know is shown as it is. */
export function reasonText(reason: string): string {
  return wordsOf(reason)?.says ?? reason;
}

/** `Retry with the next run`, `None; hand it on again`. */
export function automaticText(reason: string): string {
  const { automatic, takes } = wordsOf(reason) ?? {};
  return automatic ?? (takes === undefined ? 'None' : `None; ${takes}`);
}

/** Whether something happens by itself. */
export function actsByItself(reason: string): boolean {
  return wordsOf(reason)?.automatic !== undefined;
}

/** The section of docs/runbook.md that says what to do about it. */
export function runbookSection(reason: string): string {
  return wordsOf(reason)?.section ?? 'requests-stuck';
}

function wordsOf(reason: string): ReasonWords | undefined {
  const known: Readonly<Record<string, ReasonWords>> = reasonWords;
  return Object.hasOwn(known, reason) ? known[reason] : undefined;
}

/** breach: a decision is overdue; page: ten or more, or a decision at 90 % of its time; warn: the rest. The last is the worst. */
export const incidentLevels = ['warn', 'page', 'breach'] as const;
export type IncidentLevel = (typeof incidentLevels)[number];

export const incidentLevelMarks: Readonly<Record<IncidentLevel, Mark>> = {
  warn: { tone: 'warn', glyph: cautionGlyph, word: 'warn' },
  page: { tone: 'bad', glyph: '▲', word: 'page' },
  breach: { ...failed, word: 'breach' },
};

export const closedIncidentMark: Mark = { ...done, tone: 'quiet', word: 'over' };

export type NotificationKind = 'opened' | 'grew' | 'worsened' | 'spread' | 'reminder' | 'closed';

export const notificationTexts: Readonly<Record<NotificationKind, string>> = {
  opened: 'New.',
  grew: 'Grown tenfold.',
  worsened: 'Worse.',
  spread: 'Spread to more tenants.',
  reminder: 'Still open.',
  closed: 'Over.',
};

/** What a check of the doctor came to. */
export const checkMarks = {
  pass: done,
  fail: failed,
  'not-applicable': nothing,
} as const;

/** What became of a refused message. */
export const rejectionFateMarks: Readonly<Record<RejectionFate, Mark>> = {
  waiting: { ...nothing, word: 'waiting' },
  replayed: { ...again, tone: 'quiet', word: 'replayed' },
  recorded: { ...done, word: 'recorded' },
  'refused-again': { ...failed, word: 'refused again' },
};

/** A migration, as a database stands to a bundle. */
export const migrationMarks = {
  applied: { ...done, word: 'applied' },
  pending: { tone: 'warn', glyph: '○', word: 'pending' },
  changed: { ...failed, word: 'changed' },
  missing: { ...failed, word: 'file missing' },
} as const satisfies Readonly<Record<string, Mark>>;

/** Where a month's events are. */
export const archiveMarks = {
  inDatabase: { ...nothing, word: 'in the database' },
  archiving: { ...busy, word: 'archiving' },
  waiting: { ...busy, tone: 'warn', word: 'archiving, waits for open requests' },
  archived: { ...done, word: 'archived' },
  restored: { ...again, word: 'restored' },
} as const satisfies Readonly<Record<string, Mark>>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A duration in its two largest units: `40s`, `17m`, `2h14m`, `3d4h`, `1y35d`. Negative counts as none. */
export function durationText(milliseconds: number): string {
  if (milliseconds < SECOND) return '0s';
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / SECOND)}s`;
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)}m`;
  if (milliseconds < DAY) return inTwo(milliseconds, HOUR, 'h', MINUTE, 'm');
  if (milliseconds < YEAR) return inTwo(milliseconds, DAY, 'd', HOUR, 'h');
  return inTwo(milliseconds, YEAR, 'y', DAY, 'd');
}

/** How long something took, as measured: `97 ms`, `3.47 s`, `12.3 s`, `1m4s`, `2h14m`. */
export function tookText(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(2)} s`;
  if (milliseconds < MINUTE - 50) return `${(milliseconds / SECOND).toFixed(1)} s`;
  return milliseconds < MINUTE
    ? '1m'
    : milliseconds < HOUR
      ? inTwo(milliseconds, MINUTE, 'm', SECOND, 's')
      : durationText(milliseconds);
}

/** The same of a round number, for a scale: `10 s`. */
export function roundText(milliseconds: number): string {
  return tookText(milliseconds).replace(/\.0+ /, ' ');
}

function inTwo(
  milliseconds: number,
  large: number,
  largeUnit: string,
  small: number,
  smallUnit: string,
): string {
  const rest = Math.floor((milliseconds % large) / small);
  return `${Math.floor(milliseconds / large)}${largeUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`;
}

/** How long ago, or how soon: `2h14m ago`, `in 40s`, `just now`. */
export function ageText(moment: Date, now: Date): string {
  const age = now.getTime() - moment.getTime();
  if (Math.abs(age) < SECOND) return 'just now';
  return age > 0 ? `${durationText(age)} ago` : `in ${durationText(-age)}`;
}

/** The time of day in UTC, `03:10Z`; with the date when it is not `now`'s. */
export function instantText(instant: Date, now: Date): string {
  const iso = instant.toISOString();
  const time = `${iso.slice(11, 16)}Z`;
  return iso.slice(0, 10) === now.toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}

/** `8,577` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 event`, `8,577 events` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/**
 * The one word for whatever has no place of its own: made-up stages and tenants beyond the ceiling in metrics, a tenant's
 * causes beyond the largest on the board and among incidents. No tenant is called so: their names are lower case.
 */
export const OTHER = 'OTHER';
