import { printable } from '../../domain/printable-text.ts';
import type { Paint, Style } from '../output/paint.ts';
import { textWidth } from '../output/text-width.ts';
import type { CheckPart } from './doctor-check.ts';
import type { CheckResult } from './run-checks.ts';

const GLYPHS: Readonly<Record<CheckResult['outcome'], readonly [glyph: string, style: Style]>> = {
  pass: ['✓', 'green'],
  fail: ['✗', 'red'],
  'not-applicable': ['–', 'dim'],
};

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
  const [glyph, style] = GLYPHS[outcome];
  const seen = outcome === 'not-applicable' ? `not applicable: ${evidence}` : evidence;
  const lines = [`  ${paint(glyph, style)} ${title}`];
  for (const line of wrapped(seen, width, 4)) lines.push(`    ${paint(line, 'dim')}`);
  if (next !== null)
    wrapped(next, width, 6).forEach((line, place) => {
      lines.push(`    ${place === 0 ? paint('→', 'yellow') : ' '} ${line}`);
    });
  return `${lines.join('\n')}\n`;
}

function wrapped(text: string, width: number | undefined, indent: number): string[] {
  const whole = printable(text);
  if (width === undefined) return [whole];
  const lines: string[] = [];
  let line = '';
  for (const word of whole.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width - indent) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
