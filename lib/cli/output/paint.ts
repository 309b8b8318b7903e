import { styleText } from 'node:util';
import { eventStatusMark, type Mark, outcomeMarks, type Tone } from '../../domain/words.ts';
import type { CliOutput } from '../run-pagw.ts';
import type { Cell } from './table.ts';

export type Style = 'plain' | 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan';

/** Colours a text, or leaves it alone. Colour never says what a word or a glyph does not say too. */
export type Paint = (text: string, style: Style) => string;

export function choosePaint(
  when: 'auto' | 'always' | 'never',
  output: CliOutput,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const automatic = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const colour = when === 'always' || (when === 'auto' && automatic);
  return (text, style) => {
    if (!colour || style === 'plain' || text === '') return text;
    return styleText(style, text, { validateStream: false });
  };
}

const TONES: Readonly<Record<Tone, Style>> = {
  ok: 'green',
  bad: 'red',
  busy: 'blue',
  retry: 'yellow',
  warn: 'yellow',
  quiet: 'dim',
};

export function toneStyle(tone: Tone): Style {
  return TONES[tone];
}

/** A state: glyph, word and colour; and what there is to add. */
export function markCell({ tone, glyph, word }: Mark, then = ''): Cell {
  return { text: `${glyph} ${word}${then}`, style: toneStyle(tone) };
}

export function eventStatusCell(status: string | null): Cell {
  return status === null ? { text: '–', style: 'dim' } : markCell(eventStatusMark(status));
}

/** What was asked for, and whether it is done: a coloured glyph. */
export function outcomeGlyph(outcome: keyof typeof outcomeMarks, paint: Paint): string {
  const { glyph, tone } = outcomeMarks[outcome];
  return paint(glyph, toneStyle(tone));
}

/** A request's status; what has ended badly stands out. */
export function requestStatusCell(status: string): Cell {
  switch (status) {
    case 'APPROVED':
      return { text: status, style: 'green' };
    case 'DENIED':
    case 'FAILED':
    case 'EXPIRED':
      return { text: status, style: 'red' };
    case 'CANCELLED':
      return { text: status, style: 'dim' };
    default:
      return { text: status };
  }
}
