import { styleText } from 'node:util';
import { eventStatusMarks, type Mark, type Tone } from '../../domain/words.ts';
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

/** A state: glyph, word and colour. */
export function markCell({ tone, glyph, word }: Mark): Cell {
  return { text: `${glyph} ${word}`, style: toneStyle(tone) };
}

/** A status this program does not know is shown as it is. */
export function eventStatusCell(status: string | null): Cell {
  if (status === null) return { text: '–', style: 'dim' };
  const known: Readonly<Record<string, Mark>> = eventStatusMarks;
  const mark = known[status];
  return mark === undefined ? { text: status } : markCell(mark);
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
