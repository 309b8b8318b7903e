import type { Database } from '../../data-access/database.ts';
import { printable } from '../../domain/printable-text.ts';
import { checkMarks } from '../../domain/words.ts';
import type { Connection } from '../connection.ts';
import type { CheckResult } from '../doctor.ts';
import { type Paint, toneStyle } from '../output/paint.ts';
import { wrapWords } from '../output/table.ts';

export interface CheckContext {
  connection: Connection;
  database: Database;
  now: Date;
  /** Look at everything, however long it takes. */
  deep: boolean;
  /** Shows how far a check has come. */
  onProgress?: (text: string) => void;
}

/** What a check found, with what it saw; a failure says what to do next. */
export type CheckOutcome =
  | { outcome: 'pass'; evidence: string }
  | { outcome: 'fail'; evidence: string; next: string }
  | { outcome: 'not-applicable'; evidence: string; next?: string };

/** The schema review's testing checklist has two parts; what else the tracker looks at is its own. Preflight looks at the account. */
export type CheckPart = 'preflight' | 'before' | 'after' | 'tracker';

/** One question about the tracker's health. A check that throws has failed; the error is its evidence. */
export interface DoctorCheck {
  /** Stable, for scripts. */
  id: string;
  part: CheckPart;
  title: string;
  /** Left out when the database does not answer. */
  needsDatabase: boolean;
  run(context: CheckContext): Promise<CheckOutcome>;
}

export function pass(evidence: string): CheckOutcome {
  return { outcome: 'pass', evidence };
}

export function fail(evidence: string, next: string): CheckOutcome {
  return { outcome: 'fail', evidence, next };
}

export function notApplicable(evidence: string, next?: string): CheckOutcome {
  return { outcome: 'not-applicable', evidence, ...(next === undefined ? {} : { next }) };
}

/** Of a check that looks at a request's events. */
export const noRequestYet = notApplicable(
  'no request has events yet',
  'Send one with `pagw event send`, then run it again.',
);

const HEADINGS: Readonly<Record<CheckPart, string>> = {
  preflight: 'Before the first deployment: the account',
  before: 'Before deployment',
  after: 'After deployment',
  tracker: "The tracker's own checks",
};

export function headingText(part: CheckPart, paint: Paint): string {
  return `${paint(HEADINGS[part], 'bold')}\n`;
}

/** A result on lines of at most `width` columns, each word whole: what was asked, what was seen, what to do next. */
export function resultText(
  { title, outcome, evidence, next }: CheckResult,
  paint: Paint,
  width: number | undefined,
): string {
  const { glyph, tone } = checkMarks[outcome];
  const seen = outcome === 'not-applicable' ? `not applicable: ${evidence}` : evidence;
  const lines = [`  ${paint(glyph, toneStyle(tone))} ${title}`];
  for (const line of wrapWords(printable(seen), width === undefined ? undefined : width - 4))
    lines.push(`    ${paint(line, 'dim')}`);
  if (next !== null)
    wrapWords(printable(next), width === undefined ? undefined : width - 6).forEach((line, place) => {
      lines.push(`    ${place === 0 ? paint('→', 'yellow') : ' '} ${line}`);
    });
  return `${lines.join('\n')}\n`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `958 B`, `1.4 kB`, `23 MB`: two digits that matter, units of 1,024. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
